#!/usr/bin/env python3
"""layers.py ROOT   hold the ranks of the folders: a file includes its own folder and lower ones only"""
import os
import re
import sys

RANKS = {name: rank for rank, name in enumerate(
    ['base', 'objects', 'lexer', 'parser', 'compiler', 'vm', 'loop', 'stdlib', 'debug', 'cli'])}
INCLUDE = re.compile(r'^#include "(\w+)/', re.M)


def violations(root):
    for folder, rank in RANKS.items():
        for where, _, names in os.walk(os.path.join(root, folder)):
            for name in sorted(names):
                if not name.endswith(('.c', '.h', '.re', '.y')):
                    continue
                with open(os.path.join(where, name), encoding='utf-8') as file:
                    for target in INCLUDE.findall(file.read()):
                        if RANKS.get(target, rank) > rank:
                            yield '%s/%s includes %s/' % (folder, name, target)


if __name__ == '__main__':
    found = list(violations(sys.argv[1]))
    print('\n'.join(found) or 'every include goes to its own rank or a lower one')
    sys.exit(1 if found else 0)
