"""sorting: numbers, strings, keys, tuples, reverse, attributes"""
class Person:
    def __init__(self, name, age):
        self.name = name
        self.age = age

    def __lt__(self, other):
        return self.age < other.age


def numbers(n):
    seed, out = 42, []
    for _ in range(n):
        seed = (seed * 1103515245 + 12345) % 2147483648
        out.append(seed)
    return out


def run(n):
    values = numbers(n)
    texts = [str(v) for v in values]
    people = [Person(t, v % 100) for t, v in zip(texts, values)]
    plain = sorted(values)
    by_key = sorted(values, key=lambda v: v % 1000)
    by_text = sorted(texts, reverse=True)
    by_age = sorted(people, key=lambda p: (p.age, p.name))
    by_less = sorted(people[: n // 4])
    pairs = sorted((v % 10, v) for v in values)
    floats = sorted(v / 3 for v in values)
    values.sort(key=str)
    return plain[0], by_key[0], by_text[0], by_age[0].name, by_less[-1].age, pairs[-1], int(floats[7]), values[5]


print(run(15_000))
