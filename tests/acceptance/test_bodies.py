"""Bodies both ways over HTTP, in both ways of writing a page: no word is lost, and nothing is written unasked."""

from __future__ import annotations

import difflib

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.remotes.github.markdown import parted
from tests.acceptance.place import FIELDS
from tests.bodies import corpus
from tests.remotes import truth

BODY = (*FIELDS, "{github: body, notion: content}")
LINE = '{github: "body_line:Due", notion: Due}'
TEXT = "First *words*.\r\n\r\n- one\r\n- two\r\n\r\n```python\r\nprint(1)\r\n```\r\n\r\nLast words.\r\n"


@pytest.fixture(params=["markdown", "blocks"])
def team(request, place):
    place.map(fields=BODY)
    place.set(NOTION_BODY=request.param)
    return place


def still(team):
    """Tell whether a full pass writes nothing."""
    done = team.synced("--full")
    return not any(count for side in done["writes"].values() for count in side.values())


def block_ids(team):
    return [each["id"] for each in team.running.notion.blocks(team.page()["id"])]


def test_a_body_is_born_with_its_page_and_nothing_is_written_to_the_issue(team):
    team.opened(body=TEXT)
    body = team.issue()["body"]
    team.synced("--full")
    assert "print(1)" in team.page()["content"]
    assert still(team)
    assert team.issue()["body"] == body


def test_an_edit_of_one_paragraph_in_notion_changes_its_lines_on_github_and_nothing_else(team):
    team.opened(body=TEXT)
    team.synced("--full")
    team.ada.retype(team.page()["id"], "Last words.", "The last words.")
    done = team.synced()
    assert done["writes"]["github"]["update"] == 1
    assert team.issue()["body"] == TEXT.replace("Last words.", "The last words.")
    assert still(team)


def test_an_edit_on_github_changes_its_block_in_notion_and_leaves_the_others_where_they_are(team):
    team.opened(body=TEXT)
    team.synced("--full")
    before = block_ids(team)
    team.person().edit(REPOSITORY, 1, body=TEXT.replace("- two", "- three"))
    team.synced()
    after = block_ids(team)
    assert "three" in team.page()["content"]
    assert len({*before} - {*after}) <= 1
    assert still(team)


def test_edits_of_different_paragraphs_on_both_sides_are_both_made(team):
    team.opened(body=TEXT)
    team.synced("--full")
    team.ada.retype(team.page()["id"], "Last words.", "The last words.")
    team.person().edit(REPOSITORY, 1, body=TEXT.replace("First", "The first"))
    team.synced()
    assert team.issue()["body"] == TEXT.replace("First", "The first").replace("Last words.", "The last words.")
    assert "The first" in team.page()["content"]
    assert still(team)


def test_a_page_gives_birth_to_an_issue_with_its_body(team):
    page = team.added("From Notion")
    team.ada.write(page, "A *plan*:\n\n1. think\n2. do")
    team.synced("--full")
    body = team.issue()["body"]
    assert body.startswith("A *plan*:\n\n1. think\n2. do\n\n<!-- tandem:page=")
    team.person().edit(REPOSITORY, 1, body=body.replace("think", "think twice"))
    team.synced()
    assert "think twice" in team.page()["content"]
    assert "tandem" not in team.page()["content"]
    assert still(team)


def test_one_paragraph_changed_differently_on_both_sides_is_a_conflict_and_other_edits_flow(team):
    team.map("conflict: hold", fields=BODY)
    team.opened(body=TEXT)
    team.synced("--full")
    team.ada.retype(team.page()["id"], "Last words.", "Ada's words.")
    team.ada.retype(team.page()["id"], "one", "the first")
    team.person().edit(REPOSITORY, 1, body=TEXT.replace("Last words.", "Ben's words."))
    ran = team.run("sync")
    assert (ran.code, ran.only["held"]) == (3, 1)
    (conflict,) = team.run("conflicts").document["conflicts"]
    assert conflict["field"] == "body"
    assert team.run("conflicts", "resolve", str(conflict["id"]), "--use", "notion").code == 0
    team.synced()
    body = team.issue()["body"]
    assert "Ada's words." in body
    assert "- the first" in body
    assert "Ben's" not in body
    assert still(team)


def test_a_text_that_was_emptied_is_emptied_on_the_other_side_under_the_guard(team):
    team.map("guards: {max_destructive: 0}", fields=BODY)
    team.opened(body=TEXT)
    team.synced("--full")
    team.person().edit(REPOSITORY, 1, body="")
    ran = team.run("sync")
    assert (ran.code, ran.only["refused"]["guard"]) == (3, "max_destructive")
    assert "Last" in team.page()["content"]
    assert team.run("sync", "--yes").code == 0
    assert team.page()["content"] == ""
    assert still(team)


def test_what_only_notion_holds_stays_where_it_is_while_words_around_it_change(team):
    team.opened(body=TEXT)
    team.synced("--full")
    page = team.page()["id"]
    child = team.ada.add_page(page, "Notes")
    team.ada.add_image(page, "plan.png")
    team.synced()
    body = team.issue()["body"]
    assert body.startswith(TEXT.rstrip())
    assert child.replace("-", "") in body
    assert "X-Amz" not in body
    assert still(team)
    team.person().edit(REPOSITORY, 1, body=body.replace("First", "The first"))
    team.synced()
    assert "The first" in team.page()["content"]
    assert {"child_page", "image"} <= {each["type"] for each in team.running.notion.blocks(page)}
    assert still(team)


def test_a_web_editor_that_only_changes_line_ends_writes_nothing(team):
    team.opened(body="one\n\ntwo\n")
    team.synced("--full")
    team.person().edit(REPOSITORY, 1, body="one\n\ntwo\n")
    assert still(team)


def test_bodies_that_exist_on_both_sides_are_tied_and_never_guessed(team):
    for title, body, content in (("same", "a *b*", "a *b*"), ("empty", "words", ""), ("other", "one", "two")):
        team.opened(title, body=body)
        page = team.added(title)
        if content:
            team.ada.write(page, content)
    ran = team.run("sync", "--full")
    assert (ran.code, ran.only["held"]) == (3, 1)
    pages = {page["properties"]["Name"]: page["content"] for page in team.pages()}
    assert pages["empty"] == "words"
    assert pages["other"] == "two"
    assert [team.issue(number)["body"] for number in (1, 2, 3)] == ["a *b*", "words", "one"]


def test_a_named_line_of_the_body_goes_with_a_property(team):
    source = team.ids.data_source
    team.ada.add_property(source, "Due", {"date": {}})
    team.ada.add_property(source, "Estimate", {"number": {"format": "number"}})
    team.map(fields=(*BODY, '{github: "body_line:Due", notion: Due}', '{github: "body_line:Points", notion: Estimate}'))
    text = "Plan\r\n\r\n```\r\nDue: never\r\n```\r\n\r\n**Due:** 2026-12-01\r\n"
    team.opened(body=text)
    team.synced("--full")
    page = team.page()
    assert (page["properties"]["Due"], page["properties"]["Estimate"]) == ("2026-12-01", None)
    team.ada.edit(page["id"], {"Due": "2026-12-24", "Estimate": 5})
    team.synced()
    assert team.issue()["body"] == text.replace("2026-12-01", "2026-12-24").rstrip() + "\r\n\r\nPoints: 5\r\n"
    assert "2026\\-12\\-24" in team.page()["content"]
    assert "Points" in team.page()["content"]
    team.person().edit(REPOSITORY, 1, body=team.issue()["body"].replace("2026-12-24", "soon"))
    ran = team.run("sync")
    assert (ran.code, ran.only["unmapped"]) == (0, 1)
    assert team.page()["properties"]["Due"] == "2026-12-24"


@pytest.mark.parametrize("text", ["", "Words."])
def test_a_page_whose_property_is_a_line_gives_birth_to_an_issue_with_that_line(team, text):
    team.ada.add_property(team.ids.data_source, "Due", {"date": {}})
    team.map(fields=(*BODY, LINE))
    page = team.ada.create(team.ids.data_source, {"Name": "Born", "Due": "2026-12-24"}, markdown=text)
    team.synced("--full")
    before = f"{text}\n\n" if text else ""
    assert parted(team.issue()["body"])[0] == f"{before}Due: 2026-12-24"
    assert team.page()["properties"]["Due"] == "2026-12-24"
    assert "2026\\-12\\-24" in team.page()["content"]
    assert still(team)
    team.ada.edit(page, {"Due": "2027-01-01"})
    team.synced()
    assert parted(team.issue()["body"])[0] == f"{before}Due: 2027-01-01"


@pytest.mark.parametrize("rows", [(BODY[-1], LINE), (LINE, BODY[-1])])
def test_a_text_and_a_line_of_it_that_change_at_once_are_both_written(team, rows):
    team.ada.add_property(team.ids.data_source, "Due", {"date": {}})
    team.map(fields=(*FIELDS, *rows))
    team.opened(body="Words.\r\n\r\nDue: 2026-12-01")
    team.synced("--full")
    page = team.page()["id"]
    team.ada.edit(page, {"Due": "2026-12-24"})
    team.ada.retype(page, "Words.", "Other words.")
    team.synced("--full")
    assert team.issue()["body"] == "Other words.\r\n\r\nDue: 2026-12-24"
    assert team.page()["properties"]["Due"] == "2026-12-24"
    assert "2026\\-12\\-24" in team.page()["content"]
    assert still(team)


def test_a_line_is_added_to_an_issue_that_holds_nothing_but_its_mark(team):
    team.ada.add_property(team.ids.data_source, "Due", {"date": {}})
    team.map(fields=(*BODY, LINE))
    page = team.added()
    team.synced("--full")
    team.ada.edit(page, {"Due": "2026-12-24"})
    team.synced()
    assert parted(team.issue()["body"])[0] == "Due: 2026-12-24"
    assert still(team)
    assert team.page()["properties"]["Due"] == "2026-12-24"


@truth.needed
@pytest.mark.timeout(400)
def test_every_real_body_goes_to_notion_and_nothing_comes_back_until_somebody_edits_it(team):
    texts = dict(enumerate(corpus.bodies().values(), start=1))
    for number, text in texts.items():
        team.opened(f"Issue {number}", body=text)
    stored = {number: team.issue(number)["body"] for number in texts}
    team.synced("--full")
    assert still(team)
    for page in team.pages():  # read as somebody else's, not as our own writing
        team.ada.edit(page["id"], {"Status": "In progress"})
    assert still(team)
    assert {number: team.issue(number)["body"] for number in texts} == stored
    for page in team.pages():
        team.ada.add_paragraph(page["id"], "A last word.")
    team.synced("--yes")
    for number, text in stored.items():
        before, after = ((each or "").splitlines() for each in (text, team.issue(number)["body"]))
        changes = [each for each in difflib.ndiff(before, after) if each[0] != " " and each[2:].strip()]
        assert changes == ["+ A last word."], number


def test_bodies_cost_nothing_while_nobody_edits_them_and_little_when_somebody_does(place):
    place.map(fields=BODY)
    place.set(NOTION_BODY="markdown")
    for number in range(5):
        place.opened(f"Issue {number}", body=TEXT)
    first = place.counted("--full")
    assert first["asked"]["notion"]["POST /v1/pages"] == 5
    assert sum(first["calls"].values()) <= 5 + 1 + 10 + 2
    assert place.counted()["calls"] == {"github": 1, "notion": 1}
    place.ada.retype(place.pages()[0]["id"], "Last words.", "The last words.")
    edited = place.counted()
    assert edited["writes"]["github"]["update"] == 1
    assert sum(edited["calls"].values()) <= 2 + 1 + 1 + 1
    assert sum(place.counted()["calls"].values()) <= 2 + 1  # read in the minute of an edit, so once more
    for text, more in (("The first", 1), ("The very first", 0)):  # what was sent is read once, and who edited it last
        place.person().edit(REPOSITORY, 2, body=TEXT.replace("First", text))
        edited = place.counted()
        assert edited["writes"]["notion"]["update"] == 1
        assert sum(edited["calls"].values()) <= 2 + 1 + 1 + 1 + 1 + more
        assert sum(place.counted()["calls"].values()) <= 2 + 1
