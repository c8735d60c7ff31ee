#!/usr/bin/env python3
"""growth.py APY [--against PYTHON ...] [--runs N] [--scale K] [--markdown FILE] [NAME ...]

Does it stay linear? Each thing is built with n, 10n and 100n parts, each size in a process of its own; a row
shows nanoseconds of processor time for one part (the least of N runs), and how many times as much a part
costs in the largest as in the smallest. What fits the processor's caches is three to five times as fast as
what does not: a hundred would be a square. NAME: some of the rows; none: all. This file is also the program
that builds: `growth.py --build NAME COUNT` prints its seconds.
"""
import sys

SIZES = (1, 10, 100)


# ---- what is built; each takes the count of parts ----

def list_append(n):
    out = []
    for i in range(n):
        out.append(i)


def list_of_lists(n):
    out = []
    for i in range(n):
        out.append([i])


def list_extend(n):
    out = []
    for i in range(n // 4):
        out += (i, i, i, i)


def list_pop(n):
    out = list(range(n))
    while out:
        out.pop()


def list_sort(n):
    seed, out = 42, []
    for _ in range(n):
        seed = (seed * 1103515245 + 12345) % 2147483648
        out.append(seed)
    out.sort()


def str_append(n):
    s = ""
    for i in range(n):
        s += "x"
    return s


def str_append_global(n):
    global grown
    grown = ""
    for i in range(n):
        grown += "x"


def str_append_other(n):
    s = "\u00e9"
    for i in range(n):
        s += "x"
    return s


def str_append_attribute(n):
    class Holder:
        text = ""

    holder = Holder()
    for i in range(n):
        holder.text += "x"


def bytes_append(n):
    data = bytearray()
    for i in range(n):
        data += b"x"


def str_join_split(n):
    return len(",".join(["ab"] * n).split(","))


def str_index_other(n):
    s = "\u00e9b" * (n // 2)
    for i in range(n):
        s[i]


def dict_fill(n):
    out = {}
    for i in range(n):
        out[i] = i


def dict_of_strings(n):
    out = {}
    for i in range(n):
        out["k%d" % i] = i


def dict_first_out(n):
    """the oldest key goes first: holes at the front must not be walked again and again"""
    out = dict.fromkeys(range(n))
    while out:
        del out[next(iter(out))]


def dict_queue(n):
    """as a queue of ten: filled at one end, emptied at the other"""
    out = {}
    for i in range(n):
        out[i] = i
        if i >= 10:
            del out[i - 10]


def dict_popitem(n):
    out = dict.fromkeys(range(n))
    while out:
        out.popitem()


def set_fill(n):
    out = set()
    for i in range(n):
        out.add(i)


def set_pop(n):
    out = set(range(n))
    while out:
        out.pop()


def deque_fill(n):
    import collections
    out = collections.deque()
    for i in range(n):
        out.append(i)


def deque_turn(n):
    import collections
    out = collections.deque(range(n))
    for i in range(n):
        out.append(out.popleft())


def deque_window(n):
    import collections
    out = collections.deque(maxlen=100)
    for i in range(n):
        out.append(i)


def ordered_dict_ends(n):
    import collections
    out = collections.OrderedDict.fromkeys(range(n))
    for i in range(n):
        out.move_to_end(i)
    while out:
        out.popitem(last=False)


def heap_queue(n):
    import heapq
    heap = []
    for i in range(n):
        heapq.heappush(heap, i * 7919 % n)
    while heap:
        heapq.heappop(heap)


def nested_tuples(n):
    node = None
    for i in range(n):
        node = (node, i)


def nested_lists(n):
    node = []
    for i in range(n):
        node = [node]


def linked_objects(n):
    class Node:
        def __init__(self, value, next):
            self.value = value
            self.next = next

    node = None
    for i in range(n):
        node = Node(i, node)


def rings(n):
    """garbage for the cycle collector alone"""
    for i in range(n):
        ring = []
        ring.append(ring)


def weak_references(n):
    import weakref

    class Node:
        pass

    kept = [Node() for _ in range(n)]
    return [weakref.ref(node) for node in kept]


def exception_chain(n):
    """each raised while the one before is handled"""
    last = None
    for i in range(n):
        try:
            try:
                if last:
                    raise last
                raise ValueError(i)
            except ValueError:
                raise ValueError(i)
        except ValueError as error:
            last = error


def exception_chain_walked(n):
    last = None
    for i in range(n):
        error = ValueError(i)
        error.__cause__ = last
        last = error
    while last:
        last = last.__cause__


def traceback_entries(n):
    """one exception through n frames"""
    import sys
    sys.setrecursionlimit(n + 1000)

    def down(depth):
        if not depth:
            raise ValueError
        down(depth - 1)

    try:
        down(n)
    except ValueError:
        pass


def class_chain(n):
    base = object
    for i in range(n):
        base = type("C", (base,), {})


def class_broad(n):
    class Base:
        pass

    return [type("C", (Base,), {"value": i}) for i in range(n)]


def class_attributes(n):
    class Holder:
        pass

    for i in range(n):
        setattr(Holder, "a%d" % i, i)


def object_attributes(n):
    class Holder:
        pass

    holder = Holder()
    for i in range(n):
        setattr(holder, "a%d" % i, i)


def global_names(n):
    names = globals()
    for i in range(n):
        names["global%d" % i] = i


def generator_chain(n):
    import sys
    sys.setrecursionlimit(n + 1000)

    def pass_on(source):
        yield from source

    def one():
        yield 1

    source = one()
    for i in range(n):
        source = pass_on(source)
    next(source)


def closures(n):
    out = []
    for i in range(n):
        out.append(lambda: i)


def tasks(n):
    import asyncio

    async def work():
        await asyncio.sleep(0)

    async def main():
        kept = {asyncio.create_task(work()) for _ in range(n)}
        for task in kept:
            await task
    asyncio.run(main())


def task_set_discarded(n):
    """the set that a program keeps its tasks in, each taken out by its own callback"""
    import asyncio
    kept = set()

    async def work():
        await asyncio.sleep(0)

    async def main():
        for _ in range(n):
            task = asyncio.create_task(work())
            kept.add(task)
            task.add_done_callback(kept.discard)
        while kept:
            await asyncio.sleep(0)
    asyncio.run(main())


def timers(n):
    import asyncio

    async def main():
        loop = asyncio.get_running_loop()
        for i in range(n):
            loop.call_later(1e-6 * (i * 7919 % n), int)
        await asyncio.sleep(1e-6 * n)
    asyncio.run(main())


def timers_cancelled(n):
    import asyncio

    async def main():
        loop = asyncio.get_running_loop()
        handles = [loop.call_later(1000 + i, int) for i in range(n)]
        for handle in handles:
            handle.cancel()
        await asyncio.sleep(0)
    asyncio.run(main())


def queue_items(n):
    import asyncio

    async def main():
        queue = asyncio.Queue()
        for i in range(n):
            queue.put_nowait(i)
        while not queue.empty():
            await queue.get()
    asyncio.run(main())


def int_digits(n):
    """a number of n digits, as text and back"""
    import sys
    getattr(sys, "set_int_max_str_digits", int)(0)
    return int(str(10 ** n))


# Parts in the smallest size, where ten thousand are too many: each part is dear, or one inside the other.
COUNTS = {"class_chain": 10, "class_broad": 200, "traceback_entries": 1000, "exception_chain": 1000,
          "generator_chain": 100, "int_digits": 1000, "nested_lists": 1000, "str_append_attribute": 2000}
USUAL_COUNT = 10_000
ROWS = [name for name, value in list(globals().items())
        if callable(value) and getattr(value, "__module__", None) == __name__]


# ---- measuring ----

def build(name, count):
    import time
    start = time.process_time()
    kept = globals()[name](count)
    print(time.process_time() - start)
    return kept


def measure(interpreter, name, count, runs):
    """seconds of processor time, the least of the runs; None: it failed"""
    import os
    import subprocess
    command = [interpreter, os.path.abspath(__file__), "--build", name, str(count)]
    seen = [subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(runs)]
    if any(run.returncode for run in seen):
        return None
    return min(float(run.stdout) for run in seen)


def row_of(interpreter, name, given):
    count = COUNTS.get(name, USUAL_COUNT) * given.scale
    costs = []
    for size in SIZES:
        seconds = measure(interpreter, name, count * size, given.runs)
        costs.append(None if seconds is None else seconds / (count * size) * 1e9)
    return count, costs


def cells(costs):
    words = ["failed" if cost is None else "%.0f" % cost for cost in costs]
    ends = [cost for cost in (costs[0], costs[-1])]
    words.append("" if None in ends or not ends[0] else "%.1f" % (ends[1] / ends[0]))
    return words


def main():
    import argparse
    import os
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("apy")
    parser.add_argument("--against", nargs="*", default=[])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--markdown")
    parser.add_argument("names", nargs="*")
    given = parser.parse_intermixed_args()
    interpreters = [given.apy] + given.against
    titles = ["what", "n"]
    for interpreter in interpreters:
        titles += ["%s: ns each at %s" % (os.path.basename(interpreter), word) for word in ("n", "10n", "100n")]
        titles.append("last / first")
    lines = ["| " + " | ".join(titles) + " |", "|---" * len(titles) + "|"]
    print("\n".join(lines), flush=True)
    for name in given.names or ROWS:
        words = [name, ""]
        for interpreter in interpreters:
            count, costs = row_of(interpreter, name, given)
            words[1] = "{:,}".format(count)
            words += cells(costs)
        lines.append("| " + " | ".join(words) + " |")
        print(lines[-1], flush=True)
    if given.markdown:
        with open(given.markdown, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--build"]:
        build(sys.argv[2], int(sys.argv[3]))
    else:
        main()
