"""dictionaries: filling, counting, looking up, iterating, deleting"""
def run(n):
    squares = {}
    for i in range(n):
        squares[i] = i * i
    total = 0
    for key in range(0, n, 3):
        if key in squares:
            total += squares[key]
    for key in range(0, n, 5):
        del squares[key]
    for key, value in squares.items():
        total += key ^ value
    names = {}
    for i in range(n):
        name = "k%d" % (i % 997)
        names[name] = names.get(name, 0) + 1
        names.setdefault("all", []).append(i)
    merged = {**names, "extra": 1}
    return total, len(merged), sum(len(k) for k in merged.keys()), len(names["all"])


print(run(150_000))
