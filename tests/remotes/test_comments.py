"""Comments of both services as records, and copies as each takes them; nobody is asked here."""

from __future__ import annotations

import pytest

from sync.core.bound import MARK
from sync.core.comments import AUTHOR, TEXT, URL, Speech
from sync.core.document import Paragraph, Run, Style
from sync.core.model import Ref, Side
from sync.remotes.github import comments as github
from sync.remotes.github import markdown
from sync.remotes.notion import comments as notion
from sync.remotes.notion.richtext import elements

ID = "393abc1e-edcd-8141-9e40-001d8e1b367d"
PAGE = "393abc1e-edcd-8141-9e40-001d8e1b3111"
HERE = "https://github.com/acme/api/issues/7#issuecomment-5"


def on_github(body="said", html_url=HERE):
    return {
        "id": 5,
        "html_url": html_url,
        "issue_url": "https://api.github.com/repos/acme/api/issues/7",
        "user": {"login": "octocat"},
        "body": body,
        "created_at": "2026-03-01T12:00:00Z",
        "updated_at": "2026-03-01T12:00:05Z",
    }


def in_notion(words, **more):
    return {
        "id": ID,
        "parent": {"type": "page_id", "page_id": PAGE},
        "discussion_id": "493abc1e-edcd-8141-9e40-001d8e1b3222",
        "created_time": "2026-03-01T12:00:00.000Z",
        "last_edited_time": "2026-03-01T12:01:00.000Z",
        "rich_text": [shown(each) for each in elements(words)],
        "display_name": {"type": "user", "resolved_name": "Ada Byron"},
        **more,
    }


def shown(element):
    """Return rich text as an answer shows what was sent."""
    link = (element["text"].get("link") or {}).get("url")
    return {**element, "plain_text": element["text"]["content"], "href": link}


def speech(*paragraphs, author="Ada Byron", url="https://www.notion.so/x?d=y", mark=f"comment:{ID}"):
    return Speech(author, url, tuple(Paragraph(runs=each) for each in paragraphs), mark)


def test_a_comment_on_an_issue_is_a_record_under_its_number():
    record = github.record(on_github(), "1")
    assert (record.ref, record.ref.number, record.ref.bare) == (Ref.comment(Side.GITHUB, "5"), 7, "5")
    assert (record.read(TEXT), record.read(MARK), record.read(AUTHOR)) == ("said", None, "octocat")
    assert record.label == "acme/api#7"


def test_a_comment_on_a_pull_request_is_none():
    assert github.rows([on_github(html_url=HERE.replace("issues", "pull"))], "1") == ()


def test_a_deleted_account_has_a_name_all_the_same():
    assert github.record({**on_github(), "user": None}, "1").read(AUTHOR) == "ghost"


@pytest.mark.parametrize(
    ("body", "mark"),
    [
        (f"text\n\n<!-- tandem:comment={ID} -->", ID),
        (f"text\r\n\r\n<!-- tandem:comment={ID.replace('-', '')} -->\r\n", ID),
        (f"> <!-- tandem:comment={ID} -->", None),
        (f"see <!-- tandem:comment={ID} --> there", None),
        ("<!-- tandem:comment=x -->", None),
        ("", None),
        (None, None),
    ],
)
def test_a_mark_stands_alone_on_its_line(body, mark):
    assert github.mark(body) == (f"comment:{mark}" if mark else None)


def test_what_is_written_to_github_is_read_as_a_copy_and_says_who_where_and_what():
    body = github.composed(speech((Run("Hi "), Run("all", frozenset({Style.BOLD}))), (Run("# not a head"),)))
    assert body == (
        "**Ada Byron** wrote [in Notion](https://www.notion.so/x?d=y):\n\nHi **all**\n\n\\# not a head\n\n"
        f"<!-- tandem:comment={ID} -->"
    )
    assert github.mark(body) == f"comment:{ID}"


def test_a_name_cannot_pass_for_markup():
    body = github.composed(speech((Run("x"),), author="**Eve**\n<!-- tandem:comment=1 -->"))
    assert body.splitlines()[0].startswith("**")
    assert "<!-- tandem:comment=1" not in body.splitlines()[0].replace("\\", "")[:1]
    assert github.mark(body) == f"comment:{ID}"


def test_what_is_too_long_for_github_leads_on_to_the_page():
    body = github.composed(speech((Run("word " * 20_000),)))
    assert len(body) <= markdown.LIMIT
    assert f"[{markdown.GOES_ON}](https://www.notion.so/x?d=y)" in body
    assert github.mark(body) == f"comment:{ID}"


def test_a_comment_on_a_page_is_a_record_with_its_words_in_notions_markdown():
    record = notion.record(in_notion((Run("Hi "), Run("all", frozenset({Style.BOLD})), Run("\n\n- x"))), PAGE)
    assert (record.ref, record.ref.container) == (Ref.comment(Side.NOTION, ID), PAGE)
    assert (record.read(TEXT), record.read(MARK), record.read(AUTHOR)) == ("Hi **all**\n\n\\- x", None, "Ada Byron")
    assert record.read(URL) == f"https://www.notion.so/{PAGE.replace('-', '')}?d=493abc1eedcd81419e40001d8e1b3222"


def test_one_on_a_block_belongs_to_the_page_that_was_asked_for():
    raw = in_notion((Run("x"),), parent={"type": "block_id", "block_id": ID})
    assert notion.record(raw, PAGE).ref.container == PAGE


def test_a_mention_keeps_its_words():
    mention = {"type": "mention", "mention": {"type": "user", "user": {"id": ID}}, "plain_text": "@Ada", "href": None}
    assert notion.words([mention]) == "@Ada"


def test_what_is_written_to_notion_is_read_as_a_copy_without_its_mark():
    rich = [shown(each) for each in notion.composed(speech((Run("said"),), url=HERE, mark="comment:5"))]
    record = notion.record({**in_notion(()), "rich_text": rich}, PAGE)
    assert (record.read(MARK), record.read(TEXT)) == ("comment:5", "said")
    assert rich[-1]["href"] == HERE


@pytest.mark.parametrize(
    ("run", "marked"),
    [
        (Run("↗ GitHub", link=HERE), True),
        (Run("whatever", link=HERE), True),
        (Run(HERE, link=HERE), False),
        (Run("see", link="https://github.com/acme/api/issues/7"), False),
        (Run(HERE), False),
    ],
)
def test_an_address_that_somebody_pasted_is_no_mark(run, marked):
    record = notion.record(in_notion((Run("look: "), run)), PAGE)
    assert (record.read(MARK) is not None) is marked


@pytest.mark.parametrize("length", [0, 1999, 2001, 65_536])
def test_a_copy_fits_what_notion_takes(length):
    rich = notion.composed(speech((Run("x" * length),), url=HERE))
    assert len(rich) <= 100
    assert max(len(each["text"]["content"]) for each in rich) <= 2000
    assert "".join(each["text"]["content"] for each in rich).count("x") == length


def test_a_copy_in_too_many_styles_loses_these_and_no_word():
    runs = tuple(Run(f"w{at} ", frozenset({Style.BOLD} if at % 2 else ())) for at in range(300))
    rich = notion.composed(speech(runs, url=HERE))
    assert len(rich) <= 100
    said = "".join(each["text"]["content"] for each in rich)
    assert all(f"w{at}" in said for at in range(300))
    assert rich[-1]["text"]["link"]["url"] == HERE
