"""a scheduler of packets, tasks and devices, in the manner of richards"""
IDLE, WORKER, HANDLER, DEVICE = range(4)


class Packet:
    def __init__(self, link, owner, kind):
        self.link = link
        self.owner = owner
        self.kind = kind
        self.datum = 0
        self.data = [0] * 4

    def append_to(self, queue):
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class Task:
    def __init__(self, scheduler, number, priority, queue):
        self.scheduler = scheduler
        self.number = number
        self.priority = priority
        self.queue = queue
        self.held = False
        self.waiting = queue is None

    def add(self, packet):
        self.queue = packet.append_to(self.queue)
        self.waiting = False

    def take(self):
        packet = self.queue
        if packet is not None:
            self.queue = packet.link
        return packet

    def can_run(self):
        return not self.held and not self.waiting

    def step(self):
        packet = self.take()
        if packet is None:
            self.waiting = True
            return
        self.work(packet)


class Idle(Task):
    def __init__(self, scheduler, number, priority, count):
        super().__init__(scheduler, number, priority, None)
        self.waiting = False
        self.control = 1
        self.count = count

    def step(self):
        self.count -= 1
        if self.count == 0:
            self.held = True
        elif self.control & 1 == 0:
            self.control //= 2
            self.scheduler.release(DEVICE)
        else:
            self.control = (self.control // 2) ^ 0xD008
            self.scheduler.release(DEVICE + 1)


class Worker(Task):
    turn = 0

    def work(self, packet):
        self.turn ^= 1
        packet.kind = HANDLER if self.turn else DEVICE
        for i in range(4):
            packet.datum = (packet.datum + 1) % 26
            packet.data[i] = 65 + packet.datum
        self.scheduler.send(HANDLER, packet, self)


class Handler(Task):
    def work(self, packet):
        total = 0
        for value in packet.data:
            total += value
        packet.datum = total % 26
        self.scheduler.send(DEVICE + (total & 1), packet, self)


class Device(Task):
    def work(self, packet):
        packet.owner = self.number
        self.held = True
        self.scheduler.hold_count += 1
        self.scheduler.send(WORKER, packet, self)


class Scheduler:
    def __init__(self):
        self.tasks = []
        self.hold_count = self.queue_count = 0

    def add(self, task):
        self.tasks.append(task)

    def release(self, number):
        self.tasks[number].held = False

    def send(self, number, packet, sender):
        self.queue_count += 1
        packet.owner = sender.number
        self.tasks[number].add(packet)

    def run(self):
        tasks = self.tasks
        while True:
            best = None
            for task in tasks:
                if task.can_run() and (best is None or task.priority > best.priority):
                    best = task
            if best is None:
                return
            best.step()


def run(count):
    scheduler = Scheduler()
    scheduler.add(Idle(scheduler, IDLE, 0, count))
    queue = Packet(Packet(None, WORKER, DEVICE), WORKER, DEVICE)
    scheduler.add(Worker(scheduler, WORKER, 1000, queue))
    scheduler.add(Handler(scheduler, HANDLER, 2000, None))
    scheduler.add(Device(scheduler, DEVICE, 4000, None))
    scheduler.add(Device(scheduler, DEVICE + 1, 5000, None))
    scheduler.run()
    return scheduler.queue_count, scheduler.hold_count


print(run(30_000))
