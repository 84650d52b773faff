"""`python -m sync.cli.tied FD MODULE [ARGUMENT…]`: runs a module that ends with whoever started it; knows no module.

The kernel tells of the starter's death twice: at the end of a pipe whose other end the starter alone holds, and on
Linux by a signal. The pipe works everywhere; the signal also where no thread of this program gets to run.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
import threading
import time

GRACE = 8.0
"""Seconds for what is under way, once the program was asked to end."""
NOTICE = 0.2
"""Seconds within which the signal has come, where it comes: the kernel closes the pipe first."""
PR_SET_PDEATHSIG = 1
"""prctl(2)."""


def main() -> None:
    """Tie this process to the pipe's other end, then become the module."""
    lifeline, module = int(sys.argv[1]), sys.argv[2]
    del sys.argv[1:3]
    # A terminal's Ctrl-C and its closing reach every process of the group: the starter hears them, and asks us to end.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    threading.Thread(target=_end_with, args=(lifeline, os.getppid()), name="lifeline", daemon=True).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with(lifeline: int, starter: int) -> None:
    """Wait until nobody holds the other end, then end: kindly at first, and asked once, for a second time may hurt."""
    os.read(lifeline, 1)
    time.sleep(NOTICE)
    if sys.platform != "linux" or os.getppid() == starter:
        os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
