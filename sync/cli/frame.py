"""How every command ends: one document or one page, one exit code, and no traceback for a person's fault."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from sync.core.errors import Denied, Misconfigured, Problem, TandemError, TryLater

if TYPE_CHECKING:
    from rich.console import Console

OK, ERROR, CHANGES, ATTENTION = 0, 1, 2, 3
"""Exit codes: nothing to do or done; an error; a plan with changes; something waits for a person."""

WIDTH = 120
"""Columns of what is no terminal."""

INTERRUPTED = "interrupted: what was decided is kept, and the next pass goes on from there"


@dataclass(frozen=True)
class Result:
    """What a command found: the document for programs, how to show it to people, and the exit code.

    The document is None where it was printed already, by a command that goes on for long.
    """

    document: dict[str, Any] | None
    show: Callable[[Console], None]
    code: int = OK


def finish(command: Callable[[], Result], *, as_json: bool) -> NoReturn:
    """Run a command to its end and leave the program with its exit code."""
    try:
        result = command()
    except TandemError as error:
        result = failed(error)
    except KeyboardInterrupt:
        sys.stderr.write(f"{INTERRUPTED}\n")
        if as_json:
            print_document(error_document(INTERRUPTED))
        raise SystemExit(130) from None
    if not as_json:
        result.show(console())
    elif result.document is not None:
        print_document(result.document)
    raise SystemExit(result.code)


def print_document(document: dict[str, Any]) -> None:
    """Print a document on stdout; who reads it through a pipe has it at once."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=None) + "\n")
    sys.stdout.flush()


def console(*, stderr: bool = False) -> Console:
    """Return a console that is wide enough for a table where the output is no terminal."""
    from rich.console import Console as RichConsole

    stream = sys.stderr if stderr else sys.stdout
    columns = os.environ.get("COLUMNS", "")
    width = None if stream.isatty() else int(columns) if columns.isdecimal() else WIDTH
    return RichConsole(stderr=stderr, width=width, highlight=False)


def failed(error: TandemError) -> Result:
    """Return an error as a result: the message, and every problem with its place and its cure."""
    found = error.problems if isinstance(error, Misconfigured) else ()
    return Result(error_document(_message(error), found), lambda out: problems(out, error), ERROR)


def error_document(message: str, found: Sequence[Problem] = ()) -> dict[str, Any]:
    """Return what stands in every document of a command that ends in 1."""
    return {"error": {"message": message, "problems": [problem_document(problem) for problem in found]}}


def faults_document(found: Sequence[Problem]) -> dict[str, Any]:
    """Return the same for faults beside which something was done; nothing where there is none."""
    return error_document(_message(Misconfigured(found)), found) if found else {}


def as_problems(error: TandemError) -> Sequence[Problem]:
    """Return an error as problems, so that it can be told among others."""
    match error:
        case Misconfigured(problems=found):
            return tuple(found)
        case Denied(reason=reason, cure=cure):
            return (Problem(reason, cure=cure or None),)
        case _:
            return (Problem(_message(error)),)


def _message(error: TandemError) -> str:
    match error:
        case Misconfigured(problems=problems):
            count = len(problems)
            return str(problems[0]) if count == 1 else f"{count} problems to mend"
        case Denied(reason=reason, cure=cure):
            return f"{reason}: {cure}" if cure else reason
        case TryLater(wait=wait, reason=reason):
            return f"{reason or 'a service does not answer'}; try again in {wait:.0f} s"
        case _:
            return str(error)


def problem_document(problem: Problem) -> dict[str, Any]:
    """Return a problem as the contract words it."""
    return {
        "file": problem.file,
        "line": problem.line,
        "where": problem.where,
        "message": problem.message,
        "nearest": problem.nearest,
    }


def problems(out: Console, error: TandemError) -> None:
    """Print an error for people, with every problem and its cure."""
    from rich.markup import escape

    found = error.problems if isinstance(error, Misconfigured) else ()
    out.print(f"[bold red]error[/] {escape(_message(error))}")
    for problem in found:
        if len(found) > 1:
            out.print(f"  {escape(str(problem))}")
        if problem.cure:
            out.print(f"    [dim]{escape(problem.cure)}[/]")
