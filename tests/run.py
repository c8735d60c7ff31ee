#!/usr/bin/env python3
"""run.py APY FOLDER [NAME...]   run the cases of a folder of tests, printing TAP

A case is NAME.apy with NAME.out beside it: what it prints, made by CPython 3.13 (tools/golden.py). It may
have NAME.in (standard input) and NAME.args (command line arguments, one a line; `-i`, `-c` ... come before
the file, see arguments_of). NAME.out holds stdout; if stderr is not empty, a line `--- stderr` and it; if
the exit status is not 0, a line `--- exit N`. Paths of the folder read as <dir>.
"""
import concurrent.futures
import os
import re
import subprocess
import sys

TIMEOUT = 120


def read(path):
    with open(path, encoding='utf-8', errors='surrogateescape', newline='') as file:
        return file.read()


def arguments_of(base):
    """the command line behind the interpreter; the word FILE stands for the program"""
    if not os.path.exists(base + '.args'):
        return [os.path.basename(base) + '.apy']
    return [os.path.basename(base) + '.apy' if word == 'FILE' else word
            for word in read(base + '.args').splitlines()]


def environment():
    kept = {name: value for name, value in os.environ.items() if not name.startswith('PYTHON')}
    kept.update(PYTHONUTF8='1', NO_COLOR='1', PYTHONDONTWRITEBYTECODE='1', TZ='UTC', LC_ALL='C.UTF-8')
    kept.setdefault('APY_CHECK_LEAKS', '1')  # objects that are alive at the end are told, and status 99
    return kept


def normal(text, folder):
    text = text.replace(os.path.abspath(folder), '<dir>')
    return re.sub(r'0x[0-9a-f]{6,}', '0x...', text)


def outcome(command, folder, base, without=()):
    """what running the case shows, in the form of an .out file; `without` are arguments to leave out"""
    given = read(base + '.in').encode() if os.path.exists(base + '.in') else b''
    try:
        words = command + [word for word in arguments_of(base) if word not in without]
        done = subprocess.run(words, cwd=folder, input=given, env=environment(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return '--- it runs for ever\n'
    shown = normal(done.stdout.decode('utf-8', 'surrogateescape'), folder)
    errors = normal(done.stderr.decode('utf-8', 'surrogateescape'), folder)
    if errors:
        shown += '--- stderr\n' + errors
    if done.returncode:
        shown += '--- exit %d\n' % done.returncode
    return shown


def first_difference(expected, got):
    expected, got = expected.split('\n'), got.split('\n')
    for number, (a, b) in enumerate(zip(expected + [None] * len(got), got + [None] * len(expected))):
        if a != b:
            return '# line %d\n#   expected %r\n#   got      %r' % (number + 1, a, b)
    return ''


def cases(folder, names):
    found = sorted(name[:-4] for name in os.listdir(folder) if name.endswith('.apy'))
    found = [name for name in found if os.path.exists(os.path.join(folder, name + '.out'))]
    return [name for name in found if not names or name in names]


def main(apy, folder, names):
    todo = cases(folder, names)
    print('1..%d' % len(todo))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max(2, os.cpu_count() or 2)) as pool:
        runs = [pool.submit(outcome, [apy], folder, os.path.join(folder, name)) for name in todo]
        for number, (name, run) in enumerate(zip(todo, runs), 1):
            expected = read(os.path.join(folder, name + '.out'))
            good = run.result() == expected
            failed += not good
            print('%s %d %s' % ('ok' if good else 'not ok', number, name))
            if not good:
                print(first_difference(expected, run.result()))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3:]))
