"""Compare what is said about faulty sources with CPython: kind, text, line, columns.

    syntax_errors_against_cpython.py PARSE_PROBLEMS [CASES]

CASES is a JSON list of [source, mode]; without it, syntax_errors.txt beside this file is
taken: sources set apart by lines of `---`. The oracle is CPython 3.13 (environment
ORACLE, or python3.13 on the path); without one the test is skipped (exit code 77).
"""
import json
import os
import subprocess
import sys

from oracle import find_oracle


ORACLE = find_oracle()
KINDS = {"SyntaxError": 0, "IndentationError": 1, "TabError": 2, "MemoryError": 3}
SHOWN = int(os.environ.get("SHOWN", "20"))


# PARSE_ALLOW_INCOMPLETE, PARSE_DONT_IMPLY_DEDENT: what the codeop module uses.
FLAGS = {2: 0x4000, 4: 0x200}


def judge(source, mode):
    import ast
    mode, _, number = mode.partition(":")
    flags = ast.PyCF_ONLY_AST
    for bit, flag in FLAGS.items():
        flags |= flag if int(number or 0) & bit else 0
    try:
        compile(source, "<string>", mode, flags, dont_inherit=True)
    except SyntaxError as error:
        kind = KINDS.get(type(error).__name__, 0)
        if error.msg == "incomplete input":
            return [kind, 0, 0, 0, 0, error.msg, ""]
        text = (error.text or "").rstrip("\n")
        return [kind, error.lineno, error.offset, error.end_lineno, error.end_offset,
                error.msg, text]
    except MemoryError as error:
        return [3, 0, 0, 0, 0, str(error), ""]
    except (ValueError, RecursionError) as error:
        return type(error).__name__
    return "ok"


def oracle():
    import warnings
    warnings.simplefilter("ignore")
    cases = json.load(sys.stdin)
    json.dump([judge(*case) for case in cases], sys.stdout)


def ours(program, cases):
    records = []
    for source, mode in cases:
        data = source.encode("utf-8", "surrogatepass")
        records.append(f"{mode} {len(data)}\n".encode() + data)
    done = subprocess.run([program], input=b"".join(records), capture_output=True,
                          timeout=900)
    results = []
    for line in done.stdout.decode().splitlines():
        if line == "ok":
            results.append("ok")
            continue
        *numbers, message, text = line.split(" ")
        results.append([int(n) for n in numbers] +
                       [bytes.fromhex(part.strip('"')).decode("utf-8", "replace")
                        for part in (message, text)])
    if done.returncode:
        print("exit code", done.returncode, "behind case", len(results))
        print(repr(cases[len(results)]) if len(results) < len(cases) else "")
        print(done.stderr.decode()[-3000:])
    return results


def same(ours, theirs):
    if ours == "ok" or theirs == "ok" or isinstance(theirs, str):
        return ours == theirs
    if ours[0] == 3:
        return theirs[0] == 3
    if ours[5] != theirs[5] or ours[0] != theirs[0]:
        return False
    ends = [[max(x or 0, 0) for x in each[3:5]] for each in (ours, theirs)]
    if not all(end[1] for end in ends):  # no end: its line does not count
        ends = [end[1:] for end in ends]
    return ours[1:3] == [x or 0 for x in theirs[1:3]] and ends[0] == ends[1] and (
        ours[6] == theirs[6] or "TEXT" not in os.environ)


def read_cases(paths):
    if paths:
        with open(paths[0], encoding="utf-8") as file:
            return json.load(file)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "syntax_errors.txt")
    with open(path, encoding="utf-8") as file:
        sources = file.read().split("---\n")
    cases = [[source, "exec"] for source in sources]
    for flags in (0, 2, 4, 6):
        cases += [[source, f"single:{flags}"] for source in sources]
        cases += [[source.removesuffix("\n"), f"single:{flags}"] for source in sources]
    return cases


def main(program, paths):
    if not ORACLE:
        print("no CPython 3.13 here")
        return 77
    cases = read_cases(paths)
    judged = subprocess.run([ORACLE, __file__, "--oracle"], check=True, timeout=900,
                            input=json.dumps(cases).encode(), capture_output=True)
    theirs = json.loads(judged.stdout)
    bad = 0
    results = ours(program, cases)
    for case, mine, their in zip(cases, results, theirs):
        if isinstance(their, str) and their != "ok":
            continue
        if not same(mine, their):
            bad += 1
            if bad <= SHOWN:
                print(repr(case[0][:300]), case[1])
                print("   ours  ", mine, "\n   theirs", their)
    print(f"{len(cases)} cases, {sum(t != 'ok' for t in theirs)} faulty, {bad} differ")
    return 1 if bad or len(results) < len(cases) else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--oracle"]:
        oracle()
    else:
        sys.exit(main(sys.argv[1], sys.argv[2:]))
