"""tasks cancelled while they sleep"""
import asyncio


async def work():
    await asyncio.sleep(3600)


async def main():
    cancelled = 0
    for _ in range(50):
        tasks = [asyncio.create_task(work()) for _ in range(1000)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            cancelled += isinstance(result, asyncio.CancelledError)
    return cancelled


print(asyncio.run(main()))
