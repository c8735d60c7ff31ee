#!/usr/bin/env python3
"""golden.py PYTHON [--all] FOLDER...   make the expected outputs of tests with CPython 3.13

Writes NAME.out for every NAME.apy that has none (--all: for all). Cases in tests/differences/, whose output
is apy's own, are left alone.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tests'))
import run  # noqa: E402

OPTIONS_OF_APY = ['--clock=virtual']  # CPython waits in real time


def main(python, everything, folders):
    for folder in folders:
        if os.path.basename(os.path.normpath(folder)) == 'differences':
            continue
        for name in sorted(os.listdir(folder)):
            base = os.path.join(folder, name[:-4])
            if name.endswith('.apy') and (everything or not os.path.exists(base + '.out')):
                with open(base + '.out', 'w', encoding='utf-8', errors='surrogateescape') as out:
                    out.write(run.outcome([python], folder, base, without=OPTIONS_OF_APY))
                print(base)


if __name__ == '__main__':
    main(sys.argv[1], '--all' in sys.argv, [a for a in sys.argv[2:] if a != '--all'])
