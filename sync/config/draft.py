"""A draft as the text of a mapping file, with a sentence above each line that says what it does; it asks nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from sync.core.draft import Draft, Line

PLAIN = re.compile(r"(?!\d)[^\W_][\w ./'\u2019()+&@-]*(?<! )")
"""Text that means itself without quotes, inside of brackets too; whatever is not certain is quoted."""
UNSEEN = re.compile(r"[^ -~\u00a1-\u2027\u2030-\ud7ff\uf900-\ufdfa\U00010000-\U0010ffff]")
"""What YAML does not print, takes for an end of a line, or nobody would see."""
WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
"""What YAML takes for something else than text, in one of its versions or the other."""
ADDRESS = re.compile(r"(https://[\w./?=&%~-]+|[0-9a-f][0-9a-f-]*[a-f][0-9a-f-]*)", re.ASCII)
"""An address or an id with a letter in it, which mean themselves in a line of their own."""
WIDTH = 118


def text(draft: Draft, *, schema: str | None = None) -> str:
    """Return the file; `schema` is where editors find the grammar of mapping files, seen from the file."""
    return "\n".join([*_head(schema), *_sides(draft), *_rules(draft), *_users(draft), *_rows(draft)]) + "\n"


def scalar(said: str) -> str:
    """Return text as YAML spells it: plain where nothing can be mistaken, else in double quotes."""
    plain = PLAIN.fullmatch(said) and said.casefold().rstrip(".") not in WORDS
    return said if plain else UNSEEN.sub(_escaped, json.dumps(said, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    return f"\\U{ord(found[0]):08x}"


def _head(schema: str | None) -> Iterator[str]:
    if schema:
        yield f"# yaml-language-server: $schema={schema}"
    yield "# This file keeps GitHub issues and the pages of a Notion database in step. `tandem init` wrote it from what"
    yield "# the database holds. Change what you like, ask `tandem check`, and see `tandem plan` before the first sync."
    yield ""
    yield "version: 1"
    yield ""


def _sides(draft: Draft) -> Iterator[str]:
    yield "github:"
    if len(draft.repositories) > 1:
        yield "  # A page that names no repository is born as an issue of the first."
    yield f"  repositories: {_listed(draft.repositories)}"
    yield ""
    yield "notion:"
    yield f"  database: {_address(draft.database)}"
    if draft.data_source:
        yield "  # The database holds several data sources; this is the one that is meant."
        yield f"  data_source: {scalar(draft.data_source)}"
    yield "  # This property holds the address of a page's issue: the tie that you can click."
    yield f"  link_property: {scalar(draft.link_property)}"
    yield ""


def _rules(draft: Draft) -> Iterator[str]:
    yield "# Who may be born where: true, false, or a condition such as {when: {state: open}}."
    yield "create:"
    yield "  # An issue without a page gets one." if draft.pages else "  # An issue without a page gets none."
    yield f"  pages: {_flag(draft.pages)}"
    if draft.sibling:
        yield from _comment(
            f"A page without an issue gets none: {draft.sibling} creates the issues of this table.", "  "
        )
    else:
        yield "  # A page without an issue gets one." if draft.issues else "  # A page without an issue gets none."
    yield f"  issues: {_flag(draft.issues)}"
    yield ""
    yield "# Where both sides changed the same field and disagree: newest, github, notion, or hold, which asks you."
    yield f"conflict: {draft.conflict}"
    yield ""


def _users(draft: Draft) -> Iterator[str]:
    if not any(line.github == "assignees" for line in draft.lines) and not draft.users:
        return
    yield "# Who is who: a GitHub login, then the person's e-mail, name or user id in Notion."
    if draft.users:
        yield "users:"
        yield from (f"  {scalar(login)}: {scalar(who)}" for login, who in draft.users)
    if draft.strangers:
        shown = ", ".join(draft.strangers[:10]) + (", …" if len(draft.strangers) > 10 else "")  # noqa: PLR2004 - one line
        yield from _comment(f"Nobody in Notion was found for {shown}: an assignee without a line stays on GitHub.", "")
    if not draft.users:
        yield "# users:"
        yield f"#   {(*draft.strangers, 'octocat')[0]}: octocat@example.com"
    yield ""


def _rows(draft: Draft) -> Iterator[str]:
    yield "# Each row ties a field of the issue to a property of the page, called as you see it in Notion."
    yield "fields:"
    for at, line in enumerate(draft.lines):
        if at:
            yield ""
        yield from _comment(line.why, "  ")
        yield from _row(line)
    if "state" in draft.missing:
        yield ""
        yield from _comment(
            "The database has no status or select that tells open from done. Once it has one, tie it like this:", "  "
        )
        yield "  # - {github: state, notion: Status, values: {open: To do, closed: Done}}"


def _row(line: Line) -> Iterator[str]:
    switch = "" if line.active else "# "
    parts = [f"github: {scalar(line.github)}", f"notion: {scalar(line.notion)}"]
    values = [f"{scalar(said)}: {_words(options)}" for said, options in line.values or ()]
    if values:
        parts.append(f"values: {{{', '.join(values)}}}")
    whole = f"  {switch}- {{{', '.join(parts)}}}"
    if len(whole) <= WIDTH:
        yield whole
        return
    yield f"  {switch}- github: {scalar(line.github)}"
    yield f"  {switch}  notion: {scalar(line.notion)}"
    yield f"  {switch}  values:"
    yield from (f"  {switch}    {value}" for value in values)


def _address(said: str) -> str:
    return said if ADDRESS.fullmatch(said) else scalar(said)


def _words(options: tuple[str, ...]) -> str:
    return scalar(options[0]) if len(options) == 1 else _listed(options)


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(map(scalar, names))}]"


def _flag(on: bool) -> str:  # noqa: FBT001 - a value, not a switch
    return str(on).lower()


def _comment(sentence: str, indent: str) -> Iterator[str]:
    """Yield a sentence as lines of a comment."""
    line = f"{indent}#"
    for word in sentence.split():
        if len(line) + 1 + len(word) > WIDTH:
            yield line
            line = f"{indent}#"
        line += f" {word}"
    yield line
