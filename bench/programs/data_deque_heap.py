"""collections.deque and heapq: breadth first search, shortest ways, a window"""
import heapq
from collections import deque


def breadth_first(width, height):
    distance = {(0, 0): 0}
    queue = deque([(0, 0)])
    while queue:
        x, y = queue.popleft()
        for dx, dy in ((1, 0), (0, 1), (-1, 0), (0, -1)):
            nx, ny = x + dx, y + dy
            if 0 <= nx < width and 0 <= ny < height and (nx * ny) % 7 != 3 and (nx, ny) not in distance:
                distance[nx, ny] = distance[x, y] + 1
                queue.append((nx, ny))
    return len(distance), max(distance.values())


def shortest(n):
    edges = {i: [((i * 7 + k * k) % n, (i * k) % 13 + 1) for k in range(1, 6)] for i in range(n)}
    best, heap = {0: 0}, [(0, 0)]
    while heap:
        cost, at = heapq.heappop(heap)
        if cost > best[at]:
            continue
        for target, weight in edges[at]:
            if cost + weight < best.get(target, 1 << 30):
                best[target] = cost + weight
                heapq.heappush(heap, (cost + weight, target))
    return len(best), sum(best.values())


def window(n):
    kept, total = deque(maxlen=50), 0
    for i in range(n):
        kept.append(i * i % 101)
        if len(kept) == 50:
            total += kept[0] + kept[-1]
    return total


numbers = [(i * 7919) % 10007 for i in range(10_000)]
heapq.heapify(numbers)
print(breadth_first(120, 100), shortest(4_000), window(100_000), [heapq.heappop(numbers) for _ in range(5000)][-1], heapq.nsmallest(3, numbers))
