#!/usr/bin/env python3
"""hostile.py APY [MODULE...]   run hostile_calls.apy on modules, none of which may crash or hang

Only modules without effects outside the process are called, and never with a super-user's rights: calls with
arbitrary arguments must have nothing to harm.
"""
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

SECONDS = 120
NOBODY = 65534
MEMORY = 1500 << 20
MODULES = '''
_abc _collections_abc _functools _heapq _random _string _weakrefset abc array base64 binascii bisect builtins calendar
cmath codecs collections contextlib contextvars copy copyreg dataclasses datetime difflib enum fnmatch functools
hashlib heapq hmac itertools json keyword math numbers operator pprint re reprlib string struct textwrap types
unicodedata weakref'''.split()


def drop_rights():
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def is_sanitized(apy):
    with open(apy, 'rb') as file:
        return b'__asan_init' in file.read()


def run(apy, program, module, folder, limits_memory):
    def prepare():
        if limits_memory:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        drop_rights()
    environment = dict(os.environ, ASAN_OPTIONS='max_allocation_size_mb=300:allocator_may_return_null=1')
    try:
        return subprocess.run([apy, program, module], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=environment, timeout=SECONDS, preexec_fn=prepare)
    except subprocess.TimeoutExpired:
        return None


def verdict(done):
    if done is None:
        return 'runs for ever'
    errors = done.stderr.decode('utf-8', 'replace')
    if re.search('AddressSanitizer:|runtime error:', errors) or done.returncode < 0:
        return 'status %d\n%s' % (done.returncode, errors[-3000:])
    if not done.stdout.endswith((b'done\n', b'nothing to call\n')):
        return 'not done, status %d\n%s' % (done.returncode, errors[-1000:])
    return ''


def main(apy, modules):
    here = os.path.dirname(os.path.abspath(__file__))
    limits_memory = not is_sanitized(apy)
    failed = 0
    print('1..%d' % len(modules))
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        program = shutil.copy(os.path.join(here, 'hostile_calls.apy'), folder)
        copy = shutil.copy(apy, folder)
        for number, module in enumerate(modules, 1):
            wrong = verdict(run(copy, program, module, folder, limits_memory))
            failed += bool(wrong)
            print('%s %d %s' % ('not ok' if wrong else 'ok', number, module))
            if wrong:
                print(re.sub('^', '# ', wrong, flags=re.M))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2:] or MODULES))
