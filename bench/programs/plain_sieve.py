"""primes: sieve with a list and slices, trial division, a sieve of sets"""
def sieve(n):
    flags = [True] * (n + 1)
    flags[0] = flags[1] = False
    for i in range(2, int(n**0.5) + 1):
        if flags[i]:
            for j in range(i * i, n + 1, i):
                flags[j] = False
    return [i for i, flag in enumerate(flags) if flag]


def by_slices(n):
    flags = bytearray([1]) * (n + 1)
    flags[0] = flags[1] = 0
    for i in range(2, int(n**0.5) + 1):
        if flags[i]:
            flags[i * i :: i] = bytes(len(range(i * i, n + 1, i)))
    return sum(flags)


def by_division(n):
    primes = []
    candidate = 2
    while len(primes) < n:
        for prime in primes:
            if prime * prime > candidate:
                primes.append(candidate)
                break
            if candidate % prime == 0:
                break
        else:
            primes.append(candidate)
        candidate += 1
    return primes[-1]


def by_sets(n):
    rest = set(range(2, n))
    for i in range(2, int(n**0.5) + 1):
        if i in rest:
            rest -= set(range(i * i, n, i))
    return len(rest)


primes = sieve(250_000)
print(len(primes), primes[-1], by_slices(300_000), by_division(2_000), by_sets(60_000))
