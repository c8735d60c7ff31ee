#!/usr/bin/env python3
"""no_globals.py OBJECT-OR-ARCHIVE...   our own code has no mutable state outside the VM

Lists what lies in writable memory (.data, .bss and their like; tables that are only relocated are read-only
once the program runs), and holds that it is nothing but the few that are allowed here by name.
"""
import re
import subprocess
import sys

WRITABLE = re.compile(r'^\.(data|bss|tdata|tbss)')
ALLOWED = {
    'receiver': 'loop/chance.c: a signal handler gets no argument, so it must find the VM here',
    'yyTraceFILE': "lemon's, in builds with assertions: nobody sets it",
    'yyTracePrompt': "lemon's, in builds with assertions: nobody sets it",
}


def readelf(paths):
    return subprocess.run(['readelf', '-W', '-S', '-s'] + paths, stdout=subprocess.PIPE, text=True,
                          check=True).stdout


def writable_symbols(listing):
    """(file, symbol) of each; the listing of an object is its sections, then its symbols"""
    file, sections = '', set()
    for line in listing.splitlines():
        if line.startswith('File:'):
            file, sections = line.split()[1], set()
            continue
        section = re.match(r'\s*\[\s*(\d+)\]\s+(\S+)', line)
        if section:
            if WRITABLE.match(section[2]) and not section[2].startswith('.data.rel.ro'):
                sections.add(section[1])
            continue
        fields = line.split()
        is_data = len(fields) >= 8 and fields[6] in sections and fields[3] in ('OBJECT', 'TLS')
        if is_data and not fields[7].startswith('__odr_asan.'): # what the address sanitizer adds
            yield file, re.sub(r'\.\d+$', '', fields[7])


def main(paths):
    found = sorted(set(writable_symbols(readelf(paths))))
    wrong = [(file, name) for file, name in found if name not in ALLOWED]
    for file, name in wrong:
        print('writable: %s in %s' % (name, file))
    print('%d writable symbols, %d allowed' % (len(found), len(found) - len(wrong)))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
