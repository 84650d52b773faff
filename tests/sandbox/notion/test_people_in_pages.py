from __future__ import annotations

import pytest


@pytest.fixture
def filled(person, source):
    """A page that a person wrote."""
    return person.create(
        source, {"Name": "T"}, markdown="one **bold** two\n\n- [ ] task\n  - below\n- [x] done\n\nlast"
    )


def content(notion, page):
    return notion.page(page)["content"]


def test_what_a_person_writes_is_markdown_and_blocks(notion, filled):
    assert content(notion, filled) == "one <b>bold</b> two\n\n- [ ] task\n  - below\n- [x] done\n\nlast"
    told = notion.blocks(filled)
    assert [(each["type"], each["text"]) for each in told] == [
        ("paragraph", "one bold two"),
        ("to_do", "task"),
        ("to_do", "done"),
        ("paragraph", "last"),
    ]
    assert told[1]["children"][0]["text"] == "below"


def test_words_are_retyped_in_their_look(notion, person, filled):
    person.retype(filled, "bold", "bolder")
    person.retype(filled, "below", "deeper")
    assert content(notion, filled).startswith("one <b>bolder</b> two\n\n- [ ] task\n  - deeper")
    with pytest.raises(LookupError):
        person.retype(filled, "nowhere", "x")


def test_tasks_are_ticked_and_paragraphs_come_and_go(notion, person, filled):
    person.tick(filled, "task")
    person.untick(filled, "done")
    made = person.add_paragraph(filled, "behind *the* first", after="one")
    person.add(filled, "- nested", after="below")
    person.remove(filled, "last")
    assert content(notion, filled) == (
        "one <b>bold</b> two\n\nbehind \\*the\\* first\n\n- [x] task\n  - below\n  - nested\n- [ ] done"
    )
    person.remove(filled, made)
    person.bring_back(filled, made)
    assert notion.blocks(filled)[1]["id"] == made


def test_writing_a_whole_page_keeps_the_blocks_that_say_the_same(notion, person, filled):
    before = [each["id"] for each in notion.blocks(filled)]
    person.write(filled, "new\n\n" + content(notion, filled))
    assert [each["id"] for each in notion.blocks(filled)][1:] == before


def test_a_person_adds_what_no_request_can_make(desk, notion, person, filled):
    person.add_block(filled, {"type": "unsupported", "unsupported": {"block_type": "button"}})
    person.add_block(filled, {"type": "bookmark", "bookmark": {"url": "https://x.example", "caption": []}})
    person.add_image(filled, "photo.jpg")
    child = person.add_page(filled, "Child")
    shown = desk.get(f"/v1/blocks/{filled}/children")["results"][4:]
    assert [each["type"] for each in shown] == ["unsupported", "bookmark", "image", "child_page"]
    person.write(filled, "all")
    assert [each["id"] for each in notion.blocks(filled)][1:] == [child]


def test_a_copy_of_a_page_has_blocks_of_its_own(notion, person, filled):
    copy = person.duplicate(filled)
    assert content(notion, copy) == content(notion, filled)
    assert not {each["id"] for each in notion.blocks(copy)} & {each["id"] for each in notion.blocks(filled)}
