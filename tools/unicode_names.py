#!/usr/bin/env python3
"""unicode_names.py OUT.c SUPPLEMENT   write the table of names of code points

Names come from the unicodedata of the Python that runs the build, and from the supplement: what is
newer than that may be, and aliases. One line each: HEX;NAME or HEX;NAME;alias.
"""
import collections
import os
import sys
import unicodedata

STEP = 16  # every so many words it is written where the word begins


def read_supplement(path, names, aliases):
    with open(path, encoding='ascii') as file:
        for line in file:
            if line.startswith('#'):
                continue
            number, name, *kind = line.strip().split(';')
            if kind:
                aliases.append((int(number, 16), name))
            elif '-%s..' % number in name:
                first, last = name.split('-')[-1].split('..')
                prefix = name[:-len(number) * 2 - 3]
                for c in range(int(first, 16), int(last, 16) + 1):
                    names[c] = '%s-%04X' % (prefix, c)
            else:
                names[int(number, 16)] = name


def is_hangul(c):
    return 0xAC00 <= c <= 0xD7A3


def split_numbered(names):
    """take out the names that end in their own number, as ranges (first, last, prefix)"""
    ranges = []
    for c in sorted(names):
        if not names[c].endswith('-%04X' % c):
            continue
        prefix = names.pop(c)[:-len('-%04X' % c)]
        if ranges and ranges[-1][1] == c - 1 and ranges[-1][2] == prefix:
            ranges[-1][1] = c
        else:
            ranges.append([c, c, prefix])
    return ranges


def rows(items, width=90):
    lines, line = [], '   '
    for item in items:
        if len(line) + len(item) + 2 > width:
            lines.append(line)
            line = '   '
        line += ' ' + item + ','
    return '\n'.join(lines + [line])


def pack(names, number):
    """(runs of consecutive code points [first, count, start], bytes, the most frequent words): a name is a byte
    with the count of words it begins with as the name before does, times 16, and of those that follow; a word is
    the byte of a frequent one, or 0x80 and its number, high byte first"""
    runs, added, before, last = [], [], [], None
    for c in sorted(names):
        words = names[c].split(' ')
        assert len(words) < 16
        if c - 1 != last:
            runs.append([c, 0, len(added)])
            before = []
        runs[-1][1] += 1
        same = len(os.path.commonprefix([before, words]))
        added.append((same, words[same:]))
        before, last = words, c
    counts = collections.Counter(word for _, words in added for word in words)
    frequent = sorted(counts, key=lambda word: (-counts[word], word))[:128]
    short = {word: bytes([i]) for i, word in enumerate(frequent)}
    packed, starts = b'', []
    for same, words in added:
        starts.append(len(packed))
        packed += bytes([same << 4 | len(words)])
        packed += b''.join(short.get(word) or (0x8000 | number[word]).to_bytes(2, 'big') for word in words)
    for run in runs:
        run[2] = starts[run[2]]
    return runs, packed, frequent


def main(out_path, supplement):
    names, aliases = {}, []
    for c in range(0x110000):
        name = unicodedata.name(chr(c), None)
        if name and not is_hangul(c):
            names[c] = name
    read_supplement(supplement, names, aliases)
    ranges = split_numbered(names)
    words = sorted({word for name in names.values() for word in name.split(' ')})
    assert len(words) < 0x8000
    number = {word: i for i, word in enumerate(words)}
    runs, packed, frequent = pack(names, number)
    starts = [sum(map(len, words[:i])) for i in range(0, len(words), STEP)]
    with open(out_path, 'w', encoding='ascii') as out:
        out.write('/* Made by tools/unicode_names.py. */\n#include "base/unicode_names_data.h"\n\n')
        out.write('const char unicode_name_text[] =\n    "%s";\n' % '"\n    "'.join(
            ''.join(words[i:i + 8]) for i in range(0, len(words), 8)))
        out.write('const u32 unicode_name_starts[] = {\n%s\n};\n' % rows(map(str, starts)))
        out.write('const u8 unicode_name_lengths[] = {\n%s\n};\n' % rows(str(len(word)) for word in words))
        out.write('const u32 unicode_name_word_count = %d;\n' % len(words))
        out.write('const u16 unicode_name_frequent[] = {\n%s\n};\n' % rows(str(number[word]) for word in frequent))
        out.write('const u8 unicode_name_packed[] = {\n%s\n};\n' % rows(map(str, packed)))
        out.write('const UnicodeNameRun unicode_name_runs[] = {\n%s\n};\n' % rows(
            '{0x%X, %d, %d}' % tuple(run) for run in runs))
        out.write('const u32 unicode_name_run_count = %d;\n' % len(runs))
        out.write('const UnicodeNameRange unicode_name_ranges[] = {\n%s\n};\n' % rows(
            '{0x%X, 0x%X, "%s"}' % tuple(r) for r in ranges))
        out.write('const u32 unicode_name_range_count = %d;\n' % len(ranges))
        out.write('const UnicodeNameAlias unicode_name_aliases[] = {\n%s\n};\n' % rows(
            '{0x%X, "%s"}' % alias for alias in aliases))
        out.write('const u32 unicode_name_alias_count = %d;\n' % len(aliases))


if __name__ == '__main__':
    main(*sys.argv[1:])
