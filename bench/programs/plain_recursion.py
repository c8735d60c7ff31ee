"""recursion: ackermann, tak, hanoi, permutations, flattening"""
def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def tak(x, y, z):
    if y >= x:
        return z
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))


def hanoi(n, source, target, spare):
    if n == 0:
        return 0
    return hanoi(n - 1, source, spare, target) + 1 + hanoi(n - 1, spare, target, source)


def permutations(items):
    if len(items) < 2:
        return [items]
    out = []
    for i, item in enumerate(items):
        for rest in permutations(items[:i] + items[i + 1 :]):
            out.append([item] + rest)
    return out


def flatten(tree):
    out = []
    for node in tree:
        if isinstance(node, list):
            out.extend(flatten(node))
        else:
            out.append(node)
    return out


tree = [1]
for depth in range(12):
    tree = [tree, depth, tree] if depth < 9 else [tree, depth]
print(ackermann(2, 250), tak(18, 12, 6), hanoi(17, "a", "b", "c"), len(permutations([1, 2, 3, 4, 5, 6, 7])), sum(flatten(tree)))
