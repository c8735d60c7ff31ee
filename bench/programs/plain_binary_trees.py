"""binary trees: making, walking and dropping many small objects"""
class Node:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right

    def check(self):
        if self.left is None:
            return 1
        return 1 + self.left.check() + self.right.check()


def tree(depth):
    if depth == 0:
        return Node(None, None)
    return Node(tree(depth - 1), tree(depth - 1))


def pairs(depth):
    return (pairs(depth - 1), pairs(depth - 1)) if depth else ()


def count(pair):
    return 1 + sum(count(p) for p in pair) if pair else 1


kept = tree(15)
print([sum(tree(d).check() for _ in range(2 ** (15 - d))) for d in range(4, 13, 3)], kept.check(), count(pairs(15)))
