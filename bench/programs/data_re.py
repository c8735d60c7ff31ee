"""regular expressions: findall, sub, groups, split"""
import re

lines = ["2024-%02d-%02d 10:%02d ERROR worker-%d: value=%d, path=/srv/%s/x.txt" % (i % 12 + 1, i % 28 + 1, i % 60, i % 9, i * 37, "ab"[i % 2]) for i in range(6_000)]
text = "\n".join(lines)
pattern = re.compile(r"(\d{4})-(\d\d)-(\d\d) .*?worker-(\d+): value=(\d+)")
total = 0
for line in lines:
    match = pattern.match(line)
    if match:
        total += int(match.group(4)) + int(match[5])
words = re.findall(r"[a-z]+", text)
swapped = re.sub(r"(\w+)=(\d+)", r"\2=\1", text)
upper = re.sub(r"worker", lambda m: m.group().upper(), text)
parts = re.split(r"[,:\s]+", text)
named = re.search(r"value=(?P<value>\d+), path=(?P<path>\S+)", text).groupdict()
print(total, len(words), len(swapped), upper.count("WORKER"), len(parts), named)
