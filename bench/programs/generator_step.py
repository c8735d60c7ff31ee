"""a for loop over a generator"""
def numbers(n):
    for i in range(n):
        yield i


def run(n):
    s = 0
    for x in numbers(n):
        s += x
    return s


print(run(5_000_000))
