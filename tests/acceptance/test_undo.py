"""`tandem undo` against both services: what a pass overwrote is back on both sides, and is not done again."""

from __future__ import annotations

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.cli.session import state
from tests.acceptance.place import FIELDS

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
LATER = 120
KEYS = {"pass_id", "undo_pass_id", "mapping", "undone", "conflicts", "births", "moved", "left", "unfinished", "refused"}


@pytest.fixture
def edited(place):
    """Two issues in step, of which a pass carried three edits; gives the place and the pass."""
    place.opened("First", labels=["bug"])
    place.opened("Second")
    place.synced()
    place.running.clock.advance(LATER)
    page = place.page(place.issue(2)["html_url"])["id"]
    place.ada.edit(page, {"Status": "In progress"})
    place.synced()
    place.running.clock.advance(LATER)
    place.person().edit(REPOSITORY, 1, title="Renamed")
    place.person().label(REPOSITORY, 1, "fresh")
    place.ada.edit(page, {"Status": "Done"})
    done = place.synced()
    assert place.issue(2)["state"] == "closed"
    place.running.clock.advance(LATER)
    return place, done["pass_id"]


def page_of(place, number):
    return place.page(place.issue(number)["html_url"])


def test_both_sides_show_again_what_they_showed_and_the_next_pass_leaves_it(edited):
    place, pass_id = edited
    ran = place.run("undo", pass_id)
    assert ran.code == 0, ran.document
    assert ran.document.keys() >= KEYS
    assert (ran.document["undone"], ran.document["conflicts"], ran.document["births"]) == (3, 0, [])
    assert ran.document["refused"] is None
    issue, page = place.issue(1), page_of(place, 1)["properties"]
    assert (issue["title"], page["Name"]) == ("First", "First")
    assert ([label["name"] for label in issue["labels"]], page["Labels"]) == (["bug"], ["bug"])
    assert (place.issue(2)["state"], page_of(place, 2)["properties"]["Status"]) == ("open", "In progress")
    before = place.count("writes")
    place.running.clock.advance(LATER)
    place.synced("--full")
    assert place.run("plan", "--full").code == 0
    assert place.count("writes") == before


def test_an_undo_has_a_pass_id_of_its_own_and_can_be_undone(edited):
    place, pass_id = edited
    undo_id = place.run("undo", pass_id).document["undo_pass_id"]
    assert place.run("status").only["last_pass"]["id"] == undo_id
    assert place.run("status").only["last_pass"]["mode"] == "undo"
    place.running.clock.advance(LATER)
    ran = place.run("undo", undo_id)
    assert (ran.code, ran.document["undone"]) == (0, 3)
    assert (place.issue(1)["title"], place.issue(2)["state"]) == ("Renamed", "closed")
    assert place.differences() == []


def test_what_moved_since_becomes_a_conflict_and_the_rest_is_put_back(edited):
    place, pass_id = edited
    place.ada.edit(page_of(place, 1)["id"], {"Name": "Of Ada"})
    ran = place.run("undo", pass_id)
    assert (ran.code, ran.document["undone"], ran.document["conflicts"]) == (3, 2, 1)
    assert [each["field"] for each in ran.document["moved"]] == ["title"]
    assert page_of(place, 1)["properties"]["Name"] == "Of Ada"
    assert (place.issue(1)["title"], place.issue(2)["state"]) == ("First", "open")
    (conflict,) = place.run("conflicts").document["conflicts"]
    assert (conflict["github"], conflict["notion"], conflict["state"]) == ("First", "Of Ada", "held")
    assert place.run("status").code == 3
    place.run("conflicts", "resolve", str(conflict["id"]), "--use", "github")
    place.synced()
    assert page_of(place, 1)["properties"]["Name"] == "First"


def test_births_are_listed_and_stay(place):
    issue = place.opened("First")
    pass_id = place.synced()["pass_id"]
    ran = place.run("undo", pass_id)
    assert (ran.code, ran.document["undone"]) == (0, 0)
    born = {"side": "notion", "kind": "page", "issue": f"{REPOSITORY}#1", "page": place.page()["id"]}
    assert ran.document["births"] == [born]
    assert place.page(issue["html_url"])["properties"]["Name"] == "First"
    _, told = place.told("undo", pass_id)
    assert "still there" in told


def test_a_birth_that_was_taken_away_since_is_not_told_as_one_that_is_still_there(place):
    place.opened("First")
    pass_id = place.synced()["pass_id"]
    place.running.clock.advance(LATER)
    place.ada.trash(place.page()["id"])
    place.synced("--full")
    ran = place.run("undo", pass_id)
    assert (ran.code, ran.document["births"]) == (0, [])


def test_copied_comments_are_births(place):
    place.map(fields=(*FIELDS, "{github: comments, notion: comments}"))
    place.opened("First")
    place.synced()
    place.running.clock.advance(LATER)
    place.person("ada").comment(REPOSITORY, 1, "Looks good.")
    pass_id = place.synced()["pass_id"]
    ran = place.run("undo", pass_id)
    assert (ran.code, ran.document["undone"], ran.document["left"]) == (0, 0, [])
    assert [(each["side"], each["kind"]) for each in ran.document["births"]] == [("notion", "comment")]
    assert "still there: the comment of" in place.told("undo", pass_id)[1]


def test_an_edit_that_another_pass_took_in_is_a_conflict_and_stays(edited):
    place, _ = edited
    page = page_of(place, 2)["id"]
    place.ada.edit(page, {"Status": "To do"})
    pass_id = place.synced()["pass_id"]
    place.running.clock.advance(LATER)
    place.ada.edit(page, {"Status": "In progress"})
    place.synced()
    place.running.clock.advance(LATER)
    ran = place.run("undo", pass_id)
    assert (ran.code, ran.document["undone"], ran.document["conflicts"]) == (3, 0, 1)
    assert [each["state"] for each in place.run("conflicts").document["conflicts"]] == ["held"]
    assert place.page(place.issue(2)["html_url"])["properties"]["Status"] == "In progress"
    code, told = place.told("undo", pass_id)
    assert (code, "see `tandem conflicts`" in told) == (3, True)


def test_what_moved_on_both_sides_is_no_conflict_and_told_as_left(edited):
    place, pass_id = edited
    place.ada.edit(page_of(place, 1)["id"], {"Name": "Of Ada"})
    place.synced()
    place.running.clock.advance(LATER)
    ran = place.run("undo", pass_id)
    assert (ran.code, ran.document["undone"], ran.document["conflicts"], ran.document["moved"]) == (0, 2, 0, [])
    assert [(each["field"], each["reason"]) for each in ran.document["left"]] == [("title", "changed since")]
    assert page_of(place, 1)["properties"]["Name"] == place.issue(1)["title"] == "Of Ada"
    assert place.run("conflicts").document["conflicts"] == []


def test_a_page_that_came_back_stays_with_its_issue(place):
    place.opened("First")
    place.synced()
    page = place.page()["id"]
    place.running.clock.advance(LATER)
    place.ada.trash(page)
    place.synced("--full")
    place.running.clock.advance(LATER)
    place.ada.restore(page)
    pass_id = place.synced("--full")["pass_id"]
    place.running.clock.advance(LATER)
    ran = place.run("undo", pass_id)
    assert (ran.code, ran.document["undone"]) == (3, 0)
    assert "came out of the trash" in ran.document["left"][0]["reason"]
    assert place.issue(1)["state"] == "open"
    assert place.differences() == []


def test_the_number_of_an_issue_that_was_born_anew_stays_true(place):
    place.map(fields=(*FIELDS, "{github: number, notion: No}"))
    place.ada.add_property(place.ids.data_source, "No", {"number": {}})
    place.opened("First")
    place.synced()
    page = place.page()["id"]
    place.running.clock.advance(LATER)
    place.person().delete(REPOSITORY, 1)
    place.ada.edit(page, {"Name": "Edited"})
    pass_id = place.synced("--full")["pass_id"]
    (number,) = [issue["number"] for issue in place.issues().values()]
    assert number != 1
    place.running.clock.advance(LATER)
    place.run("undo", pass_id)
    assert place.page()["properties"]["No"] == number


def test_a_guard_asks_before_much_is_put_back(place):
    for number in range(4):
        place.opened(f"Issue {number}")
    place.synced()
    place.running.clock.advance(LATER)
    for number in range(1, 5):
        place.person().edit(REPOSITORY, number, title=f"Renamed {number}")
    pass_id = place.synced()["pass_id"]
    place.map("guards: {max_overwrites: 3}")
    place.running.clock.advance(LATER)
    before = place.count("writes")
    ran = place.run("undo", pass_id)
    assert (ran.code, ran.document["refused"]["guard"]) == (3, "max_overwrites")
    assert place.count("writes") == before
    code, told = place.told("undo", pass_id)
    assert code == 3
    assert "--yes" in told
    ran = place.run("undo", pass_id, "--yes")
    assert (ran.code, ran.document["undone"]) == (0, 4)
    assert {issue["title"] for issue in place.issues().values()} == {f"Issue {number}" for number in range(4)}
    assert place.differences() == []


def test_a_closed_issue_and_a_trashed_page_come_back(place):
    for number in range(2):
        place.opened(f"Issue {number}")
    place.synced()
    place.running.clock.advance(LATER)
    first, second = page_of(place, 1)["id"], page_of(place, 2)["id"]
    place.ada.trash(first)
    place.person().delete(REPOSITORY, 2)
    pass_id = place.synced("--full")["pass_id"]
    assert place.issue(1)["state"] == "closed"
    assert place.pages() == []
    place.running.clock.advance(LATER)
    ran = place.run("undo", pass_id)
    assert (ran.code, ran.document["undone"]) == (0, 2), ran.document
    assert place.issue(1)["state"] == "open"
    assert {page["id"] for page in place.pages()} == {first, second}
    before = place.count("writes")
    place.running.clock.advance(LATER)
    place.run("sync", "--full")
    assert place.count("writes") == before


@pytest.mark.parametrize(
    "pass_id", ["p999999", "7", "", "p" * 10_000, "p1'; drop table passes", "\udcff", "p" + "9" * 30]
)
def test_a_pass_that_nobody_knows_is_an_error_with_a_cure(place, pass_id):
    ran = place.run("undo", pass_id)
    assert ran.code == 1
    assert "no pass has the id" in ran.document["error"]["message"]


def test_what_a_person_stopped_is_not_even_put_back(edited):
    place, pass_id = edited
    with state() as store:
        store.stop("roadmap", "a person wants quiet")
    before = place.count("writes")
    assert place.run("undo", pass_id).code == 1
    assert place.count("writes") == before
