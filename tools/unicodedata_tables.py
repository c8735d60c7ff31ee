#!/usr/bin/env python3
"""unicodedata_tables.py OUT.c   write stdlib/unicodedata_tables.c: widths, odd decompositions

Run by hand with a Python whose unicodedata has the wanted version of Unicode; the result is committed.
"""
import sys
import unicodedata


def guess(c, is_canonical):
    """what stdlib/unicodedata.c makes of the full decomposition"""
    full = unicodedata.normalize('NFD' if is_canonical else 'NFKD', c)
    if not is_canonical or len(full) == 1:
        return full
    return unicodedata.normalize('NFC', full[:-1]) + full[-1]


def odd_decompositions():
    for number in range(0x110000):
        c = chr(number)
        parts = unicodedata.decomposition(c).split()
        if not parts or 0xAC00 <= number <= 0xD7A3:
            continue
        is_canonical = parts[0][0] != '<'
        real = ''.join(chr(int(part, 16)) for part in (parts if is_canonical else parts[1:]))
        if real != guess(c, is_canonical):
            yield number, real


def widths():
    """ranges (first, last, class) of all that is not neutral"""
    ranges = []
    for number in range(0x110000):
        width = unicodedata.east_asian_width(chr(number))
        if width == 'N':
            continue
        if ranges and ranges[-1][1] == number - 1 and ranges[-1][2] == width:
            ranges[-1][1] = number
        else:
            ranges.append([number, number, width])
    return ranges


def table(kind, name, rows):
    lines, line = [], '   '
    for row in rows:
        if len(line) + len(row) > 87:
            lines.append(line)
            line = '   '
        line += ' ' + row + ','
    return 'const %s %s[] = {\n%s\n};\nconst u32 %s_count = %d;\n' % (
        kind, name, '\n'.join(lines + [line]), name, len(rows))


def main(path):
    with open(path, 'w', encoding='ascii') as out:
        out.write('/* Made by tools/unicodedata_tables.py of Unicode %s. */\n'
                  '#include "stdlib/unicodedata_tables.h"\n\n' % unicodedata.unidata_version)
        out.write(table('WidthRange', 'unicode_widths',
                        ['{0x%X, 0x%X, "%s"}' % tuple(row) for row in widths()]))
        out.write('\n' + table('OddDecomposition', 'unicode_odd_decompositions', [
            '{0x%X, {%s}}' % (number, ', '.join('0x%X' % ord(c) for c in real))
            for number, real in odd_decompositions()]))


if __name__ == '__main__':
    main(sys.argv[1])
