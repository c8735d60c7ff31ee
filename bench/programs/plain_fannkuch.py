"""fannkuch: flipping prefixes of permutations"""
def fannkuch(n):
    permutation = list(range(n))
    counts = [0] * n
    flips_most = checksum = 0
    sign, r = 1, n
    while True:
        if permutation[0]:
            work = permutation[:]
            flips = 0
            first = work[0]
            while first:
                work[: first + 1] = work[first::-1]
                flips += 1
                first = work[0]
            if flips > flips_most:
                flips_most = flips
            checksum += sign * flips
        if sign > 0:
            permutation[0], permutation[1] = permutation[1], permutation[0]
            sign = -1
        else:
            permutation[1], permutation[2] = permutation[2], permutation[1]
            sign = 1
            i = 2
            while True:
                if counts[i] != i:
                    counts[i] += 1
                    break
                counts[i] = 0
                if i == n - 1:
                    return checksum, flips_most
                i += 1
                permutation.insert(i, permutation.pop(0))


counts = fannkuch(9)
print(counts)
