#!/usr/bin/env python3
"""startup_order.py OUT.ld APY...   write the linker script that puts together what every start runs

The program's functions lie in the order of its source files; a start runs some 600 of them, on as many pages as
there are. This lists those that valgrind sees in an empty program and in a first asyncio program, run by builds with
and without link-time optimisation (which gives functions names with an end), for the linker to place side by side. A name that is no longer there does no harm, a new one is only not at its best place: run this
again when much has changed.
"""
import os
import re
import subprocess
import sys
import tempfile

PROGRAMS = ['', 'import asyncio\nasync def main():\n    await asyncio.sleep(0)\n    print("hello")\nasyncio.run(main())\n']
LINE = re.compile(r'(ob|cob|fn|cfn)=\((\d+)\)(?: (.*))?$')


def functions(profile, program):
    """names of the program's own functions in a file of callgrind's, which writes each name once"""
    objects, names, here = {}, {}, ''
    for line in profile:
        found = LINE.match(line.rstrip('\n'))
        if not found:
            continue
        sort, number, name = found.groups()
        table = objects if 'ob' in sort else names
        if name:
            table[number] = name
        if sort == 'ob':
            here = objects[number]
        elif sort == 'fn' and os.path.basename(here) in (os.path.basename(program), '???'):
            yield re.sub(r"'\d+$", '', names[number])


def run(program, source):
    with tempfile.TemporaryDirectory() as folder:
        script, profile = os.path.join(folder, 'program.apy'), os.path.join(folder, 'profile')
        with open(script, 'w', encoding='utf-8') as file:
            file.write(source)
        subprocess.run(['valgrind', '-q', '--tool=callgrind', '--callgrind-out-file=' + profile, program, script],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(profile, encoding='utf-8') as file:
            return set(functions(file, program))


def main(out_path, *programs):
    seen = set().union(*(run(program, source) for program in programs for source in PROGRAMS))
    names = sorted({name.split('.')[0] for name in seen if re.fullmatch(r'[A-Za-z_][\w.]*', name)})
    with open(out_path, 'w', encoding='ascii') as out:
        out.write('/* Made by tools/startup_order.py: the functions and tables that every start runs, side by side. */\n'
                  'SECTIONS {\n    .text.start_up : {\n')
        out.writelines('        *(.text.%s .text.%s.*)\n' % (name, name) for name in names)
        out.write('    }\n}\nINSERT BEFORE .text;\n'
                  'SECTIONS { .rodata.start_up : { *(.rodata.type_specs) } }\nINSERT BEFORE .rodata;\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
