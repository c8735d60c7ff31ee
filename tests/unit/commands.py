#!/usr/bin/env python3
"""commands.py APY             run the commands of commands_list.py and compare with commands.out, printing TAP
   commands.py --make PYTHON  write commands.out with CPython 3.13

A command is a command line, perhaps input and files, run in an empty folder. What it shows is its output,
errors and exit status; the interpreter reads as <apy>, the folder as <dir>, and the library's own frames are
left out of tracebacks.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
EXPECTED = os.path.join(HERE, 'commands.out')
sys.path.insert(0, HERE)
from commands_list import COMMANDS  # noqa: E402


LIBRARY_FRAME = re.compile(r'^  File "(?:<library [\w.]+>|<frozen \w+>|[^"\n]*/lib/python3[.]13/[^"\n]*)", line .*\n'
                           r'(?:    .*\n)*', re.M)


def environment(more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith('PYTHON')}
    kept.update(PYTHONUTF8='1', NO_COLOR='1', PYTHONDONTWRITEBYTECODE='1', TZ='UTC', LC_ALL='C.UTF-8', **more)
    return kept


def fill(folder, files):
    for name, data in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as file:
            file.write(data if isinstance(data, bytes) else data.encode())


def normal(data, folder, interpreter):
    text = data.decode('utf-8', 'backslashreplace').replace(folder, '<dir>')
    for name in (interpreter, os.path.realpath(interpreter), os.path.basename(interpreter)):
        text = re.sub(re.escape(name) + '(?=: )', '<apy>', text)
    text = re.sub(r'0x[0-9a-f]{6,}', '0x...', text)
    text = LIBRARY_FRAME.sub('', text)
    return text if len(text) < 5000 else text[:2000] + '\n...\n' + text[-2000:]


def outcome(interpreter, command):
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        fill(folder, command.get('files', {}))
        given = command.get('input', b'')
        try:
            done = subprocess.run([interpreter] + command['args'], cwd=folder, timeout=60,
                                  env=environment(command.get('environment', {})),
                                  input=given if isinstance(given, bytes) else given.encode(),
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL))
        except subprocess.TimeoutExpired:
            return 'runs for ever\n'
    shown = normal(done.stdout, folder, interpreter)
    errors = normal(done.stderr, folder, interpreter)
    return '%s--- stderr\n%s--- exit %d\n' % (shown, errors, done.returncode)


def read_expected():
    with open(EXPECTED, encoding='utf-8') as file:
        parts = re.split(r'^==== (.*)\n', file.read(), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def make(python):
    with open(EXPECTED, 'w', encoding='utf-8') as file:
        for name, command in COMMANDS.items():
            file.write('==== %s\n%s' % (name, outcome(python, command)))


def main(apy, names):
    expected = read_expected()
    todo = [name for name in COMMANDS if not names or name in names]
    print('1..%d' % len(todo))
    failed = 0
    for number, name in enumerate(todo, 1):
        got = outcome(apy, COMMANDS[name])
        good = got == expected.get(name)
        failed += not good
        print('%s %d %s' % ('ok' if good else 'not ok', number, name))
        if not good:
            for title, text in (('expected', expected.get(name, '')), ('got', got)):
                print('# %s\n%s' % (title, re.sub('^', '#   ', text, flags=re.M)))
    return 1 if failed else 0


if __name__ == '__main__':
    if sys.argv[1] == '--make':
        sys.exit(make(sys.argv[2]))
    sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2:]))
