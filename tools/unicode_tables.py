#!/usr/bin/env python3
"""unicode_tables.py OUT.c   write base/unicode_data.c: what libutf8proc has no tables for

Run by hand with a Python whose unicodedata has the wanted version of Unicode; the result is
committed, so that every build has the same.
"""
import sys
import unicodedata

ALL = [chr(i) for i in range(0x110000)]


def runs(points, same=lambda a, b: b == a + 1):
    """consecutive members of a sorted list, as lists"""
    out = []
    for point in points:
        if out and same(out[-1][-1], point):
            out[-1].append(point)
        else:
            out.append([point])
    return out


def ranges(name, points):
    """a table of first and last of each run, one bracketed by the other"""
    rows = ['{0x%X, 0x%X}' % (run[0], run[-1]) for run in runs(points)]
    return table('UnicodeRange', name, rows)


def table(kind, name, rows):
    lines, line = [], '   '
    for row in rows:
        if len(line) + len(row) > 87:
            lines.append(line)
            line = '   '
        line += ' ' + row + ','
    lines.append(line)
    return 'const %s unicode_%s[] = {\n%s\n};\nconst u32 unicode_%s_count = %d;\n' % (
        kind, name, '\n'.join(lines), name, len(rows))


def decimals():
    points = [ord(c) for c in ALL if unicodedata.decimal(c, None) == 0]
    for point in points:
        assert all(unicodedata.decimal(chr(point + i)) == i for i in range(10))
    assert sum(c.isdecimal() for c in ALL) == len(points) * 10
    return table('u32', 'decimals', ['0x%X' % point for point in points])


def numbers():
    rest = [(ord(c), unicodedata.numeric(c), c.isdigit()) for c in ALL
            if c.isnumeric() and not c.isdecimal()]
    found = runs(rest, lambda a, b: b[0] == a[0] + 1 and b[1] == a[1] + 1 and b[2] == a[2])
    rows = ['{0x%X, %d, %d, %s}' % (run[0][0], len(run), run[0][2], repr(run[0][1]))
            for run in found]
    return table('UnicodeNumber', 'numbers', rows)


def special(name, change):
    rows = []
    for c in ALL:
        if len(change(c)) > 1:
            rows.append('{0x%X, {%s}}' % (ord(c), ', '.join('0x%X' % ord(d) for d in change(c))))
    return table('UnicodeSpecial', name, rows)


def where(condition):
    return [i for i, c in enumerate(ALL) if condition(c, unicodedata.category(c))]


def is_start(c):
    return c.isidentifier() and c != '_'


def main(path):
    with open(path, 'w', encoding='ascii') as out:
        out.write('/* Made by tools/unicode_tables.py of Unicode %s. */\n'
                  '#include "base/unicode_data.h"\n\n' % unicodedata.unidata_version)
        out.write('\n'.join([
            decimals(), numbers(),
            special('special_upper', str.upper), special('special_title', str.title),
            ranges('other_lower', where(lambda c, k: c.islower() and k != 'Ll')),
            ranges('other_upper', where(lambda c, k: c.isupper() and k != 'Lu')),
            ranges('other_start', where(
                lambda c, k: is_start(c) and k not in ('Lu', 'Ll', 'Lt', 'Lm', 'Lo', 'Nl'))),
            ranges('not_start', where(
                lambda c, k: not is_start(c) and k in ('Lu', 'Ll', 'Lt', 'Lm', 'Lo', 'Nl'))),
            ranges('other_continue', where(
                lambda c, k: ('a' + c).isidentifier() and not is_start(c)
                and k not in ('Mn', 'Mc', 'Nd', 'Pc'))),
        ]))


if __name__ == '__main__':
    main(sys.argv[1])
