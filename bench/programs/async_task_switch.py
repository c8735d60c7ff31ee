"""task switches: sleep(0) in 1,000 tasks"""
import asyncio


async def worker(n):
    for _ in range(n):
        await asyncio.sleep(0)
    return n


async def main():
    return sum(await asyncio.gather(*[worker(500) for _ in range(1000)]))


print(asyncio.run(main()))
