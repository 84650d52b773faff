"""What can be typed: commands, arguments and their help; what a command does is imported when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from sync.cli.frame import finish
from sync.cli.usage import Commands

app = typer.Typer(
    name="tandem",
    cls=Commands,
    help="Keeps GitHub Issues and a Notion database in step, both ways.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: its own libraries would take longer than all the rest
    context_settings={"help_option_names": ["-h", "--help"]},
)
conflicts_app = typer.Typer(help="What both sides changed and disagree on: list, show, resolve.")
failures_app = typer.Typer(help="Writes that were refused for good or not applied: list, retry.")
app.add_typer(conflicts_app, name="conflicts")
app.add_typer(failures_app, name="failures")

Names = Annotated[list[str] | None, typer.Argument(metavar="[MAPPING…]", help="Only these mappings; all by default.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Full = Annotated[bool, typer.Option("--full", help="Read everything: deletions, moves and archives are seen only so.")]


@app.command()
def init(
    repo: Annotated[list[str] | None, typer.Option(metavar="OWNER/NAME", help="A repository; may be repeated.")] = None,
    database: Annotated[str | None, typer.Option(metavar="LINK", help="The Notion database: its link or id.")] = None,
    data_source: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which data source, where the database has several.")
    ] = None,
    create_under: Annotated[
        str | None, typer.Option(metavar="PAGE", help="Make a fitting database under this Notion page instead.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="What a new database is called.")] = None,
    name: Annotated[str | None, typer.Option(help="What the mapping and its file are called.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: take the defaults, add the link property.")] = False,
    as_json: Json = False,
) -> None:
    """Write a mapping from what the database holds, or make a database that fits."""
    from sync.cli.init import init as command
    from sync.cli.making import Wishes

    wishes = Wishes(repo or (), database, data_source, create_under, title, name, yes)
    finish(lambda: command(wishes, quiet=as_json), as_json=as_json)


@app.command()
def check(
    names: Names = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask neither service.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Add the link property and missing options in Notion.")] = False,
    as_json: Json = False,
) -> None:
    """Check settings, mapping files, tokens, permissions, properties, options and users."""
    from sync.cli.check import Extent
    from sync.cli.check import check as command

    finish(lambda: command(names or [], Extent(offline=offline, fix=fix)), as_json=as_json)


@app.command()
def plan(names: Names = None, full: Full = False, as_json: Json = False) -> None:
    """Show what a pass would do; nothing is written anywhere."""
    from sync.cli.plan import plan as command

    finish(lambda: command(names or [], full=full), as_json=as_json)


@app.command()
def sync(
    names: Names = None,
    full: Full = False,
    yes: Annotated[bool, typer.Option("--yes", help="Let through what a guard refused.")] = False,
    as_json: Json = False,
) -> None:
    """Bring the mappings into step now, in the foreground; no worker is needed."""
    from sync.cli.sync import sync as command

    finish(lambda: command(names or [], full=full, let_through=yes), as_json=as_json)


@app.command()
def resync(
    mapping: Annotated[str, typer.Argument(help="The mapping to look at again.")],
    issue: Annotated[str | None, typer.Option(help="Only this issue: OWNER/REPO#N.")] = None,
    page: Annotated[str | None, typer.Option(help="Only this page: its id or URL.")] = None,
    full: Full = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the workers have looked and written.")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds that --wait waits.")] = 300,
    as_json: Json = False,
) -> None:
    """Ask the running workers to look again now."""
    from sync.cli.resync import Request
    from sync.cli.resync import resync as command

    request = Request(mapping, issue, page, full=full)
    finish(lambda: command(request, timeout=timeout if wait else None), as_json=as_json)


@app.command()
def up(as_json: Json = False) -> None:
    """Run everything until Ctrl-C: worker, beat, web, and Redis where none is set."""
    from sync.cli.up import up as command

    finish(command, as_json=as_json)


@app.command()
def status(as_json: Json = False) -> None:
    """Show how every mapping stands, and what needs a person."""
    from sync.cli.status import status as command

    finish(command, as_json=as_json)


@conflicts_app.callback(invoke_without_command=True)
def conflicts(context: typer.Context, as_json: Json = False) -> None:
    """List what both sides changed and disagree on."""
    context.obj = as_json
    if context.invoked_subcommand is None:
        conflicts_list(context, as_json=as_json)


@conflicts_app.command("list")
def conflicts_list(context: typer.Context, as_json: Json = False) -> None:
    """List conflicts, held and decided."""
    from sync.cli.conflicts import listed

    finish(listed, as_json=as_json or context.obj)


@conflicts_app.command("show")
def conflicts_show(
    context: typer.Context,
    id: Annotated[int, typer.Argument(metavar="ID")],  # noqa: A002 - its name in the help
    as_json: Json = False,
) -> None:
    """Show one conflict."""
    from sync.cli.conflicts import shown

    finish(lambda: shown(id), as_json=as_json or context.obj)


@conflicts_app.command("resolve")
def conflicts_resolve(
    context: typer.Context,
    use: Annotated[str, typer.Option(help="The side whose value is kept: github or notion.")],
    id: Annotated[int | None, typer.Argument(metavar="[ID]")] = None,  # noqa: A002 - its name in the help
    every: Annotated[bool, typer.Option("--all", help="All open conflicts of --mapping.")] = False,
    mapping: Annotated[str | None, typer.Option(help="With --all: of this mapping.")] = None,
    field: Annotated[str | None, typer.Option(help="With --all: only of this field.")] = None,
    as_json: Json = False,
) -> None:
    """Decide an open conflict; refused if either value moved since it was shown."""
    from sync.cli.conflicts import Choice, resolved

    finish(lambda: resolved(Choice(use, id, every, mapping, field)), as_json=as_json or context.obj)


@failures_app.callback(invoke_without_command=True)
def failures(context: typer.Context, as_json: Json = False) -> None:
    """List writes that were refused for good or not applied."""
    context.obj = as_json
    if context.invoked_subcommand is None:
        failures_list(context, as_json=as_json)


@failures_app.command("list")
def failures_list(context: typer.Context, as_json: Json = False) -> None:
    """List failures with their cures."""
    from sync.cli.failures import listed

    finish(listed, as_json=as_json or context.obj)


@failures_app.command("retry")
def failures_retry(
    context: typer.Context,
    id: Annotated[int | None, typer.Argument(metavar="[ID]")] = None,  # noqa: A002 - its name in the help
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    as_json: Json = False,
) -> None:
    """Have failed writes tried again."""
    from sync.cli.failures import retried

    finish(lambda: retried(id, every=every), as_json=as_json or context.obj)


@app.command()
def explain(
    record: Annotated[str, typer.Argument(metavar="OWNER/REPO#N|PAGE", help="An issue or a page; a URL does as well.")],
    as_json: Json = False,
) -> None:
    """Tell the life of one record: what was seen, decided and written, and why nothing is done."""
    from sync.cli.explain import explain as command

    finish(lambda: command(record), as_json=as_json)


@app.command()
def undo(
    pass_id: Annotated[
        str, typer.Argument(metavar="PASS_ID", help="As `tandem sync`, `tandem status` and the dashboard tell it.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Let through what a guard refused.")] = False,
    as_json: Json = False,
) -> None:
    """Put back the values that a pass overwrote; what moved since becomes a conflict, what was born stays."""
    from sync.cli.undo import undo as command

    finish(lambda: command(pass_id, let_through=yes), as_json=as_json)


@app.command()
def migrate(as_json: Json = False) -> None:
    """Bring the database to this version's schema, as the release process does before workers start."""
    from sync.cli.migrate import migrate as command

    finish(command, as_json=as_json)


@app.command()
def web() -> None:
    """Serve the webhooks, the dashboard, health and metrics at WEB_HOST and WEB_PORT."""
    from sync.cli.web import web as command

    finish(command, as_json=False)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Where to listen on 127.0.0.1.", min=0, max=65535)] = 8090,
    webhooks: Annotated[str | None, typer.Option(help="A `tandem web` to tell, as http://127.0.0.1:8080")] = None,
    as_json: Json = False,
) -> None:
    """Run a local GitHub and Notion to try a mapping on."""
    from sync.cli.sandbox import sandbox as command

    finish(lambda: command(port, webhooks, as_json=as_json), as_json=as_json)


@app.command()
def demo(
    issues: Annotated[int, typer.Option(help="How many lifelike issues to begin with.", min=8)] = 100,
    as_json: Json = False,
) -> None:
    """See it work: sandbox, Redis, worker, dashboard, a hundred issues, edits on both sides, webhooks."""
    from sync.cli.demo import demo as command

    finish(lambda: command(issues), as_json=as_json)
