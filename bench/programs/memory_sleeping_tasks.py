"""sleeping tasks: bytes each = peak memory over that of an empty asyncio program / 100,000"""
import asyncio


async def work(i):
    await asyncio.sleep(1)
    return i


async def main():
    tasks = [asyncio.create_task(work(i)) for i in range(100_000)]
    await asyncio.sleep(0)
    return sum(await asyncio.gather(*tasks))


print(asyncio.run(main()))
