"""building large things piece by piece"""
def run(n):
    text = ""
    for i in range(n):
        text += "ab"
    data = b""
    array = bytearray()
    for i in range(n):
        array += b"x"
    for i in range(n // 100):
        data += b"yz"
    items, table, numbers = [], {}, set()
    for i in range(n):
        items.insert(len(items), i)
        table["%d" % i] = i
        numbers.add(i * 3)
    joined = []
    for i in range(n // 10):
        joined += [i]
    node = None
    for i in range(n):
        node = (node, i)
    while node:
        node, last = node
    return len(text), len(data), len(array), len(items), len(table), len(numbers), len(joined), last


print(run(150_000))
