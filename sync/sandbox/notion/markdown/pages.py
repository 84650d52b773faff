"""A page's content as Markdown, read and written: in which dialect, what stays itself, what may not be deleted."""

from __future__ import annotations

from sync.sandbox.notion import content, making, shapes
from sync.sandbox.notion.markdown import older, reading
from sync.sandbox.notion.markdown.changes import change
from sync.sandbox.notion.markdown.settling import Settling
from sync.sandbox.notion.markdown.showing import Showing
from sync.sandbox.notion.model import Blocks, Json, Page, Raw, Sketch, State
from sync.sandbox.notion.refusals import MISSING, invalid, wrong
from sync.sandbox.notion.world import World

VERSIONS = ("v1", "v2")
"""The dialects; the first is what is spoken where none is named ("Migrate to Notion-flavored Markdown")."""
JOINTS = {"v1": "\n", "v2": "\n\n"}


def version(world: World, raw: Raw, at: str) -> str:
    """Return the dialect that a request names; raises Refused."""
    spoken = VERSIONS if world.habits.on("markdown_v2") else VERSIONS[:1]
    if raw is MISSING:
        return spoken[0]
    if raw not in spoken:
        raise wrong(at, "be " + " or ".join(f'`"{each}"`' for each in (*spoken,)) + " or `undefined`", raw)
    return str(raw)


def read(world: World, text: str, dialect: str) -> tuple[Sketch, ...]:
    """Return the blocks that a text is."""
    return reading.read(world, text) if dialect == "v2" else older.read(world, text)


def show(world: World, page: Page, state: State, dialect: str) -> Json:
    """Return a page's content as the API does."""
    showing = Showing(world, page.id)
    return {
        "object": "page_markdown",
        "id": page.id,
        "markdown": text(showing, state.content, dialect),
        "truncated": False,
        "unknown_block_ids": showing.unknown,
    }


def text(showing: Showing, blocks: Blocks, dialect: str) -> str:
    """Return blocks in a dialect."""
    shown = content.living(blocks)
    return showing.text(shown) if dialect == "v2" else older.show(showing, shown)


def write(world: World, page: Page, body: Json, dialect: str) -> None:
    """Change a page's content as a request tells; raises Refused."""
    signature = f"{world.ids.random.getrandbits(128):032x}"
    before = text(Showing(world, page.id, signature), page.now.content, dialect)
    told = change(body, before, JOINTS[dialect])
    new = read(world, told.text, dialect)
    gone = _gone(world, page, new)
    if gone and not told.deleting:
        listed = ", ".join(f"{each} ({_title(world, each)})" for each in sorted(gone))
        raise invalid(
            f"This operation would delete child pages or databases: {listed}. "
            "Set allow_deleting_content to true to proceed."
        )
    if making.count(new) > making.count(content.living(page.now.content)):
        making.spend_blocks(world)
    put(world, page, new, actor=world.bot.id, anew=told.anew)
    for each in gone:
        trash(world, each, world.bot.id)


def put(world: World, page: Page, new: tuple[Sketch, ...], *, actor: str, anew: bool = False) -> None:
    """Let a page hold what a text says; what is not in it any more goes to the trash, but for pages and databases."""
    there = content.living(page.now.content)
    settling = Settling(world, page, actor)
    row = settling.anew(there, new) if anew else settling.kept(there, new)
    left = content.ids(row)
    others = [each for each in page.now.content if each.id not in left]
    children = [each for each in content.walk(others) if each.type in content.CHILDREN and each.id not in left]
    trashed = content.trashed(each for each in others if each not in children)
    world.rewrite(page, actor, (*row, *children, *trashed))


def trash(world: World, id_: str, actor: str) -> None:
    """Move a child page or database into the trash."""
    if id_ in world.pages:
        world.commit(world.pages[id_], actor, in_trash=True)
    else:
        world.databases[id_].in_trash = True


def _gone(world: World, page: Page, new: tuple[Sketch, ...]) -> set[str]:
    """Return the pages and databases in a page that are not in its new content."""
    children = (each for each in content.walk(content.living(page.now.content)) if each.type in content.CHILDREN)
    return {each.id for each in children if shapes.living(world, each)} - _named(new)


def _named(new: tuple[Sketch, ...]) -> set[str]:
    return {each.id for each in new}.union(*(_named(each.children) for each in new))


def _title(world: World, id_: str) -> str:
    return world.title(world.pages[id_].now) if id_ in world.pages else "database"
