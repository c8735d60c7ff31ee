"""await of fresh coroutines, four deep"""
import asyncio


async def d(x):
    return x + 1


async def c(x):
    return await d(x) + 1


async def b(x):
    return await c(x) + 1


async def a(x):
    return await b(x) + 1


async def main(n):
    s = 0
    for i in range(n):
        s += await a(i)
    return s


print(asyncio.run(main(600_000)))
