"""matrix multiplication, transposition, elimination"""
def multiply(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def multiply_by_index(a, b):
    n, m, p = len(a), len(b), len(b[0])
    out = [[0] * p for _ in range(n)]
    for i in range(n):
        row, into = a[i], out[i]
        for j in range(p):
            total = 0
            for k in range(m):
                total += row[k] * b[k][j]
            into[j] = total
    return out


def determinant(matrix):
    rows = [list(map(float, row)) for row in matrix]
    n, result = len(rows), 1.0
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        if pivot != i:
            rows[i], rows[pivot] = rows[pivot], rows[i]
            result = -result
        result *= rows[i][i]
        for r in range(i + 1, n):
            factor = rows[r][i] / rows[i][i]
            for c in range(i, n):
                rows[r][c] -= factor * rows[i][c]
    return result


n = 100
a = [[(i * j) % 17 + 1 for j in range(n)] for i in range(n)]
b = [[(i + 3 * j) % 13 - 6 for j in range(n)] for i in range(n)]
first, second = multiply(a, b), multiply_by_index(a, b)
square = [[(i * i + 7 * j + i * j * j + (i == j) * 40) % 67 for j in range(40)] for i in range(40)]
print(first == second, sum(map(sum, first)), "%.4e" % determinant(square))
