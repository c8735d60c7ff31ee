"""formatting: f-strings, %, format, conversions of numbers"""
def run(n):
    size = 0
    for i in range(n):
        half = i / 2
        size += len(f"{i}: {half:.2f} {i:>8} {i:#x} {'abc'!r}")
        size += len("%d %s %5.1f %x" % (i, "name", half, i))
        size += len("{} {:,} {name}".format(i, i * 1000, name=half))
        size += len(str(i)) + len(repr(half)) + int("12" + str(i % 10))
    return size


print(run(40_000))
