"""tasks made, run and gathered"""
import asyncio


async def work(i):
    return i


async def main():
    s = 0
    for _ in range(100):
        s += sum(await asyncio.gather(*[work(i) for i in range(1000)]))
    return s


print(asyncio.run(main()))
