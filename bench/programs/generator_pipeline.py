"""generators that feed generators, send, yield from, a tree walk"""
def numbers(n):
    for i in range(n):
        yield i


def evens(source):
    for x in source:
        if x % 2 == 0:
            yield x


def scaled(source, factor):
    for x in source:
        yield x * factor


def windows(source, size):
    kept = []
    for x in source:
        kept.append(x)
        if len(kept) == size:
            yield tuple(kept)
            kept.clear()


def walk(node):
    if isinstance(node, list):
        for child in node:
            yield from walk(child)
    else:
        yield node


def averager():
    total = count = 0
    value = None
    while True:
        value = yield value
        total += value
        count += 1
        value = total / count


def run(n):
    total = 0
    for window in windows(scaled(evens(numbers(n)), 3), 4):
        total += sum(window)
    tree = [[[i, [i + 1]], i] for i in range(n // 20)]
    total += sum(walk(tree))
    average = averager()
    next(average)
    for i in range(n // 2):
        last = average.send(i)
    first, *rest = (x for x in numbers(1000) if x % 7 == 3)
    return total, last, first, len(rest)


print(run(200_000))
