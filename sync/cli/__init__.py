"""The shell's door: one file per command, each ending in one document or one page for people, and an exit code."""


def main() -> None:
    """Run the command line."""
    from sync.cli.app import app

    app()
