"""unstarted coroutines: bytes each = peak memory over that of an empty program / 200,000"""
async def work(a, b):
    return a + b


waiting = [work(i, i) for i in range(200_000)]
print(len(waiting))
for coroutine in waiting:
    coroutine.close()
