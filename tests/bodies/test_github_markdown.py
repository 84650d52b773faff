"""GitHub's Markdown as a tree, back, and edited in place."""

from uuid import UUID

import pytest

from sync.core.document import (
    Bullet,
    Callout,
    Code,
    Divider,
    Equation,
    Form,
    Heading,
    Image,
    Number,
    Paragraph,
    Quote,
    Raw,
    Run,
    Style,
    Table,
    Task,
    Toggle,
    agree,
)
from sync.remotes.github import records
from sync.remotes.github.markdown import GOES_ON, LIMIT, GitHubBody, edited, shortened, tree, written

HOME = "https://github.com/acme/api"
ASSET = "https://github.com/user-attachments/assets/a0aceacf-8436-4c11-b291-f0fff3a115f2"
SIGNED = "https://private-user-images.githubusercontent.com/1/4-a0aceacf-8436-4c11-b291-f0fff3a115f2.png?jwt=a.b.c"
MARK = "<!-- tandem:page=12345678-1234-1234-1234-123456789012 -->"
MANY = " ".join(["words"] * 20)
PAGE = "https://www.notion.so/12345678123412341234123456789012"


def said(*parts):
    return Paragraph(runs=tuple(part if isinstance(part, Run) else Run(part) for part in parts))


def raw(text):
    return Run(text, form=Form.RAW)


SPELLINGS = {
    "headings, deep ones too": (
        "# a\n\n###### b",
        (Heading(runs=(Run("a"),), level=1), Heading(runs=(Run("b"),), level=6)),
    ),
    "a single newline is a line break": ("a\nb", (said("a\nb"),)),
    "styles": (
        "**a *b*** ~~c~~",
        (
            said(
                Run("a ", frozenset({Style.BOLD})),
                Run("b", frozenset({Style.BOLD, Style.ITALIC})),
                " ",
                Run("c", frozenset({Style.STRIKE})),
            ),
        ),
    ),
    "nested lists": ("- a\n  1. b\n- c", (Bullet((said("a"), Number((said("b"),)))), Bullet((said("c"),)))),
    "tasks": ("- [x] a\n- [ ] b", (Task((said("a"),), checked=True), Task((said("b"),)))),
    "quotes": ("> a\n>\n> b", (Quote((said("a"), said("b"))),)),
    "alerts": ("> [!WARNING]\n> a", (Callout((said("a"),), kind="warning"),)),
    "folded parts": ("<details>\n<summary>a</summary>\n\nb\n\n</details>", (Toggle((said("b"),), runs=(Run("a"),)),)),
    "tables": ("| a |\n| --- |\n| **b\\|c** |", (Table((((Run("a"),),), ((Run("b|c", frozenset({Style.BOLD})),),))),)),
    "code": ("````py\n```\n  x\n````", (Code("```\n  x", "python"),)),
    "images stand alone": ("![a](https://x.y/z.png)", (Image("https://x.y/z.png", "a"),)),
    "formulas": ("$x_1$\n\n$$\ny\n$$", (said(Run("x_1", form=Form.MATH)), Equation("y"))),
    "what only GitHub has": (
        "<kbd>a</kbd>[^1]\n\n[^1]: b",
        (said(raw("<kbd>"), "a", raw("</kbd>[^1]")), said(raw("[^1]:"), " b")),
    ),
    "blocks of HTML": ("<div>\na\n</div>", (Raw("<div>\na\n</div>"),)),
    "relative links": ("[a](b.md)", (said(raw("["), "a", raw("](b.md)")),)),
    "shortcodes, prices and names are words": (":tada: $5 or $6 a_b_c 2 * 3", (said(":tada: $5 or $6 a_b_c 2 * 3"),)),
    "a line": ("a\n\n---", (said("a"), Divider())),
}


@pytest.mark.parametrize(("text", "blocks"), SPELLINGS.values(), ids=SPELLINGS)
def test_a_body_is_read_as_a_tree_and_written_the_same_way(text, blocks):
    assert tree(text) == blocks
    assert tree(text.replace("\n", "\r\n")) == blocks
    assert tree(written(blocks)) == blocks
    assert written(blocks) == text.replace("````py\n", "````python\n")


def test_references_are_links_and_come_back_as_they_were():
    text = "see #12, acme/web#3, @ada, @acme/team and https://x.y/z_z"
    links = [run.link for run in tree(text, home=HOME)[0].runs if run.link]
    assert links == [
        f"{HOME}/issues/12",
        "https://github.com/acme/web/issues/3",
        "https://github.com/ada",
        "https://github.com/orgs/acme/teams/team",
        "https://x.y/z_z",
    ]
    assert written(tree(text, home=HOME), home=HOME) == text


def test_words_that_would_be_read_as_something_else_are_escaped():
    for text in (
        "# no heading",
        "1. no list",
        "*no* **style**",
        "<b>no tag</b>",
        "[no](http://x.y)",
        "`",
        "a\n===",
        "\\*",
        "a\n\nb",
    ):
        assert agree(tree(written((said(text),))), (said(text),)), text


def test_comments_and_our_mark_are_no_content():
    text = f"<!-- guidance -->\na <!-- b --> c\n\n{MARK}"
    assert tree(text) == (said("a  c"),)
    assert tree(f"```\nopen\n\n{MARK}") == (Code("open"),)


BODY = (
    "Intro with a [reference][r] and  \r\ntrailing spaces   \r\n\r\n<!-- keep me -->\r\n"
    "* one\r\n* two\r\n  * three\r\n\r\n> quoted\r\nlazily\r\n\r\n```sh\r\n$ run\r\n```\r\n[r]: https://x.y/z\r\n\r\n"
    + MARK
)


def replaced(blocks, old, new):
    if isinstance(blocks, tuple):
        return tuple(replaced(each, old, new) for each in blocks)
    inside = getattr(blocks, "blocks", None)
    if inside:
        return type(blocks)(replaced(inside, old, new))
    if isinstance(blocks, Code):
        return Code(blocks.text.replace(old, new), blocks.language)
    return Paragraph(runs=tuple(Run(r.text.replace(old, new), r.styles, r.link, r.form) for r in blocks.runs))


@pytest.mark.parametrize(
    ("old", "new"), [("trailing", "some"), ("two", "zwei"), ("three", "drei"), ("run", "go"), ("reference", "link")]
)
def test_a_changed_word_is_all_that_changes(old, new):
    before = tree(BODY)
    assert edited(BODY, before, replaced(before, old, new)) == BODY.replace(old, new)


def test_a_ticked_task_a_new_element_and_a_lost_one_touch_their_lines_alone():
    text = "- [ ] a\r\n- [x] b\r\n\r\n1. c\r\n2. d\r\n"
    a, b, c, d = before = tree(text)
    assert edited(text, before, (Task(a.blocks, checked=True), b, c, d)) == text.replace("[ ]", "[x]")
    assert edited(text, before, (a, b, c, Number((said("new"),)), d)) == text.replace("2.", "2. new\r\n2.")
    assert edited(text, before, (a, c, d)) == text.replace("- [x] b\r\n", "")
    assert edited(text, before, (*before, said("end"))) == text + "\r\nend\r\n"


def test_an_edit_goes_where_it_belongs_whatever_the_other_side_made_of_the_rest():
    text = "###### a\n\nb c d\n\n- e\n\n" + MARK
    there = (Heading(runs=(Run("a"),), level=4), said("b c d"), said("e"))
    assert edited(text, there, (there[0], said("b X d"), there[2])) == text.replace("c", "X")


def test_a_paragraph_written_anew_keeps_the_comment_in_it():
    text = "one *two* <!-- t --> three [four](https://x.y)"
    assert "<!-- t -->" in edited(text, tree(text), (said("all of it new"),))


def test_a_body_too_long_ends_at_a_block_with_a_link_and_that_is_no_edit():
    text = "".join(f"paragraph {at} of many {MANY}\r\n\r\n" for at in range(600)) + MARK
    short = shortened(text, page=PAGE)
    assert len(short) <= LIMIT
    assert short.endswith(f"[{GOES_ON}]({PAGE})\r\n\r\n{MARK}")
    assert shortened("short", page=PAGE) == "short"
    whole = tree(text)
    here = tree(short)
    assert here[:-1] == whole[: len(here) - 1]
    assert edited(short, whole, (*whole[:-1], said("edited behind the cut"))) == short
    assert edited(short, whole, (said("edited"), *whole[1:])) == short.replace(
        f"paragraph 0 of many {MANY}", "edited", 1
    )


@pytest.mark.parametrize("text", ["word " * 13_100, "- [ ] an item of many\n" * 4_000])
def test_a_text_near_the_limit_is_born_with_its_mark(text):
    body = records.marked(GitHubBody().fitted(text.strip(), "", PAGE), str(UUID(int=1)))
    assert len(body) <= LIMIT
    assert GOES_ON in body


def test_a_text_that_has_an_issue_may_fill_it_to_the_limit():
    text = "x" * LIMIT
    assert GitHubBody().fitted(text, "was", PAGE) == text


@pytest.mark.parametrize("spelled", [f"![a]({SIGNED})", f'<img alt="a" src="{SIGNED}">'])
def test_an_image_at_an_address_that_was_signed_for_a_reader_is_the_image_itself_and_stays_as_it_is_spelled(spelled):
    text = f"one\n\n{spelled}\n\ntwo\n"
    before = tree(text)
    assert before[1] == Image(ASSET, "a")
    assert edited(text, before, (said("three"), *before[1:])) == text.replace("one", "three")
