"""raise and catch in one frame and through a call"""
def thrower(i):
    raise ValueError


def run(n):
    caught = 0
    for i in range(n):
        try:
            raise ValueError
        except ValueError:
            caught += 1
        try:
            thrower(i)
        except ValueError:
            caught += 1
    return caught


print(run(700_000))
