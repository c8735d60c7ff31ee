"""Compare the lexer with CPython 3.13: tokens of whole files, errors of short inputs.

    python3.13 tests/unit/lexer_against_cpython.py build/tests/lexer_dump [FILE...]

Without files the standard library is read, its tests included. Every file is also fed in
pieces of random size, which must give the same tokens.
"""
import ast
import glob
import io
import os
import re
import subprocess
import sys
import sysconfig
import token as T
import tokenize
import unicodedata

SKIPPED = {T.COMMENT, T.NL, T.ENCODING}
OPERATORS = {text: T.tok_name[name] for text, name in T.EXACT_TOKEN_TYPES.items()}
OPERATORS['<>'] = 'LESSGREATER'
OPERATORS['-='] = 'MINUSEQUAL'
KEYWORDS = set(__import__('keyword').kwlist)
STRAY = set('$?`')


def number_kind(text):
    if text[-1] in 'jJ' and not text.lower().startswith('0x'):
        return 'IMAGINARY'
    if text.lower().startswith(('0x', '0o', '0b')):
        return 'INTEGER'
    return 'FLOAT' if set(text) & set('.eE') else 'INTEGER'


def kind_of(token):
    if token.type == T.NAME:
        return token.string.upper() if token.string in KEYWORDS else 'NAME'
    if token.type == T.OP:
        return OPERATORS.get(token.string) or ('STRAY' if token.string in STRAY else '?')
    if token.type == T.NUMBER:
        return number_kind(token.string)
    if token.type == T.STRING:
        prefix = re.match('[a-zA-Z]*', token.string)[0]
        return 'BYTES' if 'b' in prefix.lower() else 'STRING'
    return {T.ENDMARKER: 'END'}.get(token.type, T.tok_name[token.type])


def value_of(kind, text):
    """The decoded value as bytes, or None where it is not compared."""
    if kind == 'NAME':
        return unicodedata.normalize('NFKC', text).encode()
    if kind == 'INTEGER':
        return (text[2:] if text[:2].lower() in ('0x', '0o', '0b') else text).replace(
            '_', '').encode()
    if kind in ('STRING', 'BYTES'):
        value = ast.literal_eval(text)
        return value if kind == 'BYTES' else value.encode('utf-8', 'surrogatepass')
    if kind in ('FLOAT', 'IMAGINARY'):
        return complex(text.replace('_', '')) if kind == 'IMAGINARY' else float(text)
    return None


def cut(lines, start, end):
    """The text between two positions."""
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1]:end[1]]
    between = lines[start[0]:end[0] - 1]
    return ''.join([lines[start[0] - 1][start[1]:], *between, lines[end[0] - 1][:end[1]]])


def expected_tokens(data):
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    source = data.decode(encoding)
    lines = io.StringIO(source, newline=None).read().splitlines(keepends=True)
    if '\f' in source or '\x1c' in source or '\x85' in source or '\u2028' in source:
        lines = [line + '\n' for line in source.replace('\r\n', '\n').split('\n')]
    out = []
    text_start = comment = None
    for token in tokenize.tokenize(io.BytesIO(data).readline):
        if token.type == T.COMMENT:
            comment = token.start
        if token.type in SKIPPED:
            continue
        kind = kind_of(token)
        text, start, end = token.string, token.start, token.end
        if kind == 'FSTRING_MIDDLE':
            # CPython cuts the text behind doubled braces and \N{...}.
            text_start = text_start or (text and start)
            continue
        if text_start and text_start != start:
            text = cut(lines, text_start, start)
            out.append(('FSTRING_MIDDLE', text_start, start, text))
            text = token.string
        text_start = None
        if kind in ('NEWLINE', 'END', 'DEDENT'):
            text = None
        if kind == 'NEWLINE' and token.string in ('', '\r\n'):
            end = (end[0], start[1] + 1)
        if kind == 'NEWLINE' and comment and comment[0] == start[0]:
            start = comment
        out.append((kind, start, end, text))
    return out


LINE = re.compile(r'(\w+) (\d+):(\d+) (\d+):(\d+) (\d+) (\d+) "((?:[^"\\]|\\.)*)" '
                  r'"((?:[^"\\]|\\.)*)" ?(.*)')


def unquote(text):
    return re.sub(r'\\x(..)', lambda m: chr(int(m[1], 16)), text).encode(
        'latin-1') if text.isascii() else re.sub(
        rb'\\x(..)', lambda m: bytes([int(m[1], 16)]), text.encode())


def dump(program, name, *options):
    run = subprocess.run([program, *options, name], capture_output=True, timeout=120)
    return run.stdout, run.stderr


def parse_dump(output):
    tokens, rest = [], []
    for line in output.decode('latin-1').splitlines():
        m = LINE.match(line)
        if not m:
            rest.append(line)
            continue
        kind, a, b, c, d, _, _, text, value, number = m.groups()
        text = unquote(text).decode('utf-8', 'surrogatepass')
        if kind in ('NEWLINE', 'END', 'DEDENT'):
            text = None
        start, end = (int(a), int(b)), (int(c), int(d))
        tokens.append((kind, start, end, text, unquote(value), number))
    return tokens, rest


def compare_values(name, token, problems):
    kind, _, _, text, value, number = token
    if kind == 'STRING' and '\\N' in text:
        return
    try:
        expected = value_of(kind, text)
    except (SyntaxError, ValueError):
        return
    if expected is None:
        return
    if kind in ('FLOAT', 'IMAGINARY'):
        value = complex(0, float(number)) if kind == 'IMAGINARY' else float(number)
    if value != expected:
        problems.append(f'{name}: {token}: value should be {expected!r}')


def soft_keywords(source):
    """The lines where CPython's parser finds match and type, and how often case."""
    found = set()
    cases = 0
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Match):
            found.add(('MATCH', node.lineno))
            cases += len(node.cases)
        elif isinstance(node, ast.TypeAlias):
            found.add(('TYPE', node.lineno))
    return found | {('CASE', cases)}


def compare_soft_keywords(program, name, data, problems):
    try:
        expected = soft_keywords(data)
    except (SyntaxError, ValueError, RecursionError):
        return
    tokens, _ = parse_dump(dump(program, name, '-w', '-s', '3')[0])
    found = {(t[0], t[1][0]) for t in tokens if t[0] in ('MATCH', 'TYPE')}
    found.add(('CASE', sum(t[0] == 'CASE' for t in tokens)))
    if found != expected:
        problems.append(f'{name}: soft keywords: {sorted(found ^ expected)}')


def compare_file(program, name, problems):
    data = open(name, 'rb').read()
    output, errors = dump(program, name)
    if errors:
        problems.append(f'{name}: {errors[-2000:].decode()}')
    tokens, rest = parse_dump(output)
    for seed in (1, 2):
        if dump(program, name, '-s', str(seed))[0] != output:
            problems.append(f'{name}: other tokens in pieces (seed {seed})')
    compare_soft_keywords(program, name, data, problems)
    try:
        expected = expected_tokens(data)
    except (SyntaxError, tokenize.TokenError) as error:
        if not any(line.startswith('ERROR') for line in rest):
            problems.append(f'{name}: no error, but {error!r}')
        return
    if any(line.startswith('ERROR') for line in rest):
        problems.append(f'{name}: {rest[-1]}')
    for have, want in zip(tokens, expected):
        if have[:4] != want:
            problems.append(f'{name}: {have[:4]} should be {want}')
            return
        compare_values(name, have, problems)
    if len(tokens) != len(expected):
        problems.append(f'{name}: {len(tokens)} tokens, not {len(expected)}')


def main():
    program, *names = sys.argv[1:]
    if not names:
        folder = sysconfig.get_paths()['stdlib']
        names = sorted(glob.glob(os.path.join(folder, '**', '*.py'), recursive=True))
    problems = []
    for i, name in enumerate(names):
        compare_file(program, name, problems)
        while problems:
            print(problems.pop(0)[:400], flush=True)
    print(f'{len(names)} files compared')


if __name__ == '__main__':
    main()
