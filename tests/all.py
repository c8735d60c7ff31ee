#!/usr/bin/env python3
"""all.py BUILD [SUITE...]   run `meson test`, show what failed, and end with a count of all cases"""
import os
import subprocess
import sys
import xml.etree.ElementTree as tree


def count(path):
    """(passed, failed, skipped) and the names of the failed cases, from meson's JUnit log"""
    passed, failed, skipped, names = 0, 0, 0, []
    for suite in tree.parse(path).getroot().iter('testsuite'):
        for case in suite.iter('testcase'):
            if case.find('failure') is not None or case.find('error') is not None:
                failed += 1
                names.append('%s: %s' % (suite.get('name'), case.get('name')))
            elif case.find('skipped') is not None:
                skipped += 1
            else:
                passed += 1
    return passed, failed, skipped, names


def main(build, suites):
    command = ['meson', 'test', '-C', build, '--print-errorlogs']
    for suite in suites:
        command += ['--suite', suite]
    status = subprocess.run(command).returncode
    log = os.path.join(build, 'meson-logs', 'testlog.junit.xml')
    if not os.path.exists(log):
        print('0 passed, 1 failed')
        return 1
    passed, failed, skipped, names = count(log)
    for name in names:
        print('FAILED', name)
    if status and not failed:
        failed = 1
    print('%d passed, %d failed%s' % (passed, failed, ', %d skipped' % skipped if skipped else ''))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2:]))
