"""a task that switches at the bottom of ten thousand awaits, and a value from as deep a yield from"""
import asyncio
import sys

sys.setrecursionlimit(30_000)


async def deep(n, switches):
    if n:
        return await deep(n - 1, switches)
    for _ in range(switches):
        await asyncio.sleep(0)
    return switches


def chain(n, count):
    if n:
        yield from chain(n - 1, count)
    else:
        yield from range(count)


async def main(depth, switches):
    return await deep(depth, switches)


print(asyncio.run(main(2_000, 1_000)), sum(chain(2_000, 5_000)))
