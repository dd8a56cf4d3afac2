"""CPU time of a call, which a busy machine does not change.

What must not be here: a deadline.
"""

import os
import time
from collections.abc import Callable


def cpu_seconds(call: Callable[[], object]) -> float:
    """CPU seconds of one call, children included; at least the clock's resolution."""
    before = _cpu_seconds()
    call()
    return _cpu_seconds() - before or time.get_clock_info("process_time").resolution


def _cpu_seconds() -> float:
    """Of this process, finely, and of the children that have ended, in the system's ticks."""
    children = os.times()
    return time.process_time() + children.children_user + children.children_system
