"""100,000 sleeping tasks"""
import asyncio


async def work(i):
    await asyncio.sleep(0.001 * (i % 10))
    return i


async def main():
    return sum(await asyncio.gather(*[work(i) for i in range(100_000)]))


print(asyncio.run(main()))
