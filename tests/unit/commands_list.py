"""The commands of commands.py: name, then args and perhaps input, files, environment."""

COMMANDS = {}


def add(name, *args, **more):
    assert name not in COMMANDS, name
    COMMANDS[name] = {'args': list(args), **more}


def code(name, text, **more):
    add(name, '-c', text, **more)


def source(name, data, **more):
    """a script of these bytes"""
    add(name, 'prog.apy', files={'prog.apy': data}, **more)


# ---- what to run ----
ARGV = 'import sys; print(sys.argv)'
add('command', '-c', ARGV)
add('command_arguments', '-c', ARGV, 'a', '-b', '--', '--c=d', '')
add('command_joined', '-cprint(1)')
add('command_two_lines', '-c', 'x = 1\nif x:\n    print(x)')
add('command_path', '-c', 'import sys; print(repr(sys.path[0]))')
add('command_name', '-c', 'print(__name__, "__file__" in globals())')
add('command_empty', '-c', '')
add('command_trace', '-c', 'def f():\n    1/0\nf()')
add('command_syntax', '-c', 'x = = 1')
add('command_not_ascii', '-c', 'print("grüße", len("grüße"))')
add('file_arguments', 'prog.apy', 'a', '-x', '-c', '', 'ü', files={'prog.apy': ARGV})
add('file_in_folder', 'sub/prog.apy', files={'sub/prog.apy': 'import sys, other\nprint(sys.path[0], __file__)',
                                             'sub/other.py': 'print(__name__, __file__)'})
add('file_dotted', './prog.apy', files={'prog.apy': 'print(__file__)'})
add('file_missing', 'missing.apy')
add('folder', 'sub', 'a', files={'sub/__main__.py': 'import sys, other\nprint(__name__, __file__, repr(__package__), sys.path[0], sys.argv)',
                                 'sub/other.py': 'print(__name__)'})
add('folder_fails', 'sub', files={'sub/__main__.py': '1/0'})
add('file_in_missing_folder', 'no/missing.apy')
add('file_name_not_ascii', 'grüße.apy', files={'grüße.apy': 'print(__file__)\n1/0'})
add('file_name_spaces', 'a b.apy', files={'a b.apy': 'print(1)'})
add('stdin_script', '-', input='import sys\nprint(sys.argv, __name__)\n')
add('stdin_arguments', '-', 'a', 'b', input=ARGV)
add('stdin_without_dash', input='print(1)\nprint(2)\n')
add('stdin_empty', input='')
add('stdin_no_newline', input='print(1)')
add('stdin_syntax', input='print(1)\nx = = 2\n')
add('stdin_trace', input='def f():\n    1/0\nf()\n')
add('stdin_reads_itself', '-c', 'import sys; print(sys.stdin.read())', input='a\nb')
add('stdin_input', '-c', 'print(input("? ")); print(input()); print(input())', input='a\nb\n')
add('module', '-m', 'mod', 'a', files={'mod.py': 'import sys; print(__name__, len(sys.argv), sys.argv[1:])'})
add('module_package', '-m', 'pack', files={'pack/__init__.py': 'print("init", __name__)',
                                           'pack/__main__.py': 'print("main", __name__, __package__)'})
add('module_in_package', '-m', 'pack.part', files={'pack/__init__.py': '', 'pack/part.py':
                                                   'from . import other\nprint(__name__, __package__)',
                                                   'pack/other.py': 'print(__name__)'})
add('module_missing', '-m', 'nothing_here')
add('module_without_main', '-m', 'pack', files={'pack/__init__.py': ''})
add('module_missing_part', '-m', 'pack.nothing', files={'pack/__init__.py': ''})
add('unbuffered', '-u', '-c', 'import sys, os; sys.stdout.write("a"); os._exit(0)')
add('buffered', '-c', 'import sys, os; sys.stdout.write("a"); os._exit(0)')
add('warnings_error', '-W', 'error', '-c', 'import warnings; warnings.warn("w")')
add('warnings_ignore', '-Wignore', '-c', 'import warnings; warnings.warn("w")')

# ---- how it ends ----
for name, argument in {'none': 'None', 'zero': '0', 'three': '3', 'big': '256 + 4', 'negative': '-1', 'true': 'True',
                       'text': '"going"', 'float': '1.5', 'tuple': '(1, 2)', 'object': 'ValueError("v")',
                       'empty_text': '""'}.items():
    code('exit_' + name, 'import sys; sys.exit(%s)' % argument)
code('exit_nothing', 'import sys; sys.exit()')
code('exit_raised', 'raise SystemExit')
code('exit_raised_code', 'raise SystemExit(5)')
code('exit_two_values', 'raise SystemExit(1, 2)')
code('exit_subclass', 'class E(SystemExit): pass\nraise E(6)')
code('exit_code_set', 'e = SystemExit(1)\ne.code = 8\nraise e')
code('exit_builtin', 'exit(3)')
code('exit_quit', 'quit()')
code('exit_finally', 'import sys\ntry:\n    sys.exit(4)\nfinally:\n    print("finally")')
code('exit_caught', 'import sys\ntry:\n    sys.exit(4)\nexcept SystemExit as e:\n    print(repr(e), e.code)')
code('exit_not_exception', 'import sys\ntry:\n    sys.exit(4)\nexcept Exception:\n    print("no")')
code('exit_in_function', 'import sys\ndef f():\n    sys.exit("from f")\nf()')
code('exit_uncaught', 'raise ValueError("x")')
code('exit_keyboard', 'try:\n    raise KeyboardInterrupt\nexcept KeyboardInterrupt:\n    print("caught")')
code('exit_os', 'import os; print("lost", end=""); os._exit(9)')
code('exit_in_atexit', 'import atexit, sys\natexit.register(lambda: print("bye"))\nsys.exit(2)')
code('exit_atexit_order', 'import atexit\natexit.register(print, 1)\natexit.register(print, 2, sep="-")\nprint(0)')
code('exit_atexit_fails', 'import atexit\ndef f(): 1/0\natexit.register(print, "after")\natexit.register(f)')
code('exit_in_thread', 'import threading, sys\nt = threading.Thread(target=lambda: sys.exit(5))\n'
     't.start(); t.join(); print("goes on")')
code('exit_error_in_thread', 'import threading\nt = threading.Thread(target=lambda: 1/0, name="T")\n'
     't.start(); t.join(); print("goes on")')
code('exit_thread_waits', 'import threading, time\n'
     'threading.Thread(target=lambda: (time.sleep(.05), print("late"))).start(); print("end")')
code('exit_daemon_is_left', 'import threading, time\n'
     'threading.Thread(target=lambda: (time.sleep(9), print("late")), daemon=True).start(); print("end")')
code('exit_in_coroutine', 'import asyncio, sys\nasync def f(): sys.exit(7)\nasyncio.run(f())')
code('exit_in_task', 'import asyncio, sys\nasync def g(): sys.exit(7)\nasync def f():\n'
     '    t = asyncio.create_task(g())\n    await asyncio.sleep(1)\nasyncio.run(f())')
code('exit_in_del', 'import sys\nclass C:\n    def __del__(self): sys.exit(3)\nC()\nprint("on")')
code('exit_in_excepthook', 'import sys\ndef hook(*a): print("hook", a[0].__name__); sys.exit(4)\n'
     'sys.excepthook = hook\n1/0')
code('excepthook_fails', 'import sys\ndef hook(*a): 1/[]\nsys.excepthook = hook\n1/0')
code('excepthook_gone', 'import sys\ndel sys.excepthook\n1/0')
code('excepthook_none', 'import sys\nsys.excepthook = None\n1/0')
code('stdout_closed', 'import sys\nsys.stdout.close()')
code('stdout_closed_print', 'import sys\nsys.stdout.close()\nprint(1)')
code('stdout_none', 'import sys\nsys.stdout = None\nprint(1)')
code('stdout_deleted', 'import sys\ndel sys.stdout\nprint(1)')
code('stderr_none', 'import sys\nsys.stderr = None\n1/0')
code('globals_end', 'class C:\n    def __del__(self): print("del", x)\nx = 5\nc = C()')
code('module_ends', 'import asyncio\nclass C:\n    def __del__(self): print("gone")\nasyncio.c = C()')
code('generator_ends', 'def g():\n    try:\n        yield 1\n    finally:\n        print("closed")\nx = g()\nnext(x)')
code('coroutine_never_awaited_at_end', 'async def f(): pass\nx = f()')
code('killed_by_term', 'import os, signal\nos.kill(os.getpid(), signal.SIGTERM)')
code('killed_by_int', 'import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)')
code('int_caught', 'import os, signal, time\ntry:\n    os.kill(os.getpid(), signal.SIGINT)\n    time.sleep(5)\n'
     'except KeyboardInterrupt as e:\n    print(repr(e))')
code('int_in_loop', 'import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGINT)\n    while True: pass\n'
     'except KeyboardInterrupt:\n    print("out")')
code('int_in_asyncio', 'import asyncio, os, signal\nasync def f():\n    try:\n        os.kill(os.getpid(), signal.SIGINT)\n'
     '        await asyncio.sleep(5)\n    except asyncio.CancelledError:\n        print("cancelled")\n        raise\n'
     'try:\n    asyncio.run(f())\nexcept KeyboardInterrupt:\n    print("interrupted")')
code('int_in_sort', 'import os, signal\ndef key(x):\n    if x == 500: os.kill(os.getpid(), signal.SIGINT)\n    return x\n'
     'try:\n    sorted(range(1000), key=key)\nexcept KeyboardInterrupt:\n    print("out")')
code('int_handler', 'import os, signal, time\nsignal.signal(signal.SIGINT, lambda n, f: print("got", n))\n'
     'os.kill(os.getpid(), signal.SIGINT)\ntime.sleep(.01)\nprint("on")')
code('int_handler_raises', 'import os, signal, time\ndef h(n, f): 1/0\nsignal.signal(signal.SIGUSR1, h)\n'
     'try:\n    os.kill(os.getpid(), signal.SIGUSR1)\n    time.sleep(5)\nexcept ZeroDivisionError as e:\n    print(e)')
code('pipe_broken', 'import os\nr, w = os.pipe()\nos.close(r)\ntry:\n    os.write(w, b"x")\n'
     'except BrokenPipeError as e:\n    print(e)')

# ---- the prompt, from a pipe ----
for name, given in {
        'expression': '1 + 1\n', 'none': 'None\n', 'name_last': '5\n_ + 1\n', 'block': 'if 1:\n    print(2)\n\n3\n',
        'function': 'def f(x):\n    return x * 2\n\nf(4)\n', 'error': '1/0\n2\n', 'syntax': 'x = = 1\n2\n',
        'unfinished': 'if 1:\n', 'string_open': '"""a\nb"""\n', 'brackets': '(1,\n2)\n', 'exit': 'exit(3)\n5\n',
        'raise_exit': 'raise SystemExit(4)\n', 'nested': 'for i in range(2):\n    for j in range(2):\n        i, j\n\n',
        'decorator': '@staticmethod\ndef f(): pass\n\nf\n', 'class': 'class A:\n    x = 1\n\nA.x\n',
        'try': 'try:\n    1/0\nexcept ZeroDivisionError as e:\n    print(e)\n\n', 'empty_lines': '\n\n1\n\n',
        'comment': '# c\n1 # d\n', 'semicolon': '1; 2\n', 'backslash': '1 + \\\n2\n', 'indent': '  1\n2\n',
        'assigned': 'x = [1, 2]\nx\nx[5]\n', 'trace': 'def f():\n    g()\n\ndef g():\n    1/0\n\nf()\n',
        'no_newline': '7', 'not_ascii': '"grüße"\n', 'import': 'import sys\nsys.ps1\n', 'walrus': '(y := 5)\ny\n',
        'compiler': 'return 5\nnonlocal x\ndef f():\n  global q; nonlocal zz\n\nbreak\n',
        'dedent': 'if 1:\n        2\n    3\n4\n', 'ps1': 'import sys\nsys.ps1 = "! "\n1\n'}.items():
    add('prompt_' + name, '-q', '-i', input=given)
add('prompt_after_file', '-q', '-i', 'prog.apy', files={'prog.apy': 'x = 5\nprint("run")\n'}, input='x + 1\n')
add('prompt_after_error', '-q', '-i', 'prog.apy', files={'prog.apy': 'x = 5\n1/0\n'}, input='x\n')
add('prompt_after_exit', '-q', '-i', 'prog.apy', files={'prog.apy': 'import sys\nx = 5\nsys.exit(3)\n'}, input='x\n')
add('prompt_after_command', '-q', '-i', '-c', 'x = 6', input='x\n')

# ---- the bytes of a script ----
source('source_empty', b'')
source('source_only_comment', b'# nothing')
source('source_only_newlines', b'\n\n\n')
source('source_no_newline', b'print(1)')
source('source_bom', b'\xef\xbb\xbfprint("bom")\n')
source('source_bom_and_cookie', b'\xef\xbb\xbf# coding: utf-8\nprint("bom")\n')
source('source_bom_and_wrong_cookie', b'\xef\xbb\xbf# coding: latin-1\nprint("bom")\n')
source('source_latin1', b'# coding: latin-1\nprint("gr\xfc\xdfe")\n')
source('source_latin1_second_line', b'#!/usr/bin/apy\n# -*- coding: iso-8859-1 -*-\nprint("gr\xfc\xdfe")\n')
source('source_cookie_third_line', b'\n\n# coding: latin-1\nprint("gr\xfc")\n')
source('source_cp1252', b'# coding: cp1252\nprint("\x80")\n')
source('source_ascii_cookie', b'# coding: ascii\nprint("\xc3\xbc")\n')
source('source_unknown_cookie', b'# coding: klingon\nprint(1)\n')
source('source_not_utf8', b'print(1)\nx = "\xff"\n')
source('source_not_utf8_comment', b'print(1)\n# \xe4\n')
source('source_cut_utf8', b'x = "\xe2\x82"\n')
source('source_surrogate', b'x = "\xed\xa0\x80"\n')
source('source_overlong', b'x = "\xc0\x80"\n')
source('source_nul_first', b'\x00print(1)\n')
source('source_crlf', b'if 1:\r\n    print("""a\r\nb""")\r\nprint(2)\r\n')
source('source_cr', b'print(1)\rprint(2)\r')
source('source_form_feed', b'\x0cprint(1)\n\x0cif 1:\n    print(2)\n\x0c    print(3)\n')
source('source_tabs', b'if 1:\n\tprint(1)\n\tif 2:\n\t\tprint(2)\n')
source('source_tabs_and_spaces', b'if 1:\n        print(1)\n\tprint(2)\n')
source('source_tab_error', b'if 1:\n\tif 2:\n\t\tx = 1\n        \ty = 2\n')
source('source_unexpected_indent', b'x = 1\n  y = 2\n')
source('source_wrong_dedent', b'if 1:\n    if 2:\n        x = 1\n      y = 2\n')
source('source_missing_block', b'if 1:\nx = 2\n')
source('source_missing_block_end', b'def f():\n')
source('source_open_paren', b'x = (1,\ny = 2\n')
source('source_open_bracket_end', b'x = [1,\n')
source('source_wrong_close', b'x = (1]\n')
source('source_lone_close', b'x = 1)\n')
source('source_open_string', b'x = "abc\n')
source('source_open_triple', b'x = """abc\nmore\n')
source('source_open_fstring', b'x = f"{a\n')
source('source_open_triple_fstring', b'x = f"""{a}\nb\n')
source('source_backslash_end', b'x = 1 + \\')
source('source_backslash_space', b'x = 1 + \\ \n2\n')
source('source_bad_character', b'x = 1 $ 2\n')
source('source_quotes', 'print(“a”)\n'.encode())
source('source_not_breaking_space', 'x =\u00a01\n'.encode())
source('source_control', b'x = 1\x07\n')
source('source_ctrl_z', b'print(1)\n\x1a')
source('source_wide_line', b'x = [' + b'1,' * 500000 + b']\nprint(len(x))\n')
source('source_wide_string', b'x = "' + b'a' * 5000000 + b'"\nprint(len(x))\n')
source('source_many_lines', b'x = 1\n' * 100000 + b'print(x)\n')
source('source_long_name', b'a' * 100000 + b' = 1\nprint(len(dir()[-1]), max(map(len, dir())))\n')
source('source_long_hex', b'print(0x' + b'1' * 5000 + b' % 1000007)\n')
for count in (100, 199, 200, 201):
    source('nested_parentheses_%d' % count, b'print(' + b'(' * count + b'1' + b')' * count + b')\n')
source('nested_brackets', b'x = ' + b'[' * 150 + b']' * 150 + b'\nprint(len(repr(x)))\n')
source('nested_braces', b'x = ' + b'{' * 250 + b'\n')
source('nested_blocks', b''.join(b' ' * i + b'if 1:\n' for i in range(99)) + b' ' * 99 + b'print(1)\n')
source('nested_blocks_too_many', b''.join(b' ' * i + b'if 1:\n' for i in range(101)) + b' ' * 101 + b'print(1)\n')
source('nested_loops', b''.join(b' ' * i + b'for x in [1]:\n' for i in range(20)) + b' ' * 20 + b'print(1)\n')
source('nested_loops_too_many', b''.join(b' ' * i + b'for x in [1]:\n' for i in range(21)) + b' ' * 21 + b'print(1)\n')
source('nested_fstrings', b'print(' + b'f"{' * 100 + b'1' + b'}"' * 100 + b')\n')
source('nested_fstrings_too_many', b'print(' + b'f"{' * 200 + b'1' + b'}"' * 200 + b')\n')
source('nested_lambdas', b'f = ' + b'lambda: ' * 50 + b'1\nprint(f()()())\n')
source('long_elif', b'x = 3\nif x == 0:\n    pass\n' + b''.join(b'elif x == %d:\n    print(%d)\n' % (-i, i) for i in range(500))
       + b'else:\n    print("else")\n')
source('long_sum', b'print(' + b'+'.join([b'1'] * 900) + b')\n')
source('long_and', b'print(' + b' and '.join([b'1'] * 5000) + b')\n')
source('long_comparison', b'print(' + b' < '.join(b'%d' % i for i in range(1000)) + b')\n')
source('long_call_chain', b'def f(): return f\nf' + b'()' * 900 + b'\nprint(1)\n')
source('long_attribute_chain', b'class A: pass\na = A()\na.a = a\nprint(a' + b'.a' * 900 + b' is a)\n')
source('many_arguments', b'def f(*a): return len(a)\nprint(f(' + b','.join(b'%d' % i for i in range(3000)) + b'))\n')
source('many_parameters', b'def f(' + b','.join(b'a%d' % i for i in range(1000)) + b'): return a999\nprint(f(*range(1000)))\n')
source('many_constants', b'x = [' + b','.join(b'"s%d"' % i for i in range(70000)) + b']\nprint(len(x), x[69999])\n')
source('many_globals', b''.join(b'g%d = %d\n' % (i, i) for i in range(20000)) + b'print(g19999)\n')
source('many_locals', b'def f():\n' + b''.join(b'    v%d = %d\n' % (i, i) for i in range(2000)) + b'    return v1999\nprint(f())\n')
source('many_functions', b''.join(b'def f%d(): return %d\n' % (i, i) for i in range(5000)) + b'print(f4999())\n')
source('long_string_concatenation', b'x = (' + b'"a" ' * 10000 + b')\nprint(len(x))\n')

# ---- recursion ----
for name, body in {
        'function': 'def f(): return f()\nf()', 'method': 'class A:\n    def f(self): return self.f()\nA().f()',
        'repr': 'class A:\n    def __repr__(self): return repr(self)\nrepr(A())',
        'str': 'class A:\n    def __str__(self): return str(self)\nstr(A())',
        'getattr': 'class A:\n    def __getattr__(self, n): return getattr(self, n)\nA().x',
        'eq': 'class A:\n    def __eq__(self, o): return self == o\nA() == 1',
        'add': 'class A:\n    def __add__(self, o): return self + o\nA() + 1',
        'init': 'class A:\n    def __init__(self): A()\nA()', 'call': 'class A:\n    def __call__(self): self()\nA()()',
        'property': 'class A:\n    @property\n    def p(self): return self.p\nA().p',
        'iter': 'class A:\n    def __iter__(self): return iter(self)\niter(A())',
        'len': 'class A:\n    def __len__(self): return len(self)\nlen(A())',
        'hash': 'class A:\n    def __hash__(self): return hash(self)\nhash(A())',
        'bool': 'class A:\n    def __bool__(self): return bool(self)\nbool(A())',
        'key': 'def k(x): return sorted([1], key=k)\nk(1)', 'map': 'def f(x): return list(map(f, [1]))\nf(1)',
        'generator': 'def g():\n    yield from g()\nnext(g())', 'for': 'def g():\n    for x in g(): yield x\nnext(g())',
        'await': 'async def f(): await f()\nf().send(None)', 'with': 'class A:\n    def __enter__(self):\n        with self: pass\n'
        '    def __exit__(self, *a): pass\nwith A(): pass', 'lambda': 'f = lambda: f()\nf()',
        'import_': 'def f(): exec("f()")\nf()', 'format': 'class A:\n    def __format__(self, s): return f"{self}"\nf"{A()}"',
        'list_repr': 'x = []\nfor i in range(100000): x = [x]\nrepr(x)', 'dict_repr': 'x = {}\nfor i in range(100000): x = {1: x}\nrepr(x)',
        'list_eq': 'x = []; y = []\nfor i in range(100000): x = [x]; y = [y]\nx == y',
        'list_lt': 'x = []; y = []\nfor i in range(100000): x = [x]; y = [y]\nx < y',
        'isinstance': 'x = ()\nfor i in range(100000): x = (x,)\nisinstance(1, x)'}.items():
    lines = ''.join('    %s\n' % line for line in body.split('\n'))
    code('recursion_' + name, 'try:\n%sexcept RecursionError as e:\n    print(e)' % lines)
code('recursion_uncaught', 'def f(): f()\nf()')
code('recursion_limit', 'import sys\nprint(sys.getrecursionlimit())\nsys.setrecursionlimit(100)\ndef f(n): return n and f(n - 1)\n'
     'print(f(90))\ntry:\n    f(100)\nexcept RecursionError as e:\n    print(e)')
code('recursion_limit_wrong', 'import sys\nfor x in (0, -1, "a", 2**40, 1.5):\n    try:\n        sys.setrecursionlimit(x)\n'
     '    except Exception as e:\n        print(type(e).__name__, e)')
code('recursion_limit_too_low', 'import sys\ndef f(n):\n    if n: return f(n - 1)\n    sys.setrecursionlimit(5)\n'
     'try:\n    f(20)\nexcept RecursionError as e:\n    print(e)')
code('recursion_again', 'def f(): f()\nfor i in range(50):\n    try:\n        f()\n    except RecursionError:\n        pass\nprint("on")')
code('recursion_deep', 'import sys\nsys.setrecursionlimit(200000)\ndef f(n): return n and 1 + f(n - 1)\nprint(f(100000))\n'
     'class A:\n    def m(self, n): return n and 1 + self.m(n - 1)\n'
     'print(A().m(100000))\ndef g(n):\n    if n: yield from g(n - 1)\n    yield n\nprint(sum(1 for x in g(1000)))')
code('memory_list', 'try:\n    [0] * 2**60\nexcept MemoryError as e:\n    print(repr(e))')
code('memory_str', 'try:\n    "a" * 2**62\nexcept (MemoryError, OverflowError) as e:\n    print(repr(e))')
code('memory_bytes', 'try:\n    bytearray(2**62)\nexcept (MemoryError, OverflowError) as e:\n    print(repr(e))')
code('dropped_chains', 'x = None\nfor i in range(1000000): x = [x]\nx = None\nfor i in range(1000000): x = (x,)\nx = None\n'
     'for i in range(300000): x = {1: x}\nx = None\n'
     'def f(x): return lambda: x\nfor i in range(300000): x = f(x)\nx = None\n'
     'class A:\n    def __init__(self, x): self.x = x\nfor i in range(300000): x = A(x)\nx = None\nprint("done")')
