#!/usr/bin/env python3
"""run.py APY [--against PYTHON ...] [--runs N] [--markdown FILE] [PROGRAM ...]

Compare interpreters on whole programs. Each program is run by each interpreter in turn, N times (A B A B
...), so that a machine whose speed drifts treats all alike. A row shows the median of user+system time in
milliseconds, the ratio to apy, and peak memory. Programs: names in bench/programs, or paths of your own;
none: all. The outputs must agree.
"""
import argparse
import math
import os
import statistics
import sys
import tempfile

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'programs')


def run_once(command):
    """(user+system seconds, peak KiB, output) of one process"""
    with tempfile.TemporaryFile() as out:
        actions = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                   (os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, out.fileno(), 2)]
        child = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
        out.seek(0)
        text = out.read()
    if status:
        text += b'\nexit status %d' % os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss, text


def compare(path, interpreters, runs):
    """per interpreter: (median seconds, peak KiB, output)"""
    seen = [[] for _ in interpreters]
    for _ in range(runs):
        for at, interpreter in enumerate(interpreters):
            seen[at].append(run_once([interpreter, path]))
    return [(statistics.median(t for t, _, _ in rows), max(m for _, m, _ in rows), rows[-1][2]) for rows in seen]


def programs(words):
    if not words:
        return [os.path.join(HERE, name) for name in sorted(os.listdir(HERE)) if name.endswith('.py')]
    return [word if os.path.exists(word) else os.path.join(HERE, word + '.py') for word in words]


def group_of(path):
    return os.path.basename(path).split('_')[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('apy')
    parser.add_argument('--against', nargs='+', default=['/usr/bin/python3'])
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--markdown')
    parser.add_argument('programs', nargs='*')
    given = parser.parse_intermixed_args()
    interpreters = [given.apy] + given.against
    names = ['apy'] + [os.path.basename(name) for name in given.against]
    lines = ['| program | ' + ' | '.join('%s ms' % n for n in names) + ' | ' +
             ' | '.join('%s / apy' % n for n in names[1:]) + ' | ' + ' | '.join('%s MiB' % n for n in names) + ' |',
             '|---' * (3 * len(names)) + '|']
    print('\n'.join(lines), flush=True)
    ratios = {}
    for path in programs(given.programs):
        rows = compare(path, interpreters, given.runs)
        name = os.path.basename(path)[:-3]
        wrong = [n for n, row in zip(names, rows) if row[2] != rows[-1][2]]
        for other, row in zip(names[1:], rows[1:]):
            ratios.setdefault((group_of(path), other), []).append(row[0] / max(rows[0][0], 1e-4))
        line = '| %s%s | %s | %s | %s |' % (
            name, ' (OUTPUTS DIFFER)' if wrong else '', ' | '.join('%.1f' % (r[0] * 1e3) for r in rows),
            ' | '.join('%.2f' % (r[0] / max(rows[0][0], 1e-4)) for r in rows[1:]),
            ' | '.join('%.1f' % (r[1] / 1024) for r in rows))
        lines.append(line)
        print(line, flush=True)
    for (group, other), values in sorted(ratios.items()):
        mean = math.exp(sum(map(math.log, values)) / len(values))
        line = '\ngeometric mean, %s: %s takes %.2f times as long as apy' % (group, other, mean)
        lines.append(line)
        print(line)
    if given.markdown:
        with open(given.markdown, 'w', encoding='utf-8') as file:
            file.write('\n'.join(lines) + '\n')


if __name__ == '__main__':
    main()
