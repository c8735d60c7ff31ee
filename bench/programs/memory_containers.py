"""the cycle collector with a million live containers"""
kept = [[i] for i in range(700_000)]
more = [{"a": x} for x in kept[:150_000]]
pairs = [(x, y) for x, y in zip(kept, more)]
for i in range(200_000):
    ring = []
    ring.append(ring)
print(len(kept), len(more), len(pairs))
