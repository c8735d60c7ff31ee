"""a hundred thousand suspended generators"""
def numbers(n):
    total = 0
    for i in range(n):
        total += i
        yield total


alive = [numbers(5) for _ in range(100_000)]
print(sum(next(g) for g in alive), sum(next(g) for g in alive))
