#!/usr/bin/env python3
"""bytecode.py OPS_C PAGE [--check]   write docs/bytecode.md from the comments above the instructions

With --check nothing is written: the exit status tells whether the page is what would be written.
"""
import re
import sys

HEAD = """# The bytecode

Made by `tools/bytecode.py` from `vm/ops.c`, where every instruction is implemented and declared. `apy dis prog.apy` shows a
program's. A word has 64 bits: operation 8, flags 8, and the operands A, B, C of 16 bits each; `BC` is B and C as one number of 32 bits.
"""
PART = re.compile(r'^/\* ---- (.*?) ---- \*/$')
OPCODE = re.compile(r'^OP\((\w+)\)')


def comment_text(lines):
    text = '\n'.join(lines)
    text = re.sub(r'^/\*+ ?|\s*\*/$', '', text)
    return '\n'.join(re.sub(r'^ \* ?', '', line) for line in text.split('\n'))


def comments_and_code(source):
    """pairs (comment lines, the line behind them); a line without comment has none"""
    comment, is_open = [], False
    for line in source.split('\n'):
        if is_open or line.startswith('/*'):
            comment = comment + [line] if is_open else [line]
            is_open = '*/' not in line
            continue
        yield comment, line
        comment = []


def parts(source):
    yield '\n```\n%s\n```\n' % comment_text(source[:source.index('*/') + 2].split('\n'))
    for line_or_row in rows(source):
        yield line_or_row


def rows(source):
    for comment, line in comments_and_code(re.sub(r'(/\* ----.*?\*/)\n', r'\1\n\n', source)):
        part = PART.match(comment[0]) if len(comment) == 1 else None
        opcode = OPCODE.match(line)
        if part:
            yield '\n## %s\n' % (part.group(1)[0].upper() + part.group(1)[1:])
        elif opcode:
            said = ' '.join(comment_text(comment).split())
            yield '- **%s** %s' % (opcode.group(1), said.removeprefix(opcode.group(1)).lstrip())


def main(ops, page, *options):
    with open(ops, encoding='utf-8') as file:
        text = HEAD + '\n'.join(parts(file.read())) + '\n'
    if '--check' in options:
        with open(page, encoding='utf-8') as file:
            same = file.read() == text
        print(page, 'is up to date' if same else 'is old: tools/bytecode.py makes it anew')
        return 0 if same else 1
    with open(page, 'w', encoding='utf-8') as file:
        file.write(text)
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
