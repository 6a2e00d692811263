"What a worker of check.py runs; a module of its own, since a notebook takes the place of the main module in its process"
import os
from pathlib import Path

def run_notebook(path, flags):
    "Run one notebook as nbdev_test does; whether it passed, and its seconds"
    from nbdev.config import get_config
    from nbdev.test import test_nb
    root = Path(__file__).resolve().parent.parent
    os.chdir(root)
    return test_nb(path, skip_flags=get_config().tst_flags.split(), force_flags=flags, basepath=root)
