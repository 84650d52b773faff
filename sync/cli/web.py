"""`tandem web`: becomes the web process, which is a door of its own; nothing of it is known here."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def web() -> NoReturn:
    """Replace this process by the web's, so that signals reach it."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "sync.web"])  # noqa: S606 - our own
