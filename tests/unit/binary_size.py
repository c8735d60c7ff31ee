#!/usr/bin/env python3
"""binary_size.py APY STRIP   the program without its symbols stays small: under 6 MB"""
import os
import subprocess
import sys
import tempfile

MOST = 6_000_000


def stripped_size(program, strip):
    with tempfile.TemporaryDirectory() as folder:
        bare = os.path.join(folder, 'apy')
        subprocess.run([strip, '-o', bare, program], check=True)
        return os.path.getsize(bare)


if __name__ == '__main__':
    size = stripped_size(*sys.argv[1:])
    print('%s bytes, at most %s' % (format(size, ','), format(MOST, ',')))
    sys.exit(size >= MOST)
