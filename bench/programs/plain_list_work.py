"""lists: append, pop, index, slices, insertion, reversal, membership"""
def run(n):
    items = []
    for i in range(n):
        items.append(i * 7 % 1000)
    total = 0
    for i in range(len(items)):
        total += items[i]
    for i in range(0, n - 1, 2):
        items[i], items[i + 1] = items[i + 1], items[i]
    halves = items[: n // 2] + items[n // 2 :]
    backwards = halves[::-1]
    stack = []
    for item in backwards:
        if item & 1:
            stack.append(item)
        elif stack:
            total -= stack.pop()
    rows = [[0] * 50 for _ in range(200)]
    for y in range(200):
        row = rows[y]
        for x in range(50):
            row[x] = x * y
    total += sum(map(sum, rows))
    small = list(range(40))
    hits = 0
    for i in range(20_000):
        if i % 80 in small:
            hits += 1
    return total, len(stack), hits, items.index(999), items.count(7)


print(run(300_000))
