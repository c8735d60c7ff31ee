#!/usr/bin/env python3
"""embed.py OUT.c ROOT FILE...   put the library's modules that are written in the language into the binary

FILE is ROOT/name.apy, ROOT/package/__init__.apy, ...: the module's dotted name follows from its path.
"""
import os
import sys


def module_name(root, path):
    parts = os.path.relpath(path, root)[:-len('.apy')].split(os.sep)
    is_package = parts[-1] == '__init__'
    return '.'.join(parts[:-1] if is_package else parts), is_package


def bytes_of(data):
    """lines of a C array, short enough for any compiler"""
    numbers = [str(byte) for byte in data] + ['0']
    return ',\n'.join(','.join(numbers[i:i + 32]) for i in range(0, len(numbers), 32))


def main(out_path, root, paths):
    rows = []
    with open(out_path, 'w', encoding='utf-8') as out:
        out.write('/* Made by tools/embed.py. */\n#include "vm/library.h"\n\n')
        for number, path in enumerate(sorted(paths, key=lambda p: module_name(root, p))):
            name, is_package = module_name(root, path)
            with open(path, 'rb') as file:
                data = file.read()
            out.write('static const unsigned char text_%d[] = {\n%s};\n' % (number, bytes_of(data)))
            rows.append('    {"%s", %s, {(const char *)text_%d, %d}},' % (
                name, 'true' if is_package else 'false', number, len(data)))
        out.write('\nconst LibraryModule library_modules[] = {\n%s\n};\n' % '\n'.join(rows + ['    {0},']))
        out.write('const u32 library_module_count = %d;\n' % len(rows))


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
