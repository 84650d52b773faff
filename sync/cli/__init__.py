"""The shell's door: one file per command, each ending in one document or one page for people, and an exit code."""

import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command line; a letter that the terminal does not know comes out as a mark in its place."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    from sync.cli.app import app

    app()
