"""exceptions: raised deep, with arguments, finally, with, custom classes, lookups that fail"""
class Problem(Exception):
    def __init__(self, code):
        super().__init__("problem %d" % code)
        self.code = code


class Resource:
    opened = closed = 0

    def __enter__(self):
        Resource.opened += 1
        return self

    def __exit__(self, kind, value, traceback):
        Resource.closed += 1
        return kind is KeyError


def deep(n, code):
    if n == 0:
        raise Problem(code)
    try:
        return deep(n - 1, code)
    finally:
        Resource.closed += 0


def run(n):
    total = 0
    table = {"a": 1}
    for i in range(n):
        try:
            deep(3, i)
        except Problem as problem:
            total += problem.code
        try:
            total += table["b"]
        except KeyError:
            total += 1
        try:
            total += int("x")
        except (TypeError, ValueError) as error:
            total += len(str(error))
        with Resource():
            if i & 1:
                raise KeyError(i)
        try:
            try:
                [].pop()
            except IndexError as error:
                raise Problem(1) from error
        except Problem as problem:
            total += problem.__cause__ is not None
        total += getattr(table, "missing", 2)
    return total, Resource.opened, Resource.closed


print(run(20_000))
