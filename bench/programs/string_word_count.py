"""counting words of a made text"""
def text_of(n):
    words = "the quick brown fox jumps over the lazy dog while seven wizards quietly mix potions".split()
    seed, out = 12345, []
    for _ in range(n):
        seed = (seed * 1103515245 + 12345) % 2147483648
        out.append(words[seed // 65536 % len(words)] + ",. "[seed // 7 % 3])
    return " ".join(out)


def run(n):
    counts = {}
    for line in text_of(n).split("."):
        for word in line.lower().replace(",", " ").split():
            counts[word] = counts.get(word, 0) + 1
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ranked[:5], sum(counts.values())


print(run(150_000))
