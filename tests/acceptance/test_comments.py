"""Comments both ways through the commands: born once, edited and deleted as far as each side allows."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.core.model import Side
from sync.flow import rotate
from sync.sandbox.notion import showing
from sync.sandbox.seed import populate
from tests.acceptance.place import FIELDS

ROW = "{github: comments, notion: comments}"
HISTORY = "{github: comments, notion: comments, history: true}"


@pytest.fixture
def talk(place):
    """An issue and its page, tied, with a row for comments."""
    place.map(fields=(*FIELDS, ROW))
    place.set(STALE_SECONDS="2", CREATE_SETTLE_SECONDS="4")
    place.opened("First")
    place.synced()
    return place


def on_github(place, number=1):
    """Return the comments of an issue, oldest first."""
    return place.running.github.comments(REPOSITORY, number)


def on_page(place, page=None):
    """Return the comments of the only page as Notion shows them, oldest first, resolved ones too."""
    page = page or place.page()["id"]
    return [showing.comment(each) for each in place.running.notion.world.comments.values() if each.page == page]


def words(comment):
    return "".join(each["plain_text"] for each in comment["rich_text"])


def twins(place):
    """Return the marks that stand on more than one copy."""
    found = Counter()
    for each in on_github(place):
        found.update(line for line in each["body"].splitlines() if "tandem:comment" in line)
    for each in on_page(place):
        found.update([each["rich_text"][-1]["href"]] if each["rich_text"] else [])
    return [mark for mark, count in found.items() if mark and count > 1]


def test_a_comment_on_github_is_copied_to_the_page_under_its_authors_name(talk):
    made = talk.person("ada").comment(REPOSITORY, 1, "Looks **good** to me.\n\n- one\n- two")
    done = talk.synced()
    assert done["writes"]["notion"]["comment"] == 1
    (copy,) = on_page(talk)
    assert copy["display_name"] == {"type": "custom", "resolved_name": "ada"}
    assert words(copy) == "Looks good to me.\n\n• one\n• two\n\n↗ GitHub"
    assert copy["rich_text"][1]["annotations"]["bold"]
    assert copy["rich_text"][-1]["href"] == made["html_url"]
    assert talk.synced("--full")["writes"]["notion"]["comment"] == 0
    assert len(on_page(talk)) == len(on_github(talk)) == 1


def test_a_comment_in_notion_is_copied_to_the_issue_with_its_author_and_where_it_was_written(talk):
    comment = talk.ada.comment(talk.page()["id"], "Can we ship it?")
    done = talk.synced("--full")
    assert done["writes"]["github"]["comment"] == 1
    (copy,) = on_github(talk)
    head, said, mark = copy["body"].split("\n\n")
    page = talk.page()["id"].replace("-", "")
    assert head.startswith(f"**Ada Byron** wrote [in Notion](https://www.notion.so/{page}?d=")
    assert said == "Can we ship it?"
    assert mark == f"<!-- tandem:comment={comment} -->"
    talk.synced("--full")
    talk.synced("--full")
    assert len(on_page(talk)) == len(on_github(talk)) == 1


@pytest.mark.parametrize(("row", "copies"), [(ROW, 0), (HISTORY, 1)], ids=["stays where it is", "is copied as history"])
def test_what_was_said_before_the_tie(place, row, copies):
    place.map(fields=(*FIELDS, row))
    place.opened("First")
    place.added("Second", Status="To do")
    place.person().comment(REPOSITORY, 1, "old")
    (page,) = place.pages()
    place.ada.comment(page["id"], "old")
    for _ in range(3):
        place.synced("--full")
    assert [len(on_github(place, 1)), len(on_github(place, 2))] == [1, copies]
    said = {each["properties"]["Name"]: len(on_page(place, each["id"])) for each in place.pages()}
    assert said == {"First": copies, "Second": 1}


def test_an_edit_of_the_original_reaches_its_copy_on_either_side(talk):
    one = talk.person().comment(REPOSITORY, 1, "frist")
    two = talk.ada.comment(talk.page()["id"], "secnod")
    talk.synced("--full")
    talk.person().edit_comment(REPOSITORY, one["id"], "first")
    talk.ada.edit_comment(two, "second")
    done = talk.synced("--full")
    assert [done["writes"][side]["comment"] for side in ("github", "notion")] == [1, 1]
    assert {words(each).partition("\n")[0] for each in on_page(talk)} == {"first", "second"}
    assert any("\n\nsecond\n\n" in each["body"] for each in on_github(talk))


def test_an_edit_of_the_copy_flows_nowhere(talk):
    talk.ada.comment(talk.page()["id"], "mine")
    talk.synced("--full")
    (copy,) = on_github(talk)
    talk.person().edit_comment(REPOSITORY, copy["id"], copy["body"].replace("mine", "yours"))
    talk.synced("--full")
    assert [words(each) for each in on_page(talk)] == ["mine"]
    assert "yours" in on_github(talk)[0]["body"]


def test_a_comment_that_was_deleted_on_github_is_taken_back_in_notion(talk):
    one = talk.person().comment(REPOSITORY, 1, "never mind")
    talk.synced()
    talk.running.clock.advance(300)
    talk.person().delete_comment(REPOSITORY, one["id"])
    done = talk.synced("--full")
    assert done["writes"]["notion"]["comment"] == 1
    assert on_page(talk) == []
    assert talk.synced("--full")["writes"]["notion"]["comment"] == 0


def test_a_copy_that_was_deleted_is_not_born_again(talk):
    talk.ada.comment(talk.page()["id"], "mine")
    talk.synced("--full")
    talk.running.clock.advance(300)
    (copy,) = on_github(talk)
    talk.person().delete_comment(REPOSITORY, copy["id"])
    for _ in range(3):
        talk.synced("--full")
    assert on_github(talk) == []
    assert len(on_page(talk)) == 1


def test_a_thread_that_is_resolved_deletes_nothing_and_goes_on_once_it_is_open_again(talk):
    comment = talk.ada.comment(talk.page()["id"], "mine")
    talk.synced("--full")
    talk.ada.resolve(comment)
    talk.synced("--full")
    assert len(on_github(talk)) == 1
    talk.ada.reopen(comment)
    talk.ada.edit_comment(comment, "ours")
    talk.synced("--full")
    assert "\n\nours\n\n" in on_github(talk)[0]["body"]


def test_comments_on_pull_requests_are_nobodys(talk):
    number = talk.person().create_pull(REPOSITORY, "A change")["number"]
    talk.person().comment(REPOSITORY, number, "reviewed")
    assert talk.synced("--full")["writes"]["notion"]["comment"] == 0


def test_many_and_long_comments_arrive_whole(talk):
    for number in range(105):
        talk.ada.comment(talk.page()["id"], f"number {number}")
    long = "word " * 9000
    talk.person().comment(REPOSITORY, 1, long)
    done = talk.run("sync", "--full", "--yes").only
    assert done["converged"]
    assert len(on_github(talk)) == 106
    (copy,) = [each for each in on_page(talk) if each["display_name"]["type"] == "custom"]
    assert words(copy).count("word") == 9000
    assert max(len(each["text"]["content"]) for each in copy["rich_text"]) <= 2000


def test_the_guard_holds_back_a_flood_of_comments(talk):
    talk.map("guards: {max_new_comments: 2}", fields=(*FIELDS, ROW))
    for number in range(3):
        talk.person().comment(REPOSITORY, 1, f"number {number}")
    ran = talk.run("sync")
    assert ran.code == 3
    assert ran.only["refused"]["guard"] == "max_new_comments"
    assert on_page(talk) == []
    assert talk.run("sync", "--yes").only["writes"]["notion"]["comment"] == 3


def test_a_plan_foretells_comments_as_the_contract_words_it(talk):
    talk.person().comment(REPOSITORY, 1, "hello")
    planned = talk.run("plan")
    assert planned.code == 2
    (operation,) = planned.only["operations"]
    assert operation["action"] == "comment"
    assert (operation["side"], operation["issue"]) == ("notion", f"{REPOSITORY}#1")
    assert operation["page"] == talk.page()["id"]
    assert operation["fields"] == {"comment": {"from": None, "to": "hello"}}
    assert talk.run("status").document["mappings"][0]["links"] == 1
    talk.synced()
    assert talk.run("status").document["mappings"][0]["links"] == 1


def test_a_lost_database_copies_no_comment_twice(talk):
    one = talk.person().comment(REPOSITORY, 1, "from GitHub")
    talk.ada.comment(talk.page()["id"], "from Notion")
    talk.synced("--full")
    for file in talk.folder.glob("tandem.db*"):
        file.unlink()
    for _ in range(3):
        talk.synced("--full")
    assert len(on_github(talk)) == len(on_page(talk)) == 2
    talk.person().edit_comment(REPOSITORY, one["id"], "from GitHub, edited")
    talk.synced("--full")
    assert any(words(each).startswith("from GitHub, edited") for each in on_page(talk))


@pytest.mark.parametrize("fault", ["drop_after", "error_after", "drop_before"])
@pytest.mark.parametrize("side", Side)
def test_a_comment_whose_answer_was_lost_is_said_once(talk, side, fault):
    path = r"/issues/\d+/comments$" if side is Side.GITHUB else r"/comments$"
    talk.faults(side).arm(fault, method="POST", path=path)
    if side is Side.GITHUB:
        talk.ada.comment(talk.page()["id"], "said")
    else:
        talk.person().comment(REPOSITORY, 1, "said")
    talk.synced("--full")
    assert any(each.fault == fault for each in talk.running.fronts[side].counters.exchanges)
    talk.synced("--full")
    assert len(on_github(talk)) == len(on_page(talk)) == 1
    assert twins(talk) == []


def test_a_locked_issue_refuses_its_comment_and_holds_up_nothing_else(talk):
    talk.ada.comment(talk.page()["id"], "said")
    refusal = {"status": 403, "body": {"message": "Unable to create comment because issue is locked."}}
    talk.faults(Side.GITHUB).arm("status", method="POST", path=r"/comments$", **refusal)
    talk.ada.edit(talk.page()["id"], {"Name": "Renamed"})
    ran = talk.run("sync", "--full")
    assert ran.code == 3
    assert ran.only["failed"] == 1
    assert talk.issue()["title"] == "Renamed"
    (failure,) = talk.run("failures").document["failures"]
    assert failure["issue"] == f"{REPOSITORY}#1"
    assert failure["cure"] == "unlock the issue"


def test_the_capabilities_that_comments_take_are_checked_where_a_row_asks_for_them(talk):
    talk.running.notion.world.capabilities -= {"read_comments", "insert_comments"}
    ran = talk.run("check")
    faults = [each for each in ran.document["findings"] if each["level"] == "fault"]
    assert ran.code == 1
    assert [each["cure"].split("'")[1] for each in faults] == ["Read comments", "Insert comments"]
    talk.map()
    assert talk.run("check").code == 0


def test_a_row_in_one_direction_copies_that_way_only(talk):
    talk.map(fields=(*FIELDS, "{github: comments, notion: comments, direction: to_notion}"))
    talk.ada.comment(talk.page()["id"], "stays here")
    talk.person().comment(REPOSITORY, 1, "goes there")
    talk.synced("--full")
    talk.synced("--full")
    assert [len(on_github(talk)), len(on_page(talk))] == [1, 2]


def test_without_the_row_nobody_asks_for_comments(talk):
    talk.map()
    talk.person().comment(REPOSITORY, 1, "stays here")
    done = talk.counted("--full")
    assert not [path for calls in done["asked"].values() for path in calls if "comments" in path]


def test_comments_go_along_with_an_issue_that_is_transferred_within_the_mapping(place):
    populate(place.running.github, "acme/web", 0)
    place.map(fields=(*FIELDS, ROW), repository=f"{REPOSITORY}, acme/web")
    place.set(STALE_SECONDS="2")
    place.opened("First")
    place.synced()
    one = place.person().comment(REPOSITORY, 1, "from GitHub")
    two = place.ada.comment(place.page()["id"], "from Notion")
    place.synced("--full")
    place.person().transfer(REPOSITORY, 1, "acme/web")
    place.running.clock.advance(300)
    for _ in range(2):
        place.synced("--full")
    place.ada.edit_comment(two, "from Notion, edited")
    place.person().edit_comment("acme/web", one["id"], "from GitHub, edited")
    for _ in range(2):
        place.synced("--full")
    (number,) = [each["number"] for each in place.running.github.issues("acme/web")]
    there = place.running.github.comments("acme/web", number)
    assert len(there) == len(on_page(place)) == 2
    assert any("from Notion, edited" in each["body"] for each in there)
    assert any(words(each).startswith("from GitHub, edited") for each in on_page(place))


def test_what_is_said_in_turns_arrives_in_turns_without_a_full_pass(talk):
    page = talk.page()["id"]
    for number in range(2):
        talk.ada.comment(page, f"asked {number}")
        assert talk.synced()["writes"]["github"]["comment"] == 1
        talk.person().comment(REPOSITORY, 1, f"answered {number}")
        assert talk.synced()["writes"]["notion"]["comment"] == 1
    assert len(on_github(talk)) == len(on_page(talk)) == 4


def test_an_idle_pass_costs_one_unmodified_list_more(talk, monkeypatch):
    monkeypatch.setattr(rotate, "LIVELY", timedelta(0))  # nothing happened lately
    talk.synced()
    talk.synced()
    done = talk.counted()
    lists = {"GET /repos/{repo}/issues": 1, "GET /repos/{repo}/issues/comments": 1}
    assert done["asked"] == {"github": lists, "notion": {"POST /v1/data_sources/{id}/query": 1}}
    assert talk.running.fronts["github"].counters.snapshot()["not_modified"] == 2
