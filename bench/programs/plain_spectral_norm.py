"""the spectral norm of an infinite matrix"""
def a(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(vector):
    n = len(vector)
    out = []
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += a(i, j) * vector[j]
        out.append(total)
    return out


def times_transposed(vector):
    n = len(vector)
    return [sum(a(j, i) * vector[j] for j in range(n)) for i in range(n)]


def run(n):
    u = [1.0] * n
    v = u
    for _ in range(4):
        v = times_transposed(times(u))
        u = times_transposed(times(v))
    top = sum(x * y for x, y in zip(u, v))
    return (top / sum(x * x for x in v)) ** 0.5


print("%.9f" % run(160))
