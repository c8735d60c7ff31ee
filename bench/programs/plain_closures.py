"""closures, default and keyword arguments, *args, decorators, lambdas"""
def counter(step):
    count = 0

    def increase(by=1):
        nonlocal count
        count += by * step
        return count

    return increase


def logged(function):
    calls = []

    def wrapper(*args, **kwargs):
        calls.append(len(args))
        return function(*args, **kwargs)

    wrapper.calls = calls
    return wrapper


@logged
def add(a, b, *, c=0):
    return a + b + c


def compose(*functions):
    def composed(x):
        for function in functions:
            x = function(x)
        return x

    return composed


def spread(a, b=2, *rest, key=None, **more):
    return a + b + len(rest) + (key or 0) + len(more)


def run(n):
    first, second = counter(1), counter(3)
    pipeline = compose(lambda x: x + 1, lambda x: x * 2, lambda x: x % 1000)
    total = 0
    for i in range(n):
        total += first() + second(by=2)
        total += add(i, 1, c=2)
        total += pipeline(i)
        total += spread(i) + spread(1, 2, 3, key=4, other=5) + spread(b=i, a=1)
    return total, len(add.calls)


print(run(60_000))
