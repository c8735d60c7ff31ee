#!/usr/bin/env python3
"""library.py APY PYTHON OUT.md   compare the public names of every listed module with CPython's

Both interpreters run the same small program that prints dir() of the modules and of builtin types; the page
says how many names are there and which are missing. Names that are only imported into a module (`sys`, `os`
in half of them) do not count.
"""
import json
import subprocess
import sys

MODULES = """builtins sys types collections collections.abc enum functools itertools contextlib random dataclasses
threading re string math time json io codecs copy operator weakref inspect warnings traceback typing struct array
gc abc contextvars datetime textwrap pprint reprlib heapq bisect queue os os.path pathlib shutil tempfile glob
fnmatch stat errno argparse logging unittest unittest.mock concurrent.futures signal select selectors socket
subprocess base64 binascii hashlib unicodedata platform shlex timeit importlib importlib.util atexit dis __future__
asyncio pickle copyreg linecache keyword ast graphlib sched numbers fractions decimal statistics cmath secrets hmac
csv configparser uuid html urllib.parse ipaddress difflib calendar zlib locale getopt runpy string
token tokenize codeop code cmd mimetypes importlib.resources html.parser""".split()

TYPES = """int float complex bool str bytes bytearray memoryview list tuple dict set frozenset range slice object type
property classmethod staticmethod super enumerate zip map filter reversed""".split()

WHY = {
    'sys': 'profilers of the C stack: there is none',
    'socket': 'a capsule for extensions in C',
    'asyncio': 'streams, servers and subprocesses; child watchers are deprecated',
    'unicodedata': 'the tables of Unicode 3.2',
    'difflib': 'tables in HTML',
    'inspect': 'a helper that nobody calls',
}

NOTES = """
## In a few words

- `help(object)` prints name, signature and documentation; there is no pager and no index as in `pydoc`.
- `sys.settrace`, `sys.setprofile`, `frame.f_trace`, `f_trace_lines`, `f_trace_opcodes` and setting `f_lineno` tell CPython's
  events, in its order and with its lines; `opcode` events are those of apy's own instructions.
- asyncio has the call graphs of Python 3.14 (`capture_call_graph`, `format_call_graph`, `print_call_graph`) and, beside them, `asyncio.print_task_tree()` and
  `asyncio.format_task_tree()`: all tasks of the running loop, their coroutines, and who awaits whom. `asyncio.tools` has the parts (`build_async_tree`,
  `build_task_table`, `display_awaited_by_tasks_tree` and `_table`) with 3.14's names and look; they look at the program itself, not at another process.
- `tokenize` is written in Python and reads the whole text before it gives the first token.
"""

PROGRAM = r'''
import json, sys
modules, types = json.loads(sys.argv[1])
found = {}
for name in modules:
    try:
        module = __import__(name, fromlist=["*"])
    except Exception as error:
        found[name] = None
        continue
    names = {}
    for key in dir(module):
        if key.startswith("_"):
            continue
        value = getattr(module, key, None)
        home = getattr(value, "__module__", None)
        names[key] = "module" if type(value) is type(sys) else home if isinstance(home, str) else ""
    for key in getattr(module, "__all__", ()):
        if hasattr(module, key):
            names.setdefault(key, "")       # made when it is asked for
    found[name] = [names, sorted(getattr(module, "__all__", ()))]
for name in types:
    value = getattr(__builtins__, name)
    found["type " + name] = [{key: "" for key in dir(value)}, []]
print(json.dumps(found))
'''


def names_of(interpreter):
    done = subprocess.run([interpreter, '-c', PROGRAM, json.dumps([MODULES, TYPES])], stdout=subprocess.PIPE,
                          check=True)
    return json.loads(done.stdout)


def counts(name, wanted):
    """the names that belong to the module: what it exports, or what was not imported from elsewhere"""
    names, exported = wanted
    if name.startswith('type '):
        return sorted(names)
    if exported:
        return sorted(key for key in exported if not key.startswith('_'))
    stem = name.lstrip('_')
    return sorted(key for key, home in names.items()
                  if home != 'module' and (home in ('', name, '_' + name) or home.split('.')[0].lstrip('_') == stem))


def compare(oracle, ours):
    rows = []
    for name, wanted in oracle.items():
        if wanted is None:
            continue
        known = counts(name, wanted)
        there = ours.get(name)
        missing = known if there is None else [key for key in known if key not in there[0]]
        rows.append((name, len(known), missing, there is None))
    return rows


def page(rows):
    total = sum(count for _, count, _, _ in rows)
    gone = sum(len(missing) for _, _, missing, _ in rows)
    yield '# The library: what is there'
    yield ''
    yield 'Made by `tools/library.py`, which compares the public names of every module below, and the attributes of'
    yield 'the builtin types, with those of CPython 3.13. Names that a module only imports do not count.'
    yield ''
    yield '**%d of %d names (%.1f %%).**' % (total - gone, total, 100 * (total - gone) / total)
    yield ''
    yield '| module | names | there | missing |'
    yield '|---|---|---|---|'
    for name, count, missing, is_absent in rows:
        if is_absent:
            shown = '**the module**'
        elif len(missing) > 12:
            shown = '%s and %d more' % (', '.join(f'`{key}`' for key in missing[:12]), len(missing) - 12)
        else:
            shown = ', '.join(f'`{key}`' for key in missing)
        if missing and not is_absent and name.removeprefix('type ') in WHY:
            shown += ' (%s)' % WHY[name.removeprefix('type ')]
        yield '| `%s` | %d | %d | %s |' % (name.removeprefix('type '), count, count - len(missing), shown)
    yield ''
    yield from NOTES.strip().split('\n')


def main(apy, python, out):
    rows = compare(names_of(python), names_of(apy))
    with open(out, 'w', encoding='utf-8') as file:
        file.write('\n'.join(page(rows)) + '\n')
    for name, count, missing, is_absent in rows:
        if missing:
            print(name, 'is not there' if is_absent else ' '.join(missing))


if __name__ == '__main__':
    main(*sys.argv[1:])
