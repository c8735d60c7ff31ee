#!/usr/bin/env python3
"""place.py IN OUT   copy a program in one piece

A linker writes its output bit by bit, and the page cache keeps it as single pages; what is written at once lies
there in large pieces, as an installed file does, and each touch of it maps more: a tenth of a start.
"""
import os
import sys


def main(source, target):
    with open(source, 'rb') as file:
        program = file.read()
    if os.path.exists(target):
        os.unlink(target)  # it may be running
    with open(target, 'wb') as file:
        file.write(program)
        os.fchmod(file.fileno(), 0o755)


if __name__ == '__main__':
    main(*sys.argv[1:])
