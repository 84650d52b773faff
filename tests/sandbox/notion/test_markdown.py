from __future__ import annotations

import pytest

from tests.sandbox.notion.desk import text

START = "one\n\n- two\n- three\n\n> four"


@pytest.fixture
def written(desk, source):
    """A page that was born with Markdown."""
    return born(desk, source, START)


def born(desk, source, markdown):
    body = {"parent": {"data_source_id": source}, "properties": {"title": text("T")}}
    return desk.post("/v1/pages", {**body, "markdown": markdown, "markdown_version": "v2"})["id"]


def shown(desk, page, version="v2"):
    return desk.get(f"/v1/pages/{page}/markdown?markdown_version={version}")["markdown"]


def change(kind, version="v2", **told):
    return {"type": kind, kind: told, "markdown_version": version}


def update(*pairs, **told):
    updates = [{"old_str": old, "new_str": new} for old, new in pairs]
    return change("update_content", content_updates=updates, **told)


def ids(desk, page):
    return [each["id"] for each in desk.get(f"/v1/blocks/{page}/children")["results"]]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("a\nb", "a b"),
        ("a\\\nb", "a\\\nb"),
        ("*a* __b__ ~~c~~ `d|e`", "<i>a</i> <b>b</b> <s>c</s> `d|e`"),
        ("a * b_c # d!", "a \\* b\\_c \\# d\\!"),
        ("<kbd>x</kbd> <!-- y -->", "\\<kbd\\>x\\<\\/kbd\\> \\<\\!\\-\\- y \\-\\-\\>"),
        ("<div>\nx\n</div>", "\\<div\\> x \\<\\/div\\>"),
        ("Title\n===\n\n##### deep", "# Title\n\n#### deep"),
        ("* a\n+ b\n1) c\n2) d", "- a\n- b\n\n1. c\n2. d"),
        ("3. c\n4. d", "3. c\n4. d"),
        ("- [ ] a\n- [X] b\n  - c", "- [ ] a\n- [x] b\n  - c"),
        ("- a\n\n  b", "- a\n\n  b"),
        ("> a\n> b", "> a b"),
        ("> a\n>\n> b", "<quote>a\n\nb</quote>"),
        ("```tsv\nx\n```", "```plain text\nx\n```"),
        ("~~~~Python\n```\n~~~~", "````python\n```\n````"),
        ("    x", "```plain text\nx\n```"),
        ("| a | b |\n|---|:-:|\n| `x\\|y` | <br> |", "| a | b |\n| --- | --- |\n| `x\\|y` | &#10; |"),
        ("$$\na\n$$", "$$\na\n$$"),
        ("$a$ costs $5", "$a$ costs \\$5"),
        ("---", "***"),
        ("see ![i](https://x/y.png) there", "see\n\n![i](<https://x/y.png>)\n\nthere"),
        ("[a](https://x 't') <https://y> https://z", "[a](<https://x>) [https\\:\\/\\/y](<https://y>) https\\:\\/\\/z"),
        ("[a](relative)", "a"),
        ("<p />", "<p />"),
        ('<p color="red">a\n\nb</p>', '<p color="red">a\n\nb</p>'),
        ('<callout icon="💡" color="red_bg">\na\n</callout>', '<callout icon="💡" color="red_bg">a</callout>'),
        ("<toggle>a\n\n- b\n</toggle>", "<toggle>a\n\n- b\n</toggle>"),
        ('<toggle heading="2">a\n\nb</toggle>', '<toggle heading="2">a\n\nb</toggle>'),
        ('<todo checked="true">a</todo>', "- [x] a"),
        ("<ul>\n<li>\n\na\n</li>\n</ul>", "<ul>\n<li>\n\na</li>\n</ul>"),
        ('<image source="https://x">c</image>', "![c](<https://x>)"),
        ('<bookmark source="https://x">c</bookmark>', '<bookmark source="https://x">c</bookmark>'),
        ('<span color="blue">a</span> <u>b</u>', '<span color="blue">a</span> <u>b</u>'),
        ("<toggle>never closed", "\\<toggle\\>never closed"),
        ("<p>a</p> and more", "\\<p\\>a\\<\\/p\\> and more"),
        ("<toggle>`</toggle>` in code</toggle>", "<toggle>`</toggle>` in code</toggle>"),
        ("a\r\nb\r\n\r\nc", "a b\n\nc"),
        ("&amp; &copy; \\&", "\\& © \\&"),
        ("", ""),
    ],
)
def test_what_comes_back_is_notions_own_spelling(desk, source, said, told):
    assert shown(desk, born(desk, source, said)) == told


def test_mentions_and_dates_are_tags(desk, notion, source, page):
    owner = notion.world.owner
    elsewhere = f'<mention url="https://app.notion.com/p/{page}" />'
    said = f'<mention url="user://{owner.id}" /> <date start="2026-01-01" /> {elsewhere}'
    made = born(desk, source, said)
    (block,) = desk.get(f"/v1/blocks/{made}/children")["results"]
    words = [each["plain_text"] for each in block["paragraph"]["rich_text"]]
    assert words == [f"@{owner.name}", " ", "2026-01-01", " ", "First"]
    assert shown(desk, made) == said.replace(page, page.replace("-", ""))


@pytest.mark.parametrize("version", ["v3", "", "V2"])
def test_an_unknown_version_is_refused(desk, written, version):
    path = f"/v1/pages/{written}/markdown"
    if version:
        assert "markdown_version" in desk.refused("GET", f"{path}?markdown_version={version}")["message"]
    body = change("insert_content", version, content="x")
    assert "body.markdown_version should be" in desk.refused("PATCH", path, body)["message"]


def test_version_two_can_be_switched_off_and_is_refused_then(desk, faults, source, written):
    faults.switch("markdown_v2", False)
    path = f"/v1/pages/{written}/markdown"
    assert desk.refused("GET", f"{path}?markdown_version=v2")["code"] == "validation_error"
    assert desk.refused("PATCH", path, update(("one", "x")))["code"] == "validation_error"
    body = {"parent": {"data_source_id": source}, "properties": {}, "markdown": "x", "markdown_version": "v2"}
    assert desk.refused("POST", "/v1/pages", body)["code"] == "validation_error"
    assert desk.get(path)["markdown"] == "one\n- two\n- three\n> four"
    assert desk.get(f"{path}?markdown_version=v1")["markdown"] == "one\n- two\n- three\n> four"


def test_markdown_and_its_version_do_not_go_with_blocks(desk, source):
    body = {"parent": {"data_source_id": source}, "properties": {}, "children": [], "markdown_version": "v2"}
    assert "body.markdown_version should be not present" in desk.refused("POST", "/v1/pages", body)["message"]


def test_an_update_answers_the_whole_page_and_leaves_the_other_blocks_themselves(desk, clock, written):
    before = ids(desk, written)
    clock.advance(60)
    answer = desk.patch(f"/v1/pages/{written}/markdown", update(("three", "3"), ("> four", "> four\n\nfive")))
    assert answer["markdown"] == "one\n\n- two\n- 3\n\n> four\n\nfive" == shown(desk, written)
    blocks = desk.get(f"/v1/blocks/{written}/children")["results"]
    assert [each["id"] for each in blocks][:4] == before
    times = [each["last_edited_time"][14:16] for each in blocks]
    assert times == ["20", "20", "21", "20", "21"]


def test_an_update_deep_inside_leaves_all_around_it(desk, source):
    page = born(desk, source, "<toggle>a\n\n- b\n  - c\n\n- d\n</toggle>\n\nz")
    top, last = ids(desk, page)
    first, second = ids(desk, top)
    (deep,) = ids(desk, first)
    desk.patch(f"/v1/pages/{page}/markdown", update(("c", "C\n  - new")))
    assert (ids(desk, page), ids(desk, top)) == ([top, last], [first, second])
    assert ids(desk, first)[0] == deep
    assert shown(desk, page) == "<toggle>a\n\n- b\n  - C\n  - new\n- d\n</toggle>\n\nz"


def test_a_replacement_makes_every_block_anew(desk, written):
    before = ids(desk, written)
    desk.patch(f"/v1/pages/{written}/markdown", change("replace_content", new_str=shown(desk, written)))
    assert not set(before) & set(ids(desk, written))
    assert shown(desk, written) == START
    assert desk.get(f"/v1/blocks/{before[0]}")["in_trash"] is True


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (update(("nowhere", "x")), "String not found: <pattern>nowhere</pattern> in current version of the page"),
        (update(("o", "x")), "matches 3 places"),
        (update(("", "x")), "old_str.length should be ≥ `1`"),
        (update(*[("one", "one")] * 101), "content_updates.length should be ≤ `100`"),
        (update(("ONE", "x")), "String not found"),
        (change("insert_content", content="x", after="one", position={"type": "end"}), "Only one of"),
        (change("insert_content", content="x", after="nowhere"), "String not found"),
        (change("replace_content", new_str=7), "body.replace_content.new_str should be a string"),
        ({"type": "nonsense"}, "body.type should be"),
        ({"type": "replace_content"}, "body.replace_content should be an object"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_and_changes_nothing(desk, written, body, message):
    error = desk.refused("PATCH", f"/v1/pages/{written}/markdown", body)
    assert (error["status"], error["code"]) == (400, "validation_error")
    assert message in error["message"]
    assert shown(desk, written) == START


def test_one_wrong_update_of_several_undoes_all(desk, written):
    desk.refused("PATCH", f"/v1/pages/{written}/markdown", update(("one", "1"), ("nowhere", "x")))
    assert shown(desk, written) == START


def test_several_places_are_changed_where_that_is_said(desk, written):
    told = [{"old_str": "o", "new_str": "0", "replace_all_matches": True}]
    desk.patch(f"/v1/pages/{written}/markdown", change("update_content", content_updates=told))
    assert shown(desk, written) == "0ne\n\n- tw0\n- three\n\n> f0ur"


@pytest.mark.parametrize(
    ("told", "after"),
    [
        ({"content": "x"}, f"{START}\n\nx"),
        ({"content": "x", "position": {"type": "start"}}, f"x\n\n{START}"),
        ({"content": "x", "after": "on...e"}, f"one\n\nx{START[3:]}"),
    ],
)
def test_something_is_put_in_where_it_is_said(desk, written, told, after):
    assert desk.patch(f"/v1/pages/{written}/markdown", change("insert_content", **told))["markdown"] == after


def test_a_passage_is_replaced_from_its_beginning_to_its_end(desk, written):
    body = change("replace_content_range", content="- 2", content_range="- two...three")
    assert desk.patch(f"/v1/pages/{written}/markdown", body)["markdown"] == "one\n\n- 2\n\n> four"


def test_a_page_in_the_page_is_only_deleted_when_that_is_allowed(desk, notion, person, written):
    child = person.add_page(written, "Child")
    before = shown(desk, written)
    assert before.endswith(f'<page url="{notion.world.url(child)}">Child</page>')
    body = change("replace_content", new_str="all")
    error = desk.refused("PATCH", f"/v1/pages/{written}/markdown", body)
    assert f"{child} (Child)" in error["message"]
    desk.patch(
        f"/v1/pages/{written}/markdown", change("replace_content", new_str=f"new\n\n{before.rpartition(chr(10))[2]}")
    )
    assert ids(desk, written)[1] == child
    desk.patch(f"/v1/pages/{written}/markdown", change("replace_content", new_str="all", allow_deleting_content=True))
    assert (notion.page(child)["in_trash"], shown(desk, written)) == (True, "all")


def test_what_markdown_has_no_words_for_is_unknown_and_stays_while_it_is_named(desk, person, written):
    made = person.add_block(written, {"type": "unsupported", "unsupported": {"block_type": "button"}})
    answer = desk.get(f"/v1/pages/{written}/markdown?markdown_version=v2")
    assert answer["unknown_block_ids"] == [made]
    assert answer["markdown"].endswith(f'#{made.replace("-", "")}" alt="button"/>')
    moved = update(("one\n\n", ""), ("> four", "> four\n\none"))
    assert desk.patch(f"/v1/pages/{written}/markdown", moved)["unknown_block_ids"] == [made]


def test_a_file_is_signed_anew_for_every_reader_and_stays_the_file_when_it_is_written_back(desk, person, written):
    image = person.add_image(written, "plan.png")
    first, second = shown(desk, written), shown(desk, written)
    assert first != second
    assert first.partition("X-Amz-Signature=")[0] == second.partition("X-Amz-Signature=")[0]
    desk.patch(f"/v1/pages/{written}/markdown", update(("one", "1")))
    assert ids(desk, written)[-1] == image
    desk.patch(f"/v1/pages/{written}/markdown", change("replace_content", new_str=second))
    assert desk.get(f"/v1/blocks/{ids(desk, written)[-1]}")["image"]["type"] == "file"


def test_the_first_version_is_what_is_spoken_where_none_is_named_and_is_no_commonmark(desk, written):
    """As recorded: the blank line after a heading is gone."""
    body = {"type": "replace_content", "replace_content": {"new_str": "## New\n\nHello\nthere\n- a\n\t- b\n> c\n> d"}}
    answer = desk.patch(f"/v1/pages/{written}/markdown", body)
    assert answer["markdown"] == "## New\nHello\nthere\n- a\n\t- b\n> c\n> d"
    assert shown(desk, written) == "## New\n\nHello\n\nthere\n\n- a\n  - b\n\n> c\n\n> d"


def test_a_block_and_a_database_have_no_markdown(desk, notion, source, written):
    database = notion.world.sources[source].database.id
    for id_ in (database, ids(desk, written)[0]):
        assert "not a page" in desk.refused("GET", f"/v1/pages/{id_}/markdown")["message"]


def test_a_page_in_the_trash_shows_its_markdown_and_is_not_written(desk, person, written):
    person.trash(written)
    assert shown(desk, written) == START
    assert "archived" in desk.refused("PATCH", f"/v1/pages/{written}/markdown", update(("one", "x")))["message"]
