#!/usr/bin/env python3
"""asyncio_against_cpython.py APY [SEED [COUNT]]

Makes COUNT random programs of asyncio, the first from SEED, runs them here and in CPython 3.13, both in virtual time,
and compares the logs of what happened when. The first program that differs is shown with both logs; a program can be
made again from its seed alone. Without CPython 3.13 (ORACLE, or python3.13 on the path) the test is skipped.
"""
import os
import re
import subprocess
import sys
import tempfile

from asyncio_programs import make_program
from oracle import SKIPPED, find_oracle

HERE = os.path.dirname(os.path.abspath(__file__))
BATCH = 100


def batch_text(seeds):
    with open(os.path.join(HERE, 'asyncio_harness.txt'), encoding='utf-8') as file:
        parts = [file.read()]
    parts += [make_program(seed, 'p%d' % seed) for seed in seeds]
    parts += ['gc.disable()', 'asyncio.sleep']
    parts += ['run_program(%d, *p%d())' % (seed, seed) for seed in seeds]
    return '\n'.join(parts) + '\n'


def run(command, path):
    try:
        done = subprocess.run(command + [path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    except subprocess.TimeoutExpired as error:
        return (error.stdout or b'').decode('utf-8', 'replace') + '\n---- it runs for ever'
    text = done.stdout.decode('utf-8', 'replace')
    if done.returncode:
        text += '\n---- exit %d\n%s' % (done.returncode, done.stderr.decode('utf-8', 'replace')[-3000:])
    return text


def by_program(text):
    """seed -> log"""
    # functions of the library are frames in one only
    text = re.sub(r' created at (<library [^>]*>|[^ >]*):\d+|(?<=\.\.\.)\S*:\d+(?=>)', '', text)
    text = re.sub(r' at 0x[0-9a-f]+', '', text)
    text = re.sub(r' at (<library [^>]*>|\S*/asyncio/\S*\.py):\d+', '', text)
    found = {}
    for part in text.split('==== ')[1:]:
        number, _, log = part.partition('\n')
        found[int(number)] = log
    return found


def compare(apy, oracle, seeds, folder):
    """the seeds whose logs differ, with both logs"""
    path = os.path.join(folder, 'batch.py')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(batch_text(seeds))
    ours, theirs = run([apy, '--clock=virtual'], path), run([oracle, '-W', 'ignore'], path)
    a, b = by_program(ours), by_program(theirs)
    for seed in seeds:
        if 'RecursionError' in b.get(seed, ''):
            continue  # tasks that wait for each other in a circle: how deep cancelling gets is each one's own
        if a.get(seed) != b.get(seed) or seed not in b:
            yield seed, a.get(seed, ours[-2000:]), b.get(seed, theirs[-2000:])


def is_by_chance(apy, oracle, seed, folder):
    """asyncio.wait goes through a set of futures, whose order is that of their addresses: does it agree at times?"""
    return any(not list(compare(apy, oracle, [seed], folder)) for _ in range(3))


def show(seed, ours, theirs):
    print('program %d differs:' % seed)
    print(make_program(seed, 'program'))
    ours, theirs = ours.split('\n'), theirs.split('\n')
    same = 0
    while same < min(len(ours), len(theirs)) and ours[same] == theirs[same]:
        same += 1
    print('\n'.join(theirs[max(0, same - 12):same]))
    print('---- CPython goes on\n' + '\n'.join(theirs[same:same + 8]))
    print('---- apy goes on\n' + '\n'.join(ours[same:same + 8]))


def main(apy, first=1, count=300):
    oracle = find_oracle()
    if not oracle:
        return SKIPPED
    bad = []
    with tempfile.TemporaryDirectory() as folder:
        for start in range(first, first + count, BATCH):
            for seed, ours, theirs in compare(apy, oracle, range(start, min(start + BATCH, first + count)), folder):
                if is_by_chance(apy, oracle, seed, folder):
                    continue
                if not bad:
                    show(seed, ours, theirs)
                bad.append(seed)
    print('%d programs from seed %d, %d differ%s' % (count, first, len(bad), ': %s' % bad if bad else ''))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main(os.path.abspath(sys.argv[1]), *map(int, sys.argv[2:])))
