"""What can go wrong, named by what the caller must do next; every room translates what it talks to, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.core.model import Record


@dataclass(frozen=True)
class Problem:
    """One finding about settings, a mapping file or a live schema, with its cure where one is known.

    `where` is a YAML path such as `fields.2.notion`; `nearest` is the known name that the person may have meant;
    `level` is `fault`, `warning` or `note`.
    """

    message: str
    file: str | None = None
    line: int | None = None
    where: str | None = None
    nearest: str | None = None
    level: str = "fault"
    cure: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        hint = f" (did you mean {self.nearest!r}?)" if self.nearest else ""
        return f"{place}{self.message}{hint}"


class TandemError(Exception):
    """The root of every error that this program raises on purpose."""


class Misconfigured(TandemError):
    """A person must change a setting, a mapping file or a permission; every problem is listed at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class TryLater(TandemError):
    """Nothing happened; call again after `wait` seconds."""

    def __init__(self, wait: float, reason: str = "") -> None:
        super().__init__(reason or f"try again in {wait:.0f} s")
        self.wait = wait
        self.reason = reason


class Busy(TryLater):
    """A budget is spent or paused: nothing happened, and it is no fault of the record; call again after `wait`."""


class Unsafe(TandemError):
    """A write may or may not have happened; read the truth before anything else, and never repeat it blindly.

    `committed` is the identity of the record, where the service named what it had saved.
    """

    def __init__(self, reason: str, committed: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.committed = committed


class Rejected(TandemError):
    """The service refused this write for good; nothing happened, and `cure` says what would make it pass."""

    def __init__(self, reason: str, cure: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.cure = cure


class Outdated(Rejected):
    """The service knows no property or option of that name: read the schema again, for it may have been renamed."""


class Vanished(TandemError):
    """The record is not to be seen where it was; look at its presence before concluding anything."""


class Moved(TandemError):
    """The record shows another value than the one that was to be replaced: nothing happened, plan anew.

    `seen` is the record as it is now.
    """

    def __init__(self, seen: Record) -> None:
        super().__init__(f"somebody edited {seen.label} meanwhile")
        self.seen = seen


class Denied(TandemError):
    """A credential or a permission was refused: pause the mapping, conclude nothing, try again later."""

    def __init__(self, reason: str, cure: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.cure = cure


class Forbidden(Denied):
    """The credential is good and may not do this; whether that is so for all records the caller must know."""


class Overtaken(TandemError):
    """Another worker holds this link now: write nothing more for it."""
