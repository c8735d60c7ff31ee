"""Compare when a prompt asks for more lines, and what it says of errors, with CPython's.

    prompt_against_cpython.py PARSE_LINES

The oracle is CPython 3.13 (environment ORACLE, or python3.13 on the path); without one
the test is skipped (exit code 77).
"""
import os
import re
import subprocess
import sys

from oracle import find_oracle

SESSIONS = [
    "x = 1\nx = 2\n",
    "if 1:\n  x = 1\n\nx = 2\n",
    "if 1: x = 1\n\nx = 2\n",
    "if 1:\n  x = 1\nelse:\n  x = 2\n\nx = 3\n",
    "x = (1,\n2)\nx = 3\n",
    "x = '''a\n\nb'''\nx = 1\n",
    "x = 1 + \\\n2\nx = 1\n",
    "\n\nx = 1\n",
    "# comment\nx = 1\n",
    "if 1:\n  # comment\n  x = 1\n# comment\n\nx = 2\n",
    "def f():\n  if 1:\n    pass\n  else:\n    pass\n\nx = 1\n",
    "@property\ndef f(): pass\n\nx = 1\n",
    "@property\n\ndef f(): pass\n\nx = 1\n",
    "x = = 1\nx = 2\n",
    "if 1\nx = 2\n",
    "if 1:\nx = 2\nx = 1\n",
    "try:\n  x = 1\nexcept:\n  pass\n\nx = 1\n",
    "try:\n  x = 1\n\nx = 1\n",
    "  x = 1\nx = 2\n",
    "x = 'abc\nx = 1\n",
    "x = )\nx = 1\n",
    "(1,\n2\n\n\n)\nx = 1\n",
    "x = 1; y = 2\nx = 3;\nif 1: x = 1; y = 2\n\nx = 1\n",
    "class A:\n  def f(self):\n    pass\n\n  def g(self): pass\nx = 1\n",
    "match 1:\n  case 1:\n    x = 1\n  case _: pass\n\nmatch = 1\nmatch(1)\n",
    "match\nmatch (1)\ntype x = int\ncase = 1\n",
    "x = f'{1\n}'\nx = f'''{1\n}'''\nx = 1\n",
    "for i in (1,\n2):\n  x = 1\n\nx = 2\n",
    "with open('/dev/null') as f, \\\n open('/dev/null') as g:\n  pass\n\nx = 1\n",
    "async def f():\n  await g()\n\nx = 1\n",
    "if 1:\n  x = 1\n y = 2\nx = 1\n",
    "if 1:\n\tx = 1\n        y = 2\n\nx = 1\n",
    "while 0:\n  pass\nelse:\n  pass\n\nx = 1\n",
    "lambda: (\n1)\nx = 1\n",
    "x = [a b]\nx = 1\n",
    "f(a,\n b c)\nx = 1\n",
    "print 1\nx = 1\n",
    "(1,\n",
    "x = '''a\n",
    "if 1:\n",
    "x = 1 \\\n",
    "def f():\n  '''doc\n\n  string'''\n  pass\n\nx = 1\n",
    "else:\nx = 1\n",
    "if 1:\n  pass\n  else:\nx = 1\n",
    "0777\nx = 1\n",
    "$\nx = 1\n",
    "x = 1 if 2\nx = 1\n",
]


def of_oracle(oracle, session):
    """Its prompts and the last lines of its errors; errors of running are left out."""
    done = subprocess.run([oracle, "-q", "-i", "-u"], input=session, text=True,
                          timeout=60, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "PYTHON_BASIC_REPL": "1"})
    found = re.findall(r">>> |\.\.\. |(?:Syntax|Indentation|Tab)Error: .*", done.stdout)
    return "".join(f"[{part}]" if "Error:" in part else part for part in found)


def main(program):
    oracle = find_oracle()
    if not oracle:
        print("no CPython 3.13 here")
        return 77
    bad = 0
    for session in SESSIONS:
        ours = subprocess.run([program], input=session, capture_output=True, text=True,
                              timeout=60).stdout.strip("\n").removesuffix(">>> ")
        theirs = of_oracle(oracle, session).removesuffix(">>> ")
        if ours != theirs:
            bad += 1
            print(repr(session), "\n   ours  ", ours, "\n   theirs", theirs)
    print(f"{len(SESSIONS)} sessions, {bad} differ")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
