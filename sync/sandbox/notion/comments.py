"""The endpoints of comments; who resolves a discussion is a person, elsewhere."""

from __future__ import annotations

from sync.sandbox.notion import identity, lists, showing, texts
from sync.sandbox.notion.call import Call, Route
from sync.sandbox.notion.model import Comment, Json, Page, Raw
from sync.sandbox.notion.refusals import invalid, restricted, wrong
from sync.sandbox.notion.world import World

WORDS = ("rich_text", "markdown")
CREATE = {"parent", "discussion_id", "attachments", "display_name", "markdown_version", *WORDS}
UPDATE = {"markdown_version", *WORDS}


def create(world: World, call: Call) -> Json:
    """Comment on a page, or answer in a discussion; a display name may be any (reference, "Create a comment").

    Recorded: comments on a page as such share one discussion, so the second one joins the first one's.
    """
    call.only(CREATE)
    if ("parent" in call.body) == ("discussion_id" in call.body):
        raise invalid("Exactly one of parent and discussion_id should be defined.")
    page, discussion = _target(world, call)
    words = _words(call)
    made = add(world, page, words, by=world.bot.id, discussion=discussion)
    made.display_name = _display_name(world, call.body.get("display_name"))
    if not world.may("read_comments"):
        return {"object": "comment", "id": made.id}
    return showing.comment(made)


def listed(world: World, call: Call) -> Json:
    """Return the comments of open discussions on a page, oldest first."""
    at = "query.block_id"
    page = world.page(identity.checked(call.request.first("block_id") or None, at), "block")
    shown = [each for each in world.comments.values() if each.page == page.id and each.discussion not in world.resolved]
    shown.sort(key=lambda each: each.created_at)
    results, following = lists.cut(call, shown)
    return lists.listed("comment", [showing.comment(each) for each in results], following)


def retrieve(world: World, call: Call) -> Json:
    """Return one comment."""
    return showing.comment(_comment(world, call))


def update(world: World, call: Call) -> Json:
    """Change the words of a comment of our own (changelog, 2026-04-17)."""
    call.only(UPDATE)
    comment = _own(world, call)
    comment.rich_text, comment.edited_at = _words(call), world.clock.now()
    return showing.comment(comment)


def delete(world: World, call: Call) -> Json:
    """Delete a comment of our own; the answer shows it as it was, without a word about it (recorded)."""
    comment = _own(world, call)
    del world.comments[comment.id]
    return showing.comment(comment)


def add(world: World, page: Page, words: list[Json], *, by: str, discussion: str | None = None) -> Comment:
    """Put a comment on a page, in a discussion or in a new one."""
    now, kind = world.clock.now(), "integration" if by == world.bot.id else "user"
    name: Json = {"type": kind, "resolved_name": world.users[by].name}
    comment = Comment(
        world.ids.uuid(),
        page.id,
        discussion or world.ids.uuid(),
        words,
        now,
        edited_at=now,
        created_by=by,
        display_name=name,
    )
    world.comments[comment.id] = comment
    return comment


def _target(world: World, call: Call) -> tuple[Page, str | None]:
    if "discussion_id" in call.body:
        discussion = identity.checked(call.body["discussion_id"], "body.discussion_id")
        found = [each for each in world.comments.values() if each.discussion == discussion]
        if not found or discussion in world.resolved:
            raise world.missing("discussion", discussion)
        return world.page(found[0].page), discussion
    parent = call.body["parent"]
    for name in ("page_id", "block_id"):
        if isinstance(parent, dict) and name in parent:
            page = world.page(identity.checked(parent[name], f"body.parent.{name}"), name.removesuffix("_id"))
            return page, _open(world, page)
    raise wrong("body.parent.page_id", "be defined")


def _open(world: World, page: Page) -> str | None:
    """Return the first discussion of a page that is still open."""
    found = (each.discussion for each in world.comments.values() if each.page == page.id)
    return next((each for each in found if each not in world.resolved), None)


def _words(call: Call) -> list[Json]:
    """Return the words, from rich text or from Markdown, which is kept as it came for now."""
    given = [name for name in WORDS if name in call.body]
    if len(given) != 1:
        raise invalid("Exactly one of rich_text and markdown should be defined.")
    if given == ["markdown"]:
        if not isinstance(call.body["markdown"], str):
            raise wrong("body.markdown", "be a string", call.body["markdown"])
        return texts.shown(call.body["markdown"])
    if "markdown_version" in call.body:
        raise wrong("body.markdown_version", "be not present", call.body["markdown_version"])
    return texts.written(call.body["rich_text"], "body.rich_text")


def _display_name(world: World, raw: Raw) -> Json:
    """Return the name under which a comment stands: the connection's, its owner's, or a chosen one."""
    kind = raw.get("type", "integration") if isinstance(raw, dict) else "integration"
    if kind == "custom":
        custom = raw.get("custom")
        if not isinstance(custom, dict) or not isinstance(custom.get("name"), str):
            raise wrong("body.display_name.custom.name", "be defined")
        return {"type": "custom", "resolved_name": custom["name"]}
    return {"type": kind, "resolved_name": (world.owner if kind == "user" else world.bot).name}


def _comment(world: World, call: Call) -> Comment:
    id_ = call.path["comment_id"]
    found = world.comments.get(id_)
    if found is None or found.discussion in world.resolved:
        raise world.missing("comment", id_)
    world.page(found.page)
    return found


def _own(world: World, call: Call) -> Comment:
    comment = _comment(world, call)
    if comment.created_by != world.bot.id:
        raise restricted("Connections can only change comments that they created.")
    return comment


ROUTES = [
    Route("POST", "/v1/comments", create, "insert_comments", creates=True),
    Route("GET", "/v1/comments", listed, "read_comments"),
    Route("GET", "/v1/comments/{comment_id}", retrieve, "read_comments"),
    Route("PATCH", "/v1/comments/{comment_id}", update, "insert_comments"),
    Route("DELETE", "/v1/comments/{comment_id}", delete, "insert_comments"),
]
