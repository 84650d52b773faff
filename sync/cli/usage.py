"""What was typed wrong is an error like any other: exit code 1 (2 is a plan with changes), one document with --json."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

Misused: type[Any] = typer.BadParameter.__mro__[2]
"""The root of what the parser raises (ClickException), which Typer brings along without a public name."""


class Commands(TyperGroup):
    """All commands; what they end in is theirs, what the parser refuses ends here."""

    def main(self, *given: Any, **more: Any) -> NoReturn:  # noqa: ANN401 - the parser's own signature
        """Run what was typed, and leave the program."""
        args = more.get("args", given[0] if given else None)
        words = sys.argv[1:] if args is None else list(args)
        try:
            code = super().main(*given, **{**more, "standalone_mode": False})
        except Misused as error:
            _told(error, as_json="--json" in words)
        except typer.Abort:
            sys.stderr.write("stopped: nothing was done\n")
            code = 1
        raise SystemExit(code if isinstance(code, int) else 0)


def _told(error: Any, *, as_json: bool) -> NoReturn:  # noqa: ANN401 - Misused
    from sync.cli.frame import ERROR, finish
    from sync.core.errors import Misconfigured, Problem

    if as_json:
        problem = Problem(error.format_message() or "no command was named", cure="see `tandem --help`")
        finish(lambda: _raise(Misconfigured([problem])), as_json=True)
    if type(error).__name__ == "NoArgsIsHelpError":  # of which the formatter says nothing
        sys.stderr.write(f"{error.ctx.get_help()}\n")
        raise SystemExit(ERROR)
    from typer.rich_utils import rich_format_error

    rich_format_error(error)
    raise SystemExit(ERROR)


def _raise(error: Exception) -> NoReturn:
    raise error
