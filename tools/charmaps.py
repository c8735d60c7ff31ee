#!/usr/bin/env python3
"""charmaps.py OUT.c   write objects/codecs_charmaps.c: tables of encodings of one byte a character

Run by hand; the result is committed.
"""
import sys
from encodings.aliases import aliases

NAMES = ('cp037 cp273 cp424 cp437 cp500 cp720 cp737 cp775 cp850 cp852 cp855 cp856 cp857 cp858 cp860 '
         'cp861 cp862 cp863 cp864 cp865 cp866 cp869 cp874 cp875 cp1006 cp1026 cp1125 cp1140 cp1250 '
         'cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 hp_roman8 iso8859_2 iso8859_3 '
         'iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_9 iso8859_10 iso8859_11 iso8859_13 '
         'iso8859_14 iso8859_15 iso8859_16 koi8_r koi8_t koi8_u kz1048 mac_arabic mac_croatian '
         'mac_cyrillic mac_farsi mac_greek mac_iceland mac_latin2 mac_roman mac_romanian mac_turkish '
         'palmos ptcp154 tis_620').split()


def code_points(name):
    texts = [bytes([byte]).decode(name, 'replace') for byte in range(256)]
    return [0xFFFE if text == '\ufffd' else ord(text) for text in texts]


def table(name, points):
    numbers = ['0x%X' % c for c in points]
    rows = [', '.join(numbers[i:i + 10]) for i in range(0, 128, 10)]
    return 'static const u16 %s[128] = {\n    %s,\n};\n\n' % (name, ',\n    '.join(rows))


def main(path):
    with open(path, 'w', encoding='ascii') as out:
        out.write('/* Made by tools/charmaps.py. */\n#include "objects/codecs_make.h"\n\n')
        low = {}
        for name in NAMES:
            points = code_points(name)
            out.write(table(name, points[128:]))
            if points[:128] != list(range(128)):
                out.write(table(name + '_low', points[:128]))
                low[name] = name + '_low'
        out.write('const Charmap codec_charmaps[] = {\n')
        for name in NAMES:
            others = ' '.join(sorted(alias for alias, target in aliases.items() if target == name))
            out.write('    {"%s",\n     "%s",\n     %s, %s},\n' % (
                name, '"\n     "'.join(wrap(others)), name, low.get(name, 'NULL')))
        out.write('    {0},\n};\n')


def wrap(words):
    lines = ['']
    for word in words.split():
        if len(lines[-1]) + len(word) > 76:
            lines.append('')
        lines[-1] += word + ' '
    lines[-1] = lines[-1].rstrip()
    return lines


if __name__ == '__main__':
    main(sys.argv[1])
