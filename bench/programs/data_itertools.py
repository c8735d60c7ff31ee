"""itertools, functools and operator in pipelines"""
import functools
import itertools
import operator


@functools.lru_cache(maxsize=None)
def ways(total, coins):
    if total == 0:
        return 1
    if total < 0 or not coins:
        return 0
    return ways(total - coins[0], coins) + ways(total, coins[1:])


def run(n):
    total = 0
    for a, b in itertools.combinations(range(120), 2):
        total += a ^ b
    for triple in itertools.product(range(20), repeat=3):
        total += triple[1]
    for key, group in itertools.groupby(range(n), key=lambda i: i // 10):
        total += key + sum(group)
    chained = itertools.chain(range(n), itertools.repeat(3, n), itertools.islice(itertools.count(5, 2), n))
    total += functools.reduce(operator.add, chained)
    total += sum(itertools.accumulate(range(n))) % 1000
    total += sum(map(operator.mul, range(n), itertools.cycle((1, -1))))
    total += len(list(itertools.takewhile(lambda i: i < n - 5, itertools.filterfalse(lambda i: i % 3, range(n)))))
    total += sum(functools.partial(pow, 3)(i) for i in range(50)) % 997
    total += sum(x * y for x, y in itertools.zip_longest(range(n), range(n // 2), fillvalue=1))
    return total, ways(120, (50, 25, 10, 5, 2, 1))


print(run(120_000))
