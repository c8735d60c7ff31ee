"""classes with attributes, properties, inheritance and super()"""
class Shape:
    count = 0

    def __init__(self, name):
        self.name = name
        Shape.count += 1

    def area(self):
        return 0

    @property
    def label(self):
        return self.name


class Box(Shape):
    def __init__(self, width, height):
        super().__init__("box")
        self.width = width
        self.height = height

    def area(self):
        return self.width * self.height

    def grow(self, by):
        self.width += by
        self.height += by
        return self


class Cube(Box):
    __slots__ = ("depth",)

    def __init__(self, side):
        super().__init__(side, side)
        self.depth = side

    def area(self):
        return 2 * (super().area() + self.width * self.depth + self.height * self.depth)


def run(n):
    total = 0
    for i in range(n):
        box = Box(i, 3)
        total += box.grow(1).area()
        cube = Cube(i & 15)
        total += cube.area() + len(cube.label)
    return total, Shape.count


print(run(60_000))
