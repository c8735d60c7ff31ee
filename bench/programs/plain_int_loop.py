"""int arithmetic in a for loop over a range"""
def run(n):
    s = 0
    for i in range(n):
        s += i * 2 % 7
    return s


print(run(6_000_000))
