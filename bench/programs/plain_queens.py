"""n queens: with lists, with sets, with bits"""
def by_lists(n, row, columns, left, right):
    if row == n:
        return 1
    found = 0
    for column in range(n):
        if not (columns[column] or left[row + column] or right[row - column + n]):
            columns[column] = left[row + column] = right[row - column + n] = True
            found += by_lists(n, row + 1, columns, left, right)
            columns[column] = left[row + column] = right[row - column + n] = False
    return found


def by_sets(n):
    def place(row, queens, sums, differences):
        if row == n:
            yield queens
            return
        for column in range(n):
            if column not in queens and row + column not in sums and row - column not in differences:
                yield from place(row + 1, queens + (column,), sums | {row + column}, differences | {row - column})

    return sum(1 for _ in place(0, (), frozenset(), frozenset()))


def by_bits(all_set, columns, left, right):
    if columns == all_set:
        return 1
    found, free = 0, all_set & ~(columns | left | right)
    while free:
        bit = free & -free
        free ^= bit
        found += by_bits(all_set, columns | bit, (left | bit) << 1, (right | bit) >> 1)
    return found


print(by_lists(9, 0, [False] * 9, [False] * 18, [False] * 19), by_sets(8), by_bits((1 << 10) - 1, 0, 0, 0))
