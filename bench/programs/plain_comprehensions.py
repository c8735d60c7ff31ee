"""comprehensions of lists, sets, dicts, and generator expressions"""
def run(n):
    total = 0
    for i in range(n):
        squares = [x * x for x in range(60) if x % 3]
        total += sum(squares) + len({x % 7 for x in squares})
        total += len({x: i for x in range(30)})
        total += sum(x + i for x in range(50))
        total += len([(x, y) for x in range(8) for y in range(8) if x != y])
        total += any(x > 40 for x in squares) + all(x >= 0 for x in squares)
    return total


print(run(5_000))
