"""small record classes with equality, hash, repr, ordering: as keys and in sets"""
class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __eq__(self, other):
        return isinstance(other, Point) and self.x == other.x and self.y == other.y

    def __hash__(self):
        return hash((self.x, self.y))

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def __repr__(self):
        return f"Point({self.x}, {self.y})"


class Grid:
    def __init__(self):
        self.cells = {}

    def __setitem__(self, point, value):
        self.cells[point] = value

    def __getitem__(self, point):
        return self.cells.get(point, 0)

    def __contains__(self, point):
        return point in self.cells

    def __len__(self):
        return len(self.cells)

    def __iter__(self):
        return iter(self.cells)


def run(n):
    grid = Grid()
    step = Point(1, 2)
    at = Point(0, 0)
    for i in range(n):
        at = at + step
        if at.x > 100:
            at = Point(i % 7, i % 5)
        grid[at] = i
        if Point(i % 50, i % 20) in grid:
            grid[at] += 1
    total = sum(grid[p] for p in grid)
    return len(grid), total, len({p for p in grid}), len("".join(map(repr, grid)))


print(run(80_000))
