"""Compare the source lines and markers of tracebacks with CPython's.

    excerpts_against_cpython.py EXCERPT_DUMP [SEED [FILE...]]

Every place of a syntax tree is a place that a traceback could show: some hundred of each file
(files of CPython's library, and some lines of wide characters) are tried. The oracle is CPython
3.13 (environment ORACLE, or python3.13 on the path); without one the test is skipped.
"""
import json
import os
import subprocess
import sys

from oracle import find_oracle

WIDE = '''
def f(é, ü):
    x = "日本語" + é["文字"] + ü(3)
    return ("😀" * 3 + é.ü(
        "ß",
        "日本"
    )["k"] - 3)
    y = é  +  \\
        ü
    z = (é  # comment
         ** 3)
    s = f"{é!r:>{ü}}日{é['本']}" % (1,)
    def g():
        if é: return ü("日")
        \t
        é, ü = ü(), é
'''
FILES = ["traceback.py", "textwrap.py", "argparse.py", "typing.py", "statistics.py"]
PLACES = 300 # tried in each file


def oracle(seed, files):
    """run by CPython: [[record, shown], ...] as JSON"""
    import ast
    import random
    import traceback
    random.seed(seed)
    folder = os.path.dirname(traceback.__file__)
    texts = [open(file, encoding="utf-8").read()
             for file in files or [os.path.join(folder, file) for file in FILES]] + [WIDE]
    result = []
    for text in texts:
        lines = text.split("\n")
        nodes = [node for node in ast.walk(ast.parse(text)) if hasattr(node, "lineno")]
        for node in random.sample(nodes, min(len(nodes), PLACES)):
            shown = [line.rstrip() for line in lines[node.lineno - 1:node.end_lineno]]
            if len(shown) > 12:
                continue
            color = random.random() < 0.3
            frame = traceback.FrameSummary(
                "x", node.lineno, "f", lookup_line=False, line="\n".join(shown) + "\n",
                end_lineno=node.end_lineno, colno=node.col_offset, end_colno=node.end_col_offset)
            text = traceback.StackSummary().format_frame_summary(frame, colorize=color)
            record = [len(shown), node.col_offset, node.end_col_offset, int(color)]
            result.append([" ".join(map(str, record)) + "\n" + "\n".join(shown) + "\n",
                           text.split("\n", 1)[1]])
    json.dump(result, sys.stdout)


def main(dump, *rest):
    path = find_oracle()
    if not path:
        sys.exit(77)
    run = subprocess.run([path, __file__, "--oracle", *rest], capture_output=True, check=True)
    pairs = json.loads(run.stdout)
    records = "".join(record for record, _ in pairs).encode()
    got = subprocess.run([dump], input=records, capture_output=True, check=True).stdout.decode()
    got = got.split("--\n")[:-1]
    wrong = [(record, want, have) for (record, want), have in zip(pairs, got) if want != have]
    for record, want, have in wrong[:10]:
        print(f"{record}CPython:\n{want}here:\n{have}")
    print(f"{len(pairs)} places, {len(wrong)} wrong")
    sys.exit(len(got) != len(pairs) or bool(wrong))


if sys.argv[1] == "--oracle":
    oracle(int(sys.argv[2]) if len(sys.argv) > 2 else 1, sys.argv[3:])
else:
    main(*sys.argv[1:])
