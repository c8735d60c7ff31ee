"""Compare the syntax trees of many files with CPython's, node by node, place by place.

    ast_against_cpython.py AST_DUMP [FILE or FOLDER]...

Run by any Python; the oracle is CPython 3.13 (environment ORACLE, or python3.13 on the
path). Without one the test is skipped (exit code 77). Without files it takes the oracle's
library.
"""
import os
import subprocess
import sys

from oracle import find_oracle


ORACLE = find_oracle()
SHOWN = 10


def quoted(text):
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return f'"{data.hex()}"'


def constant(value):
    import struct
    if value is Ellipsis:
        return " Ellipsis"
    if value is None or value is True or value is False:
        return f" {value}"
    if isinstance(value, int):
        return f" int:{value:#x}"
    if isinstance(value, float):
        return f" float {struct.pack('>d', value).hex()}"
    if isinstance(value, complex):
        return f" imaginary {struct.pack('>d', value.imag).hex()}"
    return f" {'str' if isinstance(value, str) else 'bytes'} {quoted(value)}"


def field_text(ast, node, name, value, out):
    kind = ast_field_kind(node, name)
    if kind == "constant":
        out.append(constant(value))
    elif isinstance(value, list):
        out.append(" [")
        for item in value:
            field_text(ast, node, "", item, out)
        out.append("]")
    elif value is None:
        out.append(" 0" if name == "level" else " None")
    elif isinstance(value, str):
        out.append(" " + quoted(value))
    elif isinstance(value, int):
        out.append(f" {value}")
    elif not value._fields and isinstance(value, OPERATORS):
        out.append(f" {type(value).__name__}")
    else:
        tree_text(ast, value, out)


def ast_field_kind(node, name):
    if name == "value" and type(node).__name__ in ("Constant", "MatchSingleton"):
        return "constant"
    return ""


def tree_text(ast, node, out):
    out.append(f" ({type(node).__name__}")
    if node._attributes and type(node).__name__ != "TypeIgnore":
        out.append(f" {node.lineno}:{node.col_offset}")
        out.append(f"-{node.end_lineno}:{node.end_col_offset}")
    for name in node._fields:
        field_text(ast, node, name, getattr(node, name, None), out)
    out.append(")")


def oracle():
    """What the oracle runs: the same lines as ast_dump, for the files on its input."""
    global OPERATORS
    import ast
    import warnings
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(100000)
    sys.set_int_max_str_digits(0)
    OPERATORS = (ast.operator, ast.boolop, ast.unaryop, ast.cmpop, ast.expr_context)
    for path in sys.stdin.read().splitlines():
        print("=", path)
        try:
            with open(path, "rb") as file:
                source = file.read()
            tree = compile(source, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            print("!", type(error).__name__, error)
            continue
        out = []
        tree_text(ast, tree, out)
        print("".join(out), flush=True)


def files_of(places):
    for place in places:
        if os.path.isfile(place):
            yield place
        for folder, _, names in sorted(os.walk(place)):
            yield from (os.path.join(folder, name) for name in sorted(names)
                        if name.endswith(".py"))


def run(command, paths):
    done = subprocess.run(command, input="\n".join(paths) + "\n", capture_output=True,
                          text=True, errors="replace", timeout=900)
    texts = {}
    path = None
    for line in done.stdout.split("\n"):
        if line.startswith("= "):
            path = line[2:]
        elif path and line:
            texts[path] = line
    if done.returncode:
        texts[path] = f"exit code {done.returncode} {done.stderr[-500:]}"
    return texts


def normal(text):
    """Whole numbers by their value."""
    words = text.split(" ")
    for i, word in enumerate(words):
        if word.startswith("int:"):
            digits = word[4:].rstrip(")]")
            value = int(digits, 0) if digits.strip("0") else 0
            words[i] = f"int:{value:#x}" + word[4 + len(digits):]
    return " ".join(words)


def show(path, ours, theirs):
    print(path)
    at = next((i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]),
              min(len(ours), len(theirs)))
    start = max(0, at - 150)
    print("   ours  ", ours[start:at + 100])
    print("   theirs", theirs[start:at + 100])


def main(program, places):
    if not ORACLE:
        print("no CPython 3.13 here")
        return 77
    if not places:
        query = "import os; print(os.path.dirname(os.__file__))"
        places = [subprocess.check_output([ORACLE, "-c", query], text=True).strip()]
    paths = list(files_of(places))
    sys.set_int_max_str_digits(0) if hasattr(sys, "set_int_max_str_digits") else None
    ours = run([program], paths)
    theirs = run([ORACLE, __file__, "--oracle"], paths)
    bad = 0
    for path in paths:
        ours_text, theirs_text = ours.get(path, ""), theirs.get(path, "")
        if ours_text[:1] == "!" and theirs_text[:1] == "!":
            continue
        if normal(ours_text) != normal(theirs_text):
            bad += 1
            if bad <= SHOWN:
                show(path, normal(ours_text), normal(theirs_text))
    print(f"{len(paths)} files, {bad} differ")
    return 1 if bad else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--oracle"]:
        oracle()
    else:
        sys.exit(main(sys.argv[1], sys.argv[2:]))
