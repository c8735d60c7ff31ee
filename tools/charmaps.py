#!/usr/bin/env python3
"""charmaps.py OUT.c   write objects/codecs_charmaps.c: tables of encodings of one byte a character

Run by hand; the result is committed.
"""
import sys
from encodings.aliases import aliases

NAMES = ('cp437 cp850 cp852 cp855 cp858 cp866 cp874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 '
         'cp1256 cp1257 cp1258 iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 '
         'iso8859_8 iso8859_9 iso8859_10 iso8859_11 iso8859_13 iso8859_14 iso8859_15 '
         'iso8859_16 koi8_r koi8_u mac_roman').split()


def code_points(name):
    for byte in range(256):
        text = bytes([byte]).decode(name, 'replace')
        assert byte > 127 or ord(text) == byte
        if byte > 127:
            yield 0xFFFE if text == '\ufffd' else ord(text)


def main(path):
    with open(path, 'w', encoding='ascii') as out:
        out.write('/* Made by tools/charmaps.py. */\n#include "objects/codecs_make.h"\n\n')
        for name in NAMES:
            numbers = ['0x%X' % c for c in code_points(name)]
            rows = [', '.join(numbers[i:i + 8]) for i in range(0, 128, 8)]
            out.write('static const u16 %s[128] = {\n    %s,\n};\n\n' % (name, ',\n    '.join(rows)))
        out.write('const Charmap codec_charmaps[] = {\n')
        for name in NAMES:
            others = ' '.join(sorted(alias for alias, target in aliases.items() if target == name))
            out.write('    {"%s",\n     "%s",\n     %s},\n' % (
                name, '"\n     "'.join(wrap(others)), name))
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
