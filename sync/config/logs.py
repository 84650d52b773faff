"""How the program tells what it does: one line an event on stderr, for people or as JSON, and no secret in it.

Everything that logs goes this way, celery and uvicorn too. What is worth a line is said by those who see it happen.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, TextIO
from urllib.parse import unquote, urlsplit

import structlog
from pydantic import SecretStr
from structlog.contextvars import bind_contextvars, merge_contextvars, unbind_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

from sync.config.settings import Settings

HIDDEN = "***"
SHORTEST = 6
"""A secret shorter than this is not looked for in texts: it would be found in half of them."""
TOKENS = re.compile(r"\b(?:gh[opsur]|github_pat|ntn|secret)_[\w.-]{8,}|(?i:\b(?:bearer|token) )[\w.~+/=-]{16,}")
"""What looks like one of the two services' tokens, such as an App's, which stands in no setting (GitHub, "Token
formats"; Notion, "Authorization")."""
CHATTY = (
    "celery.worker.strategy",
    "celery.app.trace",
    "celery.beat",
    "httpx",
    "httpcore",
    "github",
    "urllib3",
    "kombu",
    "alembic",
)
"""They tell of every message and every call, which is worth a line only to whoever looks for a fault."""

STEPS = "markdown_it"
"""It tells of every step through a text, which no operator ever looks for."""

Hide = Callable[[str], str]
PASSED = frozenset({"done"})
LEVELS = {
    "pass began": logging.DEBUG,
    "pass ended": logging.INFO,
    "wrote": logging.INFO,
    "left a write": logging.DEBUG,
    "refused": logging.WARNING,
    "not read": logging.WARNING,
    "paused": logging.WARNING,
    "resumed": logging.INFO,
}
OUTCOMES = {
    "done": logging.INFO,
    "partly": logging.WARNING,
    "failed": logging.WARNING,
    "unknown": logging.WARNING,
    "overtaken": logging.WARNING,
}
"""How loud the end of a write or a pass is; a write that waits or was dropped is decided again, which is no news."""


def configure(settings: Settings, *, quiet: bool = False) -> None:
    """Have everything that is logged told on stderr; `quiet` programs speak of trouble alone, unless told to.

    May be called again, with other settings too.
    """
    level = settings.log_level.upper()
    if quiet and "log_level" not in settings.model_fields_set:
        level = "WARNING"
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for each in [each for each in root.handlers if isinstance(each, Stderr)]:
        root.removeHandler(each)
    root.addHandler(Stderr(_formatter(settings)))
    root.setLevel(level)
    logging.getLogger(STEPS).setLevel(logging.WARNING)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level) if root.level > logging.DEBUG else root.level)


def watch(event: str, facts: Mapping[str, object]) -> None:
    """Tell of something that the flow saw; what a pass or a write is about is bound to all that follows."""
    named = {name: value for name, value in facts.items() if name in ("mapping", "link", "pass_id")}
    bind_contextvars(**named)
    outcome = str(facts.get("outcome", "done"))
    level = LEVELS[event] if outcome in PASSED else OUTCOMES.get(outcome.partition(":")[0], _otherwise(event))
    rest = {name: value for name, value in facts.items() if name not in named and value not in ("", None)}
    structlog.get_logger("tandem").log(level, event, **rest)
    if event in ("pass ended", "wrote", "left a write"):
        unbind_contextvars("link", "pass_id")


def _otherwise(event: str) -> int:
    return logging.WARNING if event == "pass ended" else LEVELS[event]


class Stderr(logging.StreamHandler[TextIO]):
    """Writes to whatever stderr is at the moment: tests and progress bars put others in its place."""

    def __init__(self, formatter: logging.Formatter) -> None:
        logging.Handler.__init__(self)
        self.setFormatter(formatter)

    @property
    def stream(self) -> TextIO:
        """Return the stream of this moment."""
        return sys.stderr

    @stream.setter
    def stream(self, _: TextIO) -> None:
        """Take no other."""


def hiding(settings: Settings) -> Hide:
    """Return what takes secrets out of a text: those of the settings, and whatever looks like a token."""
    known = sorted({each for each in _secrets(settings) if len(each) >= SHORTEST}, key=len, reverse=True)
    ours = re.compile("|".join(map(re.escape, known))) if known else None

    def hide(text: str) -> str:
        return TOKENS.sub(HIDDEN, ours.sub(HIDDEN, text) if ours else text)

    return hide


def _secrets(settings: Settings) -> Iterator[str]:
    """Yield every secret, also each of several in one setting, and the passwords in addresses."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if not isinstance(value, SecretStr):
            continue
        secret = value.get_secret_value()
        if "://" not in secret:
            yield from (secret, *(each.strip() for each in secret.replace("\n", ",").split(",")))
        elif password := urlsplit(secret).password:
            yield from (password, unquote(password))


def _shared() -> list[Processor]:
    return [
        merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(settings: Settings) -> logging.Formatter:
    people = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    hide = hiding(settings)

    def censored(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {str(name): _hidden(value, hide) for name, value in event.items()}

    told: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    told += [structlog.processors.format_exc_info, censored]
    told.append(structlog.dev.ConsoleRenderer() if people else structlog.processors.JSONRenderer(ensure_ascii=False))
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_shared(), processors=told)


def _hidden(value: object, hide: Hide) -> Any:  # noqa: ANN401 - whatever somebody logs
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, MutableMapping | Mapping):
        return {str(name): _hidden(each, hide) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(each, hide) for each in value]
    return value if isinstance(value, int | float | None) else hide(str(value))
