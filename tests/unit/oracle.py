"""oracle.py: where CPython 3.13 is: what ORACLE names, or python3.13 on the path; None without one"""
import os
import shutil
import subprocess

SKIPPED = 77  # meson's exit status of a test that can't be made here


def find_oracle():
    path = os.environ.get('ORACLE') or shutil.which('python3.13')
    works = path and subprocess.run([path, '-c', ''], capture_output=True).returncode == 0
    return path if works else None
