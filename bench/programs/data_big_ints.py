"""big integers: factorials, powers, fibonacci, gcd, digits"""
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a


def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def pi_digits(count):
    out = []
    q, r, t, k, n, l = 1, 0, 1, 1, 3, 3
    while len(out) < count:
        if 4 * q + r - t < n * t:
            out.append(n)
            nr = 10 * (r - n * t)
            n = ((10 * (3 * q + r)) // t) - 10 * n
            q *= 10
            r = nr
        else:
            nr = (2 * q + r) * l
            nn = (q * (7 * k) + 2 + (r * l)) // (t * l)
            q *= k
            t *= l
            l += 2
            k += 1
            n = nn
            r = nr
    return "".join(map(str, out))


product = 1
for i in range(1, 1500):
    product *= i
total = 0
for i in range(120_000):
    total += (1 << 70) + i * (i << 64)
print(len(str(product)), fibonacci(40_000) % 10**9, pi_digits(900)[-10:], pow(3, 1 << 600, 10**60 + 7) % 1000, gcd(product, 3**900 * 7) % 10**6, total % 10**12)
