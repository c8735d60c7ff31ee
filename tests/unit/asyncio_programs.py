"""asyncio_programs.py: random programs of asyncio, as text

A program is a handful of coroutine functions; each may start those behind it. Everything that happens in them is
written to a log (tests/unit/asyncio_harness.txt). All delays are multiples of 1/8 s, so that floats hold them
exactly and what is planned for the same moment is due at the same moment.
"""
import random

FUNCTIONS = 5
DELAYS = ['0', '0', '0', '0.125', '0.125', '0.25', '0.25', '0.5', '1', '-1']
TIMEOUTS = ['0', '0.125', '0.25', '0.5', '1', '2', 'None', '-1']


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.labels = 0
        self.function = 0
        self.nesting = 0
        self.room = 0  # statements that the function may still have

    # ---- small parts ----

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def pick(self, *choices):
        return self.random.choice(choices)

    def number(self, limit=40):
        return self.random.randrange(limit)

    def label(self):
        self.labels += 1
        return self.labels

    def delay(self):
        return self.random.choice(DELAYS)

    def call(self):
        """a coroutine: one of the functions behind this one, or a sleep"""
        later = range(self.function + 1, FUNCTIONS)
        if later and self.chance(75):
            made = f'c{self.random.choice(later)}(log, s)'
            return made if self.chance(92) else f'log.wrap({made})'
        return self.pick(f'asyncio.sleep({self.delay()}, {self.number()})',
                         f's.queues[{self.number(4)}].get()', f's.events[{self.number(3)}].wait()')

    def task(self):
        return f'log.task({self.number()})'

    def future(self):
        return f'log.future({self.number()})'

    def waitable(self):
        return self.pick(self.task(), self.task(), self.future())

    def error(self):
        return self.pick(f'ValueError({self.label()})', f'KeyError({self.label()})', 'RuntimeError', 'OSError(2, "x")',
                         'asyncio.CancelledError("raised")', 'TimeoutError()', 'StopAsyncIteration(1)')

    # ---- statements ----

    def add(self, text):
        self.lines.append('    ' * self.nesting + text)

    def log(self, value=''):
        self.add(f'log({self.label()}{", " if value else ""}{value})')

    def block(self, most=3):
        self.nesting += 1
        for _ in range(self.random.randrange(1, most + 1)):
            self.statement()
        self.nesting -= 1

    def statement(self):
        self.room -= 1
        if self.room < 0 or self.nesting > 6:
            self.log()
            return
        names = list(STATEMENTS)
        kind = self.random.choices(names, [STATEMENTS[name] for name in names])[0]
        getattr(self, 'make_' + kind)()

    def make_log(self):
        self.log(self.pick('', 'asyncio.current_task()', 'variable.get()', 'log.tasks', self.task(), self.future()))

    def make_sleep(self):
        self.add(f'await asyncio.sleep({self.delay()})')

    def make_await_call(self):
        self.log(f'await {self.call()}')

    def make_await_task(self):
        self.log(f'await {self.waitable()}')

    def make_spawn(self):
        name = f', name="n{self.label()}"' if self.chance(50) else ''
        context = ', context=contextvars.copy_context()' if self.chance(8) else ''
        maker = 'asyncio.create_task'
        if self.chance(15):
            maker = self.pick('log.start_eagerly', 'log.start_eagerly', 'log.start_own')
        self.add(f'log.tasks.append({maker}({self.wrapped()}{name}{context}))')

    def wrapped(self):
        """a coroutine that create_task accepts"""
        return self.call()

    def make_future(self):
        self.add(f'log.futures.append(asyncio.get_running_loop().create_future())')

    def make_settle(self):
        future = self.future()
        self.add('try:')
        self.nesting += 1
        self.add(self.pick(f'{future}.set_result({self.number()})', f'{future}.set_exception({self.error()})',
                           f'{future}.cancel()', f'{future}.cancel("own")'))
        self.nesting -= 1
        self.add('except Exception as e:')
        self.nesting += 1
        self.log('e')
        self.nesting -= 1

    def make_cancel(self):
        message = self.pick('', '', f'"m{self.label()}"')
        self.log(f'{self.task()}.cancel({message})')

    def make_uncancel(self):
        self.log('asyncio.current_task().uncancel()' if self.chance(70) else f'{self.task()}.cancelling()')

    def make_callback(self):
        label = self.label()
        loop = 'asyncio.get_running_loop()'
        action = self.pick(f'log, "cb{label}"', f'{self.task()}.cancel', f's.events[{self.number(3)}].set',
                           f'log, "cb{label}"', f'{self.task()}.cancel, "late"', f'log.fail, {label}',
                           f'log.spawn_in_callback, lambda: {self.call()}', f's.settle, {self.future()}, {label}',
                           f'variable.set, {label}')
        if self.chance(12):
            action += ', context=' + self.pick('contextvars.copy_context()', 's.context')
        place = self.pick(f'call_soon({action})', f'call_later({self.delay()}, {action})',
                          f'call_at({loop}.time() + {self.delay()}, {action})', f'call_soon_threadsafe({action})',
                          f'call_at(log.started + {self.number(12)} / 8, {action})')
        self.add(f'log.handles.append({loop}.{place})')

    def make_cancel_handle(self):
        self.add('if log.handles:')
        self.nesting += 1
        self.add(f'log.handles[{self.number()} % len(log.handles)].cancel()')
        self.nesting -= 1

    def many(self):
        return self.pick(self.pick(4, 5, 6, 9), self.pick(12, 20, 33), self.pick(110, 150) if self.chance(25) else 7)

    def make_many_timers(self):
        """so many that those of the same time are not in the order of their making"""
        label = self.label()
        when = self.pick(f'call_at(loop.time() + {self.delay()}', f'call_later({self.delay()}',
                         f'call_at(log.started + i % {self.pick(2, 3)} / 8', f'call_later(i % {self.pick(2, 3, 5)} / 8')
        self.add('loop = asyncio.get_running_loop()')
        self.add(f'for i in range({self.many()}):')
        self.add(f'    log.handles.append(loop.{when}, log, {label}, i))')

    def make_many_sleeps(self):
        limit = self.pick('', '', f', {self.random.choice(TIMEOUTS)}', f', i % {self.pick(2, 3)} / 8')
        delay = self.pick(self.delay(), f'i % {self.pick(2, 3)} / 8')
        self.add(f'for i in range({self.many()}):')
        self.add(f'    log.tasks.append(asyncio.create_task(s.sleeper(i, {delay}{limit}), name=f"s{{i}}"))')

    def make_cancel_many(self):
        things = self.pick('log.handles', 'log.tasks[1:]')
        self.add(f'for each in {things}[{self.number(4)}::{self.pick(1, 1, 2, 3)}]:')
        self.nesting += 1
        self.add('if each is not asyncio.current_task():')
        self.add('    each.cancel()')
        self.nesting -= 1

    def make_done_callback(self):
        label = self.label()
        callback = self.pick(f'lambda f: log("done{label}", f)', 'log.on_done', 'log.on_done', 'log.fail')
        context = f', context={self.pick("contextvars.copy_context()", "s.context")}' if self.chance(12) else ''
        self.add(f'{self.waitable()}.add_done_callback({callback}{context})')

    def make_remove_callback(self):
        self.log(f'{self.waitable()}.remove_done_callback(log.on_done)')

    def make_look(self):
        """what a task or future tells of itself"""
        self.log(self.pick(f'{self.waitable()}.done()', f'{self.waitable()}.cancelled()', f'{self.task()}.get_name()',
                           f'{self.task()}.cancelling()', f'log.stack({self.task()})',
                           f'log.stack({self.task()}, limit=1)', f'len(asyncio.all_tasks())',
                           f'{self.task()}._fut_waiter is None', f'log.handles[-1:] and log.handles[-1].cancelled()',
                           f's.events[{self.number(3)}].is_set()', f's.locks[{self.number(2)}].locked()',
                           f's.semaphores[{self.number(2)}].locked()', f's.conditions[{self.number(2)}].locked()'))

    def make_ask(self):
        """result() or exception() of what may not be done"""
        self.guarded(lambda: self.log(self.pick(f'{self.waitable()}.result()', f'{self.waitable()}.exception()')),
                     '(Exception, asyncio.CancelledError)')

    def guarded(self, body, errors='Exception'):
        self.add('try:')
        self.nesting += 1
        body()
        self.nesting -= 1
        self.add(f'except {errors} as e:')
        self.nesting += 1
        self.log('e')
        self.nesting -= 1

    def make_raise(self):
        self.add(f'if {self.pick("True", "len(log.lines) % 2", "len(log.lines) % 3 == 0")}:')
        self.nesting += 1
        self.add(f'raise {self.error()}' + self.pick('', '', ' from KeyError("cause")', ' from None'))
        self.nesting -= 1

    def make_return(self):
        self.add(f'if len(log.lines) % {self.pick(2, 3, 5)} == 0:')
        self.nesting += 1
        self.add(f'return {self.number()}')
        self.nesting -= 1

    def make_try(self):
        self.add('try:')
        self.block()
        with_handler = self.chance(80)
        if with_handler:
            caught = self.pick('asyncio.CancelledError', 'asyncio.CancelledError', 'Exception', 'BaseException',
                               'TimeoutError', '(ValueError, KeyError)')
            self.add(f'except {caught} as e:')
            self.nesting += 1
            self.log('e')
            self.nesting -= 1
            if self.chance(50):
                self.block(2)
            if self.chance(50):
                self.nesting += 1
                self.add(self.pick('raise', 'raise', f'raise {self.error()}', 'raise e'))
                self.nesting -= 1
        if not with_handler or self.chance(35):
            self.add('finally:')
            self.block(2)

    def make_loop(self):
        self.add(f'for i in range({self.pick(2, 3)}):')
        self.block(2)

    def make_event(self):
        event = f's.events[{self.number(3)}]'
        self.add(self.pick(f'{event}.set()', f'{event}.set()', f'{event}.clear()', f'await {event}.wait()'))

    def make_lock(self):
        lock = self.pick(f's.locks[{self.number(2)}]', f's.semaphores[{self.number(2)}]')
        self.add(f'async with {lock}:')
        self.nesting += 1
        self.log()
        self.nesting -= 1
        self.block(2)

    def make_condition(self):
        condition = f's.conditions[{self.number(2)}]'
        self.add(f'async with {condition}:')
        self.nesting += 1
        self.add(self.pick(f'{condition}.notify()', f'{condition}.notify_all()', f'await {condition}.wait()',
                           f'await {condition}.wait_for(lambda: len(log.lines) % 4 == 0)', f'{condition}.notify(2)',
                           f'await asyncio.wait_for({condition}.wait(), {self.random.choice(TIMEOUTS)})'))
        self.nesting -= 1

    def make_queue(self):
        queue = f's.queues[{self.number(4)}]'
        if self.chance(60):
            self.log(self.pick(f'await {queue}.put({self.number()})', f'await {queue}.get()', f'{queue}.qsize()'))
            return
        self.add('try:')
        self.nesting += 1
        self.log(self.pick(f'{queue}.put_nowait({self.number()})', f'{queue}.get_nowait()', f'{queue}.task_done()',
                           f'{queue}.put_nowait({self.number()})', f'{queue}.get_nowait()',
                           f'{queue}.shutdown({self.pick("", "True")})' if self.chance(20) else f'{queue}.full()'))
        self.nesting -= 1
        self.add('except (asyncio.QueueEmpty, asyncio.QueueFull, asyncio.QueueShutDown, ValueError) as e:')
        self.nesting += 1
        self.log('e')
        self.nesting -= 1

    def make_join(self):
        self.log(f'await s.queues[{self.number(4)}].join()')

    def make_lock_by_hand(self):
        lock = self.pick(f's.locks[{self.number(2)}]', f's.semaphores[{self.number(2)}]')
        if self.chance(50):
            self.log(f'await {lock}.acquire()')
        else:
            self.guarded(lambda: self.add(f'{lock}.release()'), '(RuntimeError, ValueError)')

    def make_barrier(self):
        if self.chance(25):
            self.add(f'async with s.barriers[{self.number(2)}] as place:')
            self.nesting += 1
            self.log('place')
            self.nesting -= 1
            self.block(2)
            return
        barrier = f's.barriers[{self.number(2)}]'
        self.log(self.pick(f'await {barrier}.wait()', f'await {barrier}.wait()', f'{barrier}.n_waiting',
                           f'await {barrier}.reset()', f'await {barrier}.abort()' if self.chance(20) else '0'))

    def make_timeout(self):
        limit = self.random.choice(TIMEOUTS)
        name = f't{self.label()}'
        made = f'asyncio.timeout({limit})'
        if self.chance(15) and limit != 'None':
            made = f'asyncio.timeout_at(asyncio.get_running_loop().time() + {limit})'
        self.add(f'async with {made} as {name}:')
        self.nesting += 1
        self.add(f's.timeouts.append({name})')
        if self.chance(25):
            self.add(f'{name}.reschedule(asyncio.get_running_loop().time() + {self.delay()})')
        self.nesting -= 1
        self.block()
        self.log(f'{name}.expired()')

    def make_reschedule(self):
        self.add('if s.timeouts:')
        self.nesting += 1
        self.add('try:')
        self.add(f'    s.timeouts[{self.number()} % len(s.timeouts)].reschedule(asyncio.get_running_loop().time() + '
                 f'{self.delay()})')
        self.add('except RuntimeError as e:')
        self.add(f'    log({self.label()}, e)')
        self.nesting -= 1

    def make_wait_for(self):
        self.log(f'await asyncio.wait_for({self.pick(self.call(), self.waitable())}, {self.random.choice(TIMEOUTS)})')

    def make_shield(self):
        self.log(f'await asyncio.shield({self.pick(self.call(), self.waitable(), self.waitable())})')

    def make_gather(self):
        parts = [self.pick(self.call(), self.call(), self.waitable()) for _ in range(self.number(4))]
        flag = self.pick('', 'return_exceptions=True')
        self.log(f'await asyncio.gather({", ".join(parts + [flag] * bool(flag))})')

    def make_keep_gather(self):
        parts = [self.pick(self.call(), self.waitable()) for _ in range(1 + self.number(3))]
        self.add(f'log.futures.append(asyncio.gather({", ".join(parts)}, return_exceptions={self.chance(50)}))')

    def make_wait(self):
        parts = ', '.join(self.waitable() for _ in range(1 + self.number(3)))
        when = self.pick('FIRST_COMPLETED', 'FIRST_EXCEPTION', 'ALL_COMPLETED')
        limit = self.pick('', f', timeout={self.random.choice(TIMEOUTS)}')
        self.log(f'await asyncio.wait([{parts}], return_when=asyncio.{when}{limit})')

    def make_as_completed(self):
        parts = ', '.join(self.waitable() for _ in range(1 + self.number(3)))
        limit = self.pick('', '', f', timeout={self.random.choice(TIMEOUTS)}')
        word = self.pick('for', 'async for')
        self.add(f'{word} f in asyncio.as_completed(log.in_order([{parts}]){limit}):')
        self.nesting += 1
        self.log('await f')
        self.nesting -= 1

    def make_group(self):
        name = f'g{self.label()}'
        self.add(f'async with asyncio.TaskGroup() as {name}:')
        self.nesting += 1
        for _ in range(1 + self.number(3)):
            self.add(f'log.tasks.append({name}.create_task({self.wrapped()}))')
        self.nesting -= 1
        if self.chance(60):
            self.block(2)

    def make_try_star(self):
        self.add('try:')
        self.nesting += 1
        self.make_group()
        self.nesting -= 1
        self.add(f'except* {self.pick("ValueError", "(KeyError, RuntimeError)", "Exception", "TimeoutError")} as e:')
        self.nesting += 1
        self.log('e')
        self.nesting -= 1

    def make_variable(self):
        self.add(f'variable.set({self.label()})')

    def make_generator(self):
        name = f'a{self.label()}'
        self.add(f'async def {name}():')
        self.nesting += 1
        self.add('try:')
        self.nesting += 1
        self.add('for i in range(3):')
        self.add(f'    await asyncio.sleep({self.delay()})')
        self.add('    yield i')
        self.nesting -= 1
        self.add('finally:')
        self.nesting += 1
        self.log()
        if self.chance(50):
            self.add(f'await asyncio.sleep({self.delay()})')
            self.log()
        self.nesting -= 2
        held = f'h{name}'
        self.add(f'{held} = {name}()')
        self.add(f'async for i in {held}:')
        self.nesting += 1
        self.log('i')
        if self.chance(50):
            self.add('break')
        self.nesting -= 1
        self.add(f'await {held}.aclose()')

    def make_shared_generator(self):
        """steps of an async generator that several tasks use"""
        generator = f's.generators[{self.number(2)}]'
        step = self.pick(f'await anext({generator})', f'await {generator}.asend({self.number()})',
                         f'await {generator}.athrow({self.error()})', f'await anext({generator}, "end")',
                         f'await {generator}.aclose()' if self.chance(30) else f'await anext({generator})')
        self.guarded(lambda: self.log(step), '(RuntimeError, StopAsyncIteration, ValueError, KeyError, OSError)')

    def make_left_generator(self):
        """a generator that is left in the midst: the loop closes it"""
        self.add(f'async for i in s.count({self.delay()}):')
        self.nesting += 1
        self.log('i')
        self.add('break')
        self.nesting -= 1

    def make_comprehension(self):
        self.log(self.pick(f'[i async for i in s.count({self.delay()}) if i != 1]',
                           f'[await asyncio.sleep({self.delay()}, i) for i in range(2)]',
                           f'{{i: await asyncio.sleep(0) async for i in s.count({self.delay()})}}'))

    def make_manager(self):
        name = self.label()
        self.add(f'async with s.manager({name}, {self.delay()}) as held:')
        self.block(2)

    def make_exit_stack(self):
        self.add('async with contextlib.AsyncExitStack() as stack:')
        self.nesting += 1
        self.add(f'await stack.enter_async_context(s.manager({self.label()}, {self.delay()}))')
        self.add(f'stack.push_async_callback(asyncio.sleep, {self.delay()})')
        self.nesting -= 1
        self.block(2)

    def make_custom_await(self):
        self.log(self.pick('await log.turn()', f'await log.turns({self.pick(2, 3)})', f'await log.wrap({self.call()})',
                           f'await log.by_hand({self.call()})'))

    def make_token(self):
        self.add(f'token = variable.set({self.label()})')
        self.statement()
        self.guarded(lambda: self.add('variable.reset(token)'), 'ValueError')

    def make_thread_future(self):
        """a future of concurrent.futures, settled here"""
        name = f'o{self.label()}'
        self.add(f'{name} = concurrent.futures.Future()')
        self.add(f'log.futures.append(asyncio.wrap_future({name}))')
        settle = self.pick(f'{name}.set_result({self.number()})', f'{name}.set_exception({self.error()})',
                           f'{name}.cancel()')
        self.add(f'log.handles.append(asyncio.get_running_loop().call_later({self.delay()}, lambda: {settle}))')

    def make_threadsafe(self):
        """as from another thread, but from here"""
        self.add(f'log.futures.append(asyncio.wrap_future(asyncio.run_coroutine_threadsafe({self.call()}, '
                 'asyncio.get_running_loop())))')

    # ---- whole programs ----

    def program(self, name):
        eager, debug, own_loop = self.chance(10), self.chance(10), self.chance(10)
        for self.function in range(FUNCTIONS):
            self.nesting, self.room = 0, self.random.randrange(4, 12)
            self.add(f'async def c{self.function}(log, s):')
            self.nesting = 1
            self.log()
            self.nesting = 0
            self.block(6)
            self.add(f'    return {self.function}')
        text = '\n'.join('    ' + line for line in self.lines)
        return f'def {name}():\n{text}\n    return c0, {eager}, {debug}, {own_loop}\n'


STATEMENTS = dict(
    log=6, sleep=14, await_call=10, await_task=8, spawn=16, future=2, settle=6, cancel=8, uncancel=3, callback=6,
    cancel_handle=2, many_timers=4, many_sleeps=4, cancel_many=3, done_callback=4, raise_=0, loop=4, event=6, lock=6,
    condition=4, queue=8, barrier=3, timeout=6, reschedule=2, wait_for=6, shield=4, gather=6, keep_gather=2, wait=5, as_completed=4, group=5, try_star=3, variable=2,
    generator=2, remove_callback=2, look=5, ask=3, join=1, lock_by_hand=3, shared_generator=4, left_generator=2,
    comprehension=3, manager=3, exit_stack=2, custom_await=4, token=2, thread_future=1, threadsafe=1)
del STATEMENTS['raise_']
STATEMENTS.update({'raise': 5, 'return': 3, 'try': 22})


def make_program(seed, name):
    """the text of a function that gives (coroutine function, whether tasks start eagerly)"""
    return Maker(seed).program(name)
