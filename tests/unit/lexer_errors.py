"""Compare the lexer's errors with those of compile() in CPython 3.13.

    python3.13 tests/unit/lexer_errors.py build/lexer_dump [ROUNDS]

First the inputs of lexer_errors.txt, then ROUNDS times 200 mutations of them. CPython
reports parser errors too; a text is compared when either side's error is one of the
tokenizer's.
"""
import os
import random
import re
import subprocess
import sys
import tempfile
import warnings

# Inputs are separated by | and have ~ for a line end.
INPUTS = os.path.join(os.path.dirname(__file__), 'lexer_errors.txt')


def inputs():
    texts = []
    with open(INPUTS, encoding='utf-8') as file:
        lines = file.read().strip().split('\n')
    for line in lines:
        line = line.replace('\\t', '\t') if 'if 1:' in line else line
        line = line.replace('\\f', '\f') if 'if 1:' in line else line
        texts += [text.replace('~', '\n') for text in line.split('|')]
    texts += ['(' * 201, '[' * 200, 'x=' + '[' * 200 + ']' * 200]
    texts += ["f'{" * 160, "f'{" * 100]
    for levels in (98, 99, 100, 101, 102):
        texts.append('\n'.join(' ' * i + 'if 1:' for i in range(levels)))
    return texts + [text + '\n' for text in texts]


TOKENIZER = re.compile(
    r"unterminated|f-string: expecting '}'$|f-string: single|f-string: unmatched|"
    r"^unmatched|closing parenthesis|f-string: expressions nested|too many nested|"
    r"invalid (\w+ )?literal|leading zeros|invalid digit|"
    r"invalid (non-printable )?character|unexpected (char|EOF)|"
    r"inconsistent use|unindent|too many levels|never closed|\((unicode|value) error|"
    r'bytes can only')
UNICODE_NAME = re.compile(r'unknown Unicode character name')


def compiled(text):
    """CPython's (kind, line, offset, end line, end offset, message), and warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        try:
            compile(text, 'f', 'exec')
            error = None
        except SyntaxError as e:
            error = (type(e).__name__, e.lineno, e.offset, e.end_lineno, e.end_offset,
                     e.msg)
        except (UnicodeError, MemoryError, ValueError) as e:
            return None, None
    said = {(w.lineno, str(w.message)) for w in caught
            if re.search('invalid (octal |)escape|invalid \\w+ literal', str(w.message))}
    return error, said


def unquote(text):
    return re.sub(rb'\\x(..)', lambda m: bytes([int(m[1], 16)]), text.encode()).decode()


def dumped(output):
    """Like compiled, with the error's rank, for every file."""
    for part in re.split(r'^FILE .*\n', output, flags=re.M)[1:]:
        error, said = None, set()
        for line in part.splitlines():
            if line.startswith('WARNING'):
                _, number, text = line.split(' ', 2)
                said.add((int(number), unquote(text[1:-1])))
            elif line.startswith('ERROR'):
                _, kind, a, b, c, d, rank, _, text = line.split(' ', 8)
                end = int(c) or int(a)
                message = unquote(text[1:-1])
                error = (kind, int(a), int(b), end, int(d), message), int(rank)
        yield error, said


def check(text, have, have_warnings):
    want, want_warnings = compiled(text)
    if want_warnings is None or (want and UNICODE_NAME.search(want[-1])):
        return True
    if have is None:
        if want is None:
            return have_warnings == want_warnings
        return not TOKENIZER.search(want[-1])
    error, rank = have
    if rank == 2 and want and 'never closed' in want[-1]:
        return True
    if rank == 2 and want and not TOKENIZER.search(want[-1]):
        return True  # the parser's error comes first
    if want and not TOKENIZER.search(want[-1]):
        # The parser's error comes before those in f-strings.
        if want[0] == 'IndentationError' or re.search(r'f[rR]?["\']', text):
            return True
    if rank == 2 and want and error[1] != error[3] and error[:3] == want[:3]:
        return True  # CPython measures the end in another line; so does the parser
    if rank == 1 and want and want[1] <= error[1]:
        return not TOKENIZER.search(want[-1]) or error == want
    if 'line continuation' in error[-1] and not text.isascii():
        return want and want[-1] == error[-1]  # its column is off in joined lines
    return error == want


def run(program, texts, folder):
    names = []
    for i, text in enumerate(texts):
        names.append(os.path.join(folder, f'{i}.py'))
        with open(names[-1], 'wb') as file:
            file.write(text.encode('utf-8', 'surrogatepass'))
    result = subprocess.run([program, *names], capture_output=True, timeout=300,
                            text=True)
    if result.stderr:
        print(result.stderr[-3000:])
    failures = 0
    for text, (have, said) in zip(texts, dumped(result.stdout), strict=True):
        if not check(text, have, said):
            failures += 1
            print(f'{text!r:.300}\n  have {have} {said}\n  want {compiled(text)}')
    return failures


PIECES = ['"', "'", '"""', "'''", 'f"', "f'", 'f"""', "f'''", '{', '}', '(', ')', '[',
          ']', '\\', '\n', '\n  ', '\n    ', '\n\t', ' ', '#', ':', '!r', '=', '1', '0',
          '_', 'e', 'j', '.', 'x', 'if 1:', '0x', '0b', '\\N{DOT}', '\\x', '\\d', 'é',
          '€', '{{', '}}', ',', '\r\n', 'rb"', "rf'", '\x0c', '$', '\\\n',
          'lambda x:', ':=', 'a', 'in', 'else', '\x01']


def mutate(text):
    for _ in range(random.randint(1, 4)):
        i = random.randint(0, len(text))
        j = min(len(text), i + random.randint(0, 3))
        action = random.random()
        if action < 0.6:
            text = text[:i] + random.choice(PIECES) + text[i:]
        elif action < 0.8:
            text = text[:i] + text[j:]
        else:
            text = text[:i] + random.choice(PIECES) + text[j:]
    return text


def main():
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    random.seed(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    with tempfile.TemporaryDirectory() as folder:
        base = inputs()
        failures = run(program, base, folder)
        print(f'{len(base)} inputs, {failures} differ', flush=True)
        short = [text for text in base if len(text) < 60]
        failures = 0
        for _ in range(rounds):
            texts = [mutate(random.choice(short) + random.choice(['', *short]))
                     for _ in range(200)]
            failures += run(program, texts, folder)
        print(f'{rounds * 200} mutations, {failures} differ')
    return failures > 0


if __name__ == '__main__':
    sys.exit(main())
