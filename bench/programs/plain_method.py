"""a method with attribute reads and writes"""
class Point:
    def __init__(self, x):
        self.x = x
        self.n = 0

    def inc(self, by):
        self.x = self.x + by
        self.n += 1
        return self.x


def run(n):
    p = Point(0)
    s = 0
    for i in range(n):
        s += p.inc(i) & 1
    return s, p.n


print(run(2_000_000))
