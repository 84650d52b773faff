"""The only room that knows everyone: settings in, a ready Sync out; it holds no rule of its own.

`sync.py` is what every door is given, `services.py` makes the remotes, `budgets.py` says what they may cost; `shell.py`
and `worker.py` are the two kinds of processes, and `servers.py` is what both of them stand on. `runs.py` names what a
process works on, `calls.py` counts what goes out, `keys.py` has the one secret that is made here, and `address.py` is
where the web process listens.
"""

from sync.wiring.budgets import budgets
from sync.wiring.servers import awaiting, redis
from sync.wiring.shell import opened, placed, sleeper
from sync.wiring.sync import Sync, SystemClock
from sync.wiring.worker import TURN_PATIENCE, anyone, celery_app, configure_log, current

__all__ = [
    "TURN_PATIENCE",
    "Sync",
    "SystemClock",
    "anyone",
    "awaiting",
    "budgets",
    "celery_app",
    "configure_log",
    "current",
    "opened",
    "placed",
    "redis",
    "sleeper",
]
