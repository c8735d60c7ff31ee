#!/usr/bin/env python3
"""containers_against_cpython.py CONTAINERS [SEED [COUNT]]

Makes random steps on lists, tuples, dicts, sets, ranges, slices and their iterators and views, runs
them here and with the program CONTAINERS (tests/unit/containers.c), and compares what comes out.
Run by another Python than CPython 3.13 it hands itself to the one that ORACLE names, or python3.13 on the
path; without one the test is skipped (exit code 77).
"""
import operator
import random
import re
import subprocess
import sys

from oracle import SKIPPED, find_oracle

REGISTERS = 40

BINARY = {'+': operator.add, '-': operator.sub, '*': operator.mul, '&': operator.and_,
          '|': operator.or_, '^': operator.xor}
INPLACE = {'+=': operator.iadd, '-=': operator.isub, '*=': operator.imul, '&=': operator.iand,
           '|=': operator.ior, '^=': operator.ixor}
COMPARE = {'<': operator.lt, '<=': operator.le, '==': operator.eq, '!=': operator.ne,
           '>': operator.gt, '>=': operator.ge}
TYPES = {t.__name__: t for t in (list, tuple, dict, set, frozenset, range, slice)}

# method: how many arguments it may get
METHODS = {
    list: dict(append=1, clear=0, copy=0, count=1, extend=1, index=(1, 3), insert=2, pop=(0, 1),
               remove=1, reverse=0, sort=0, __reversed__=0),
    tuple: dict(count=1, index=(1, 3)),
    dict: dict(clear=0, copy=0, get=(1, 2), items=0, keys=0, values=0, pop=(1, 2), popitem=0,
               setdefault=(1, 2), update=(0, 1), __reversed__=0, fromkeys=(1, 2)),
    set: dict(add=1, clear=0, copy=0, discard=1, remove=1, pop=0, update=(0, 2), union=(0, 2),
              intersection=(0, 2), difference=(0, 2), symmetric_difference=1, isdisjoint=1,
              issubset=1, issuperset=1, intersection_update=(0, 2), difference_update=(0, 2),
              symmetric_difference_update=1),
    frozenset: dict(copy=0, union=(0, 2), intersection=(0, 2), difference=(0, 2),
                    symmetric_difference=1, isdisjoint=1, issubset=1, issuperset=1),
    range: dict(count=1, index=1, __reversed__=0),
    slice: dict(indices=1),
    type({}.keys()): dict(isdisjoint=1, __reversed__=0),
    type({}.items()): dict(isdisjoint=1, __reversed__=0),
    type({}.values()): dict(__reversed__=0),
}
ITERATORS = tuple(type(iter(x)) for x in ([], (), set(), {}, {}.values(), {}.items(), range(0),
                                          range(2 ** 70))) + (type(reversed([])), type(reversed({})),
                                                              type(reversed({}.values())),
                                                              type(reversed({}.items())))
for iterator in ITERATORS:
    METHODS[iterator] = dict(__length_hint__=0)


def show(value):
    try:
        text = repr(value)
    except Exception as error:
        text = 'repr failed: ' + repr(error)
    return re.sub(r'at 0x[0-9a-f]+', 'at', text)


class Steps:
    """Random steps and what CPython says to each."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.values = [None] * REGISTERS
        self.lines, self.expected = [], []

    def pick(self, wanted=None):
        """a register, preferably one that holds a value of such types"""
        if wanted:
            found = [i for i, v in enumerate(self.values) if type(v) in wanted]
            if found:
                return self.random.choice(found)
        return self.random.randrange(REGISTERS)

    def picks(self, most):
        return [self.pick() for _ in range(self.random.randint(0, most))]

    def constant(self):
        r = self.random
        kind = r.choice(['int'] * 6 + ['float', 'str', 'str', 'special'])
        if kind == 'int':
            value = r.choice([r.randint(-3, 12), r.randint(-100, 100), r.randint(-2 ** 70, 2 ** 70),
                              r.randint(0, 2 ** 33)]) if r.random() < .4 else r.randint(-3, 12)
            return f'int {value}', lambda: value
        if kind == 'float':
            value = r.choice([0.0, 1.0, 2.5, -1.0, 1e300, 3.0])
            return f'float {value!r}', lambda: value
        if kind == 'str':
            value = r.choice(['a', 'b', 'ab', 'xyz', 'é'])
            return f'str {value}', lambda: value
        value = r.choice([None, True, False])
        return f'special {value}', lambda: value

    def display(self):
        kind = self.random.choice(['list', 'tuple', 'set', 'frozenset', 'dict'])
        parts = self.picks(8)
        if kind == 'dict':
            parts = parts[:len(parts) // 2 * 2]
        line = kind + ''.join(f' {p}' for p in parts)

        def make():
            values = [self.values[p] for p in parts]
            if kind == 'dict':
                result = {}
                for key, value in zip(values[::2], values[1::2]):
                    result[key] = value
                return result
            return TYPES[kind](values)
        return line, make

    def method(self):
        at = self.pick(METHODS)
        methods = METHODS.get(type(self.values[at]))
        if not methods:
            return self.constant()
        name = self.random.choice(list(methods))
        low, high = methods[name] if isinstance(methods[name], tuple) else (methods[name],) * 2
        args = [self.pick() for _ in range(self.random.randint(low, high))]
        if name in ('pop', 'insert', 'index') and type(self.values[at]) in (list, tuple) and args:
            args = [self.pick((int,)) if name == 'pop' or i == (name == 'index') else a
                    for i, a in enumerate(args)]
        elif self.random.random() < .7 and args and name not in ('get', 'add', 'append', 'count'):
            args[-1] = self.pick(METHODS)
        if name == 'fromkeys' and args:
            args[0] = self.pick(METHODS)
        line = f'method {at} {name}' + ''.join(f' {a}' for a in args)
        return line, lambda: getattr(self.values[at], name)(*[self.values[a] for a in args])

    def call(self):
        name = self.random.choice(list(TYPES))
        type_ = TYPES[name]
        high = 3 if name in ('range', 'slice') else 1
        args = [self.pick((int, bool)) if name in ('range', 'slice') else self.pick(METHODS)
                for _ in range(self.random.randint(0 if high == 1 else 1, high))]
        slot = REGISTERS + list(TYPES).index(name)
        line = f'call {slot}' + ''.join(f' {a}' for a in args)
        return line, lambda: type_(*[self.values[a] for a in args])

    def binary(self):
        table = self.random.choice([BINARY, INPLACE, COMPARE])
        name = self.random.choice(list(table))
        a = self.pick(METHODS)
        b = self.pick((type(self.values[a]),) if self.random.random() < .6 else METHODS)
        if '*' in name:
            b = self.pick((int,))
            if type(self.values[b]) is int and self.values[b] > 50:
                return self.constant()
        kind = 'compare' if table is COMPARE else 'operate'
        return f'{kind} {a} {name} {b}', lambda: table[name](self.values[a], self.values[b])

    def item(self):
        a = self.pick((list, tuple, dict, range))
        kinds = METHODS if type(self.values[a]) is dict else (int, slice)
        key = self.pick(kinds if self.random.random() < .8 else None)
        value = self.pick()
        kind = self.random.choice(['getitem', 'setitem', 'delitem', 'getitem', 'contains'])
        if kind == 'getitem':
            return f'getitem {a} {key}', lambda: self.values[a][self.values[key]]
        if kind == 'setitem':
            return f'setitem {a} {key} {value}', lambda: operator.setitem(
                self.values[a], self.values[key], self.values[value])
        if kind == 'delitem':
            return f'delitem {a} {key}', lambda: operator.delitem(self.values[a], self.values[key])
        a = self.pick(METHODS)
        return f'contains {a} {key}', lambda: self.values[key] in self.values[a]

    def walk(self):
        a = self.pick(METHODS)
        if self.random.random() < .3:
            return f'iter {a}', lambda: iter(self.values[a])
        a = self.pick(ITERATORS)
        if not isinstance(self.values[a], ITERATORS):
            return f'len {a}', lambda: len(self.values[a])
        return f'next {a}', lambda: next(self.values[a], 'the end')

    def look(self):
        a = self.pick(METHODS)
        if self.random.random() < .5 and not isinstance(self.values[a], str):
            return f'hash {a}', lambda: hash(self.values[a])
        return f'same {a}', lambda: self.values[a]

    def is_small(self, value):
        """not so large that the texts take long, and the same on both sides"""
        try:
            return orders_alike(value) and len(repr(value)) < 3000
        except Exception:
            return False

    def step(self):
        line, run = self.random.choice([self.constant, self.display, self.method, self.method,
                                        self.method, self.call, self.binary, self.item, self.item,
                                        self.walk, self.look])()
        if line.startswith('hash') and not hashes_alike(self.values[int(line.split()[1])]):
            return
        target = self.random.randrange(REGISTERS)
        try:
            value = run()
        except Exception as error:
            value, failed = error, True
        else:
            failed = False
        self.lines.append(f'{target} {line}')
        self.expected.append(show(value) if failed or orders_alike(value) else None)
        if not failed:
            self.values[target] = value
            if not self.is_small(value):
                self.lines.append(f'{target} special None')
                self.expected.append('None')
                self.values[target] = None
        if len(self.lines) % 8:
            return
        for i, v in enumerate(self.values):
            if not self.is_small(v):
                self.lines.append(f'{i} special None')
                self.expected.append('None')
                self.values[i] = None


def hashes_alike(value, depth=0):
    """Has it the same hash here and there? Not texts, and not what is hashed by its address."""
    if isinstance(value, tuple):
        return depth < 20 and all(hashes_alike(v, depth + 1) for v in value)
    if isinstance(value, frozenset):
        return all(hashes_alike(v, depth + 1) for v in value)
    if isinstance(value, slice):
        return hashes_alike((value.start, value.stop, value.step), depth + 1)
    return isinstance(value, (int, float, range)) or value is None


def orders_alike(value, depth=0):
    """Does it show its items in the same order here and there?"""
    if depth > 20:
        return False
    if isinstance(value, (set, frozenset)):
        return all(hashes_alike(v) for v in value)
    if isinstance(value, (list, tuple)):
        return all(orders_alike(v, depth + 1) for v in value)
    if isinstance(value, dict):
        return all(orders_alike(v, depth + 1) for pair in value.items() for v in pair)
    if isinstance(value, (type({}.keys()), type({}.items()), type({}.values()))):
        return all(orders_alike(v, depth + 1) for v in value)
    return True


def check(program, seed, count):
    steps = Steps(seed)
    start = [f'{REGISTERS + i} type {name}' for i, name in enumerate(TYPES)]
    for _ in range(count):
        steps.step()
    done = subprocess.run([program], input='\n'.join(start + steps.lines) + '\n',
                          capture_output=True, text=True, timeout=60)
    got = [re.sub(r'at 0x[0-9a-f]+', 'at', line) for line in done.stdout.split('\n')[len(start):]]
    if done.returncode:
        print(f'seed {seed}: exit {done.returncode}: {done.stderr[-500:]}')
    for i, (line, expected) in enumerate(zip(steps.lines, steps.expected)):
        if i >= len(got) or expected is not None and got[i] != expected:
            print(f'seed {seed} step {i}: {line}\n  expected {expected[:300]}\n'
                  f'  got      {got[i][:300] if i < len(got) else "nothing"}')
            return False
    return done.returncode == 0


def main(program, seed=1, count=12):
    if sys.version_info[:2] != (3, 13):
        oracle = find_oracle()
        return subprocess.call([oracle, *sys.argv]) if oracle else SKIPPED
    failures = sum(not check(program, s, 400) for s in range(int(seed), int(seed) + int(count)))
    print(f'{failures} of {count} failed')
    return failures != 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
