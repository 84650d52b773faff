"""A page's content as blocks and as Markdown: what is Notion's own stays where it is."""

import pytest

from sync.core.document import Callout, Code, Heading, Image, Paragraph, Raw, Run, Task, agree
from sync.core.errors import Rejected
from sync.remotes.github import markdown as github
from sync.remotes.notion import markdown
from sync.remotes.notion.blocks import payloads, tree, unread
from sync.remotes.notion.files import View
from sync.remotes.notion.script import Patch, Remove, script
from tests.bodies import travel
from tests.bodies.page import ROOT, Page

PAGE = "https://www.notion.so/page"
SIGNED = "https://prod-files-secure.s3.us-west-2.amazonaws.com/space/{}/a.png?X-Amz-Signature={}"


def said(text):
    return Paragraph(runs=(Run(text),))


def block(kind, **body):
    return {"object": "block", "type": kind, kind: body}


def text(words, **look):
    return [{"type": "text", "text": {"content": words}, "annotations": look}]


def test_deep_long_and_many_blocks_take_several_calls_and_arrive_whole():
    body = "- 1\n  - 2\n    - 3\n      - 4\n        - 5\n\n" + "".join(f"p {n}\n\n" for n in range(250))
    body += "```\n" + "x😀" * 120_000 + "\n```\n\n" + "**b** c " * 300 + "\n\n| a |\n|---|\n" + "| b |\n" * 150
    page = travel.as_blocks(github.tree(body))
    assert agree(page.tree, github.tree(body))
    assert len(page.calls) < 12


def test_a_block_that_went_on_in_another_is_written_anew_as_a_whole():
    before, after = (Code("x" * 250_000),), (Code("y" * 250_000),)
    page = travel.as_blocks(before)
    page.run(script(ROOT, page.tree, before, after))
    assert page.tree == after
    assert len(page.children[ROOT]) == 2


def test_foreign_blocks_stay_and_keep_their_place():
    page = (
        Page().put(payloads([said("one")])).put([block("child_page", title="Child")]).put([block("table_of_contents")])
    )
    page.put(payloads([said("two")])).put([block("bookmark", url="https://x.y")])
    kinds = [each["type"] for each in page.children[ROOT]]
    there = page.tree
    assert [each.runs[0].link for each in there] == [None, "https://www.notion.so/block2", None, "https://x.y"]
    page.run(script(ROOT, there, there, (said("three"), said("new"), said("four"))))
    left = [each["type"] for each in page.children[ROOT]]
    assert [each for each in left if each != "paragraph"] == [each for each in kinds if each != "paragraph"]


def test_a_changed_word_leaves_colours_and_mentions_where_they_are():
    someone = {"type": "mention", "mention": {"type": "user", "user": {"id": "u"}}}
    words = [*text("red", color="red"), *text(" and "), someone, *text(" wait")]
    page = Page().put([block("paragraph", rich_text=words)])
    there = page.tree
    after = tuple(Paragraph(runs=tuple(Run(r.text.replace("wait", "go")) for r in each.runs)) for each in there)
    page.run(script(ROOT, there, there, after))
    (patch,) = page.calls
    shown = patch.body["paragraph"]["rich_text"]
    assert shown[0]["annotations"] == {"color": "red"}
    assert [each["type"] for each in shown] == ["text", "text", "mention", "text"]
    assert shown[-1]["text"]["content"] == " go"


def test_a_files_address_that_changes_with_every_read_is_no_edit_and_stays_in_notion():
    def page(signature):
        image = {"type": "file", "file": {"url": SIGNED.format("f", signature)}, "caption": text("plan")}
        return Page().put([block("image", **image)])

    assert page("one").tree == page("two").tree == (Paragraph(runs=(Run("plan", link=PAGE),)),)
    shown = [f"![plan]({SIGNED.format('f', each)})" for each in ("one", "two")]
    assert markdown.tree(shown[0], View(PAGE)) == markdown.tree(shown[1], View(PAGE)) == page("one").tree
    seen = tree(page("one").children, ROOT, View(shown=lambda address: f"https://me/{address[-5:]}"))
    assert seen == (Image("https://me/a.png", "plan"),)


def test_columns_and_folded_headings_are_seen_through_and_edited_inside():
    page = Page().put([block("column_list", children=[block("column", children=[*payloads([said("left")])])])])
    page.put([block("heading_2", rich_text=text("head"), is_toggleable=True, children=payloads([said("inside")]))])
    there = page.tree
    assert there == (said("left"), Heading(runs=(Run("head"),), level=2), said("inside"))
    page.run(script(ROOT, there, there, (said("right"), *there[1:])))
    assert [type(call) for call in page.calls] == [Patch]
    assert page.tree[0] == said("right")


def test_what_must_still_be_read_is_named():
    page = Page().put([block("toggle", rich_text=text("t"), children=payloads([said("x")]))])
    (toggle,) = page.children[ROOT]
    assert unread({}, ROOT) == [ROOT]
    assert unread({ROOT: [toggle]}, ROOT) == [toggle["id"]]
    assert unread(page.children, ROOT) == []


def test_blocks_of_another_type_are_replaced_and_a_tick_is_one_patch():
    page = Page().put(payloads([Task((said("a"),)), said("b")]))
    there = page.tree
    page.run(script(ROOT, there, there, (Task((said("a"),), checked=True), Heading(runs=(Run("b"),)))))
    assert [type(call).__name__ for call in page.calls] == ["Patch", "Remove", "Append"]
    assert page.calls[0].body == {"to_do": {"checked": True}}
    assert isinstance(page.calls[1], Remove)


SHOWN = """<callout icon="🛑" color="red_bg">Mind **this**

<toggle>More

- deep
</toggle></callout>

<columns>
<column>

left

</column>
<column>

right

</column>
</columns>

<p>own <span discussion-urls="discussion://1">words</span> <mention url="user://1" />

below
</p>

<page url="https://www.notion.so/child">Child</page>

<unknown url="https://www.notion.so/x" alt="button"/>

<kbd>literal</kbd> & \\<b\\>
"""


def test_tags_are_read_and_what_is_no_tag_of_notion_is_words():
    blocks = markdown.tree(SHOWN)
    assert isinstance(blocks[0], Callout)
    assert blocks[0].kind == "caution"
    words = ["".join(run.text for run in each.runs) for each in blocks[1:]]
    assert words == ["left", "right", "own words @user", "below", "Child", "<kbd>literal</kbd> & <b>"]


@pytest.mark.parametrize(
    ("old", "new"), [("deep", "shallow"), ("left", "links"), ("below", "above"), ("Mind", "Note"), ("own", "our")]
)
def test_an_update_touches_the_changed_words_and_no_tag(old, new):
    before = markdown.tree(SHOWN)
    after = markdown.tree(SHOWN.replace(old, new, 1))
    (update,) = markdown.updates(SHOWN, before, after)
    assert SHOWN.replace(update.old, update.new) == SHOWN.replace(old, new, 1)


def test_what_only_notion_holds_is_never_taken_away():
    before = markdown.tree(SHOWN)
    after = tuple(each for each in before if "Child" not in str(each))
    assert markdown.updates(SHOWN, before, after) == []
    with pytest.raises(Rejected):
        markdown.updates('<page url="https://www.notion.so/child">Child</page>', (), (said(""),))


def test_an_empty_page_gets_its_whole_content_and_nothing_is_ever_allowed_to_be_deleted():
    change = markdown.updates("", (), (said("first"),))
    assert markdown.body_of(change) == {
        "type": "replace_content",
        "replace_content": {"new_str": "first"},
        "markdown_version": "v2",
    }
    (update,) = markdown.updates("a\n\nb", (said("a"), said("b")), (said("a"), said("c")))
    body = markdown.body_of([update])
    assert body["update_content"] == {"content_updates": [{"old_str": "b", "new_str": "c"}]}


def test_a_place_that_occurs_twice_is_named_with_its_neighbours():
    shown = "- x\n- same\n- y\n- same"
    before = markdown.tree(shown)
    after = markdown.tree("- x\n- same\n- y\n- other")
    (update,) = markdown.updates(shown, before, after)
    assert shown.count(update.old) == 1
    assert shown.replace(update.old, update.new) == "- x\n- same\n- y\n- other"


def test_markup_that_notion_cannot_say_is_gray_words_or_code_that_comes_back():
    body = "<sub>a</sub>\n\n<div>\n\tb\n</div>\n\n##### c"
    blocks = github.tree(body)
    shown = markdown.written(blocks)
    assert '<span color="gray">\\<sub\\></span>a' in shown
    assert "```markup\n<div>\n\tb\n</div>\n```" in shown
    assert '<h4 color="gray">c</h4>' in shown
    assert isinstance(blocks[1], Raw)
    assert github.written(markdown.tree(shown)) == body
    assert github.written(travel.as_blocks(blocks).tree) == body
