"""a million ints, tuples, dict entries, instances: what they weigh"""
class Item:
    def __init__(self, a, b):
        self.a = a
        self.b = b


ints = [i + 1000 for i in range(400_000)]
pairs = [(i, i + 1) for i in range(200_000)]
table = {i: i for i in range(200_000)}
items = [Item(i, None) for i in range(100_000)]
print(len(ints) + len(pairs) + len(table) + len(items))
