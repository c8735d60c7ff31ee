#!/usr/bin/env python3
"""mutate.py APY ROOT [COUNT [SEED]]   run spoiled programs: none may crash the interpreter or hang it

Takes the programs of the tests and samples below ROOT and deletes, doubles, swaps or changes words and bytes
of them. What they print does not matter. The same SEED makes the same programs; those that fail are kept in
the current folder as failed_N.apy.
"""
import concurrent.futures
import os
import random
import re
import subprocess
import sys
import tempfile

SECONDS = 20
WORD = re.compile(rb'\w+|\s+|.', re.S)
INSERTED = [b'(', b')', b'[', b']', b'{', b'}', b':', b',', b'=', b'*', b'**', b'\\', b'"', b"'", b'"""', b'f"', b'{', b'\n',
            b'\t', b' ', b'await ', b'yield ', b'async ', b'lambda ', b'return ', b'None', b'0', b'-1', b'1e999', b'del ',
            b'global ', b'class ', b'def ', b'try:', b'except*', b'finally:', b'match ', b'case _:', b'import ', b'raise ',
            b'not ', b'in ', b'if ', b'else ', b'for ', b'while ', b'with ', b'pass\n', b'@', b'.', b'->', b':=', b'\x00',
            b'\xff', b'\xc3\xa9', b'# coding: latin-1\n', b'10**100', b'"\\ud800"', b'super().', b'self']
# what could do harm outside, or takes its time on purpose
HARMFUL = re.compile(rb'fork|kill|unlink|remove|rmdir|rename|system|exec[lv]|chmod|truncate|socket|subprocess|mkdir|symlink|'
                     rb'open\(|signal|alarm|tempfile|rmtree|write_text|write_bytes|setrlimit|os\.|posix|while True|input\(|hread|Event|Barrier|Condition|gate')


def programs(root):
    for folder in ('tests', 'samples'):
        for where, folders, names in os.walk(os.path.join(root, folder)):
            folders.sort()
            for name in sorted(names):
                if not name.endswith('.apy'):
                    continue
                with open(os.path.join(where, name), 'rb') as file:
                    data = file.read()
                if len(data) < 20000 and not HARMFUL.search(data):
                    yield data


def change_words(random, data):
    words = WORD.findall(data)
    for _ in range(random.choice((1, 1, 2, 3, 8))):
        if not words:
            break
        at, other = random.randrange(len(words)), random.randrange(len(words))
        action = random.randrange(6)
        if action == 0:
            del words[at]
        elif action == 1:
            words.insert(at, words[at])
        elif action == 2:
            words[at], words[other] = words[other], words[at]
        elif action == 3:
            words.insert(at, random.choice(INSERTED))
        elif action == 4:
            words[at] = random.choice(INSERTED)
        else:
            words[at:at + random.randrange(20)] = words[other:other + random.randrange(20)]
    return b''.join(words)


def change_lines(random, data):
    lines = data.splitlines(True)
    for _ in range(random.choice((1, 2, 4))):
        at, other = random.randrange(len(lines)), random.randrange(len(lines))
        action = random.randrange(4)
        if action == 0 and len(lines) > 1:
            del lines[at % len(lines)]
        elif action == 1:
            lines.insert(at, lines[other])
        elif action == 2:
            lines[at] = b'    ' + lines[at]
        else:
            lines[at] = lines[at].lstrip()
        if not lines:
            lines = [b'pass\n']
        at = min(at, len(lines) - 1)
    return b''.join(lines)


def change_bytes(random, data):
    data = bytearray(data)
    for _ in range(random.choice((1, 1, 4, 16))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(data)


def mutant(seed, data):
    chance = random.Random(seed)
    if not data:
        return data
    changed = chance.choice((change_words, change_words, change_lines, change_bytes))(chance, data)
    return b'pass\n' if HARMFUL.search(changed) else changed


def run(apy, data):
    """None, or what went wrong"""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'prog.apy')
        with open(path, 'wb') as file:
            file.write(data)
        try:
            done = subprocess.run([apy, path], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return 'runs for more than %d seconds' % SECONDS
    errors = done.stderr.decode('utf-8', 'replace')
    if done.returncode < 0:
        return 'killed by signal %d\n%s' % (-done.returncode, errors[-2000:])
    if re.search('AddressSanitizer|LeakSanitizer|runtime error:|still alive:|Assertion `|SystemError', errors):
        return errors[-6000:]
    return None


def main(apy, root, count=60, seed=1):
    count, seed = int(count), int(seed)
    sources = list(programs(root))
    todo = [(seed * 1000003 + number, sources[(number * 7919 + seed) % len(sources)]) for number in range(count)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        mutants = [mutant(*one) for one in todo]
        for number, wrong in enumerate(pool.map(lambda data: run(apy, data), mutants)):
            if wrong:
                failed += 1
                with open('failed_%d_%d.apy' % (seed, number), 'wb') as file:
                    file.write(mutants[number])
                print('failed_%d_%d.apy: %s' % (seed, number, wrong))
    print('%d programs, %d failed' % (count, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(os.path.abspath(sys.argv[1]), *sys.argv[2:]))
