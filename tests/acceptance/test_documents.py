"""The documents that programs read and the exit codes that scripts branch on, as the contract words them.

Keys may be added to a document and never renamed, so each is held to have at least its own.
"""

from __future__ import annotations

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.sandbox.seed import populate
from tests.acceptance.place import FIELDS

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
OPERATION = {"side", "action", "issue", "page", "fields", "reason"}
PASS = {
    *("name", "pass_id", "mode", "seen", "writes", "calls", "conflicts", "held", "failed", "quarantined", "unmapped"),
    *("refused", "converged"),
}
STATUS = {
    *("name", "links", "last_pass", "oldest_unsynced_seconds", "queued", "in_flight", "conflicts", "failed"),
    *("quarantined", "unmapped", "paused", "refused"),
}
CONFLICT = {"id", "mapping", "issue", "page", "field", "github", "notion", "base", "since", "state", "winner"}
FAILURE = {"id", "mapping", "issue", "page", "side", "action", "error", "cure", "at", "attempts"}
FINDING = {"level", "file", "line", "message", "cure", "fixed"}
PROBLEM = {"file", "line", "where", "message", "nearest"}


@pytest.fixture
def held(place):
    """A title that both sides changed and disagree on."""
    place.map("conflict: hold")
    place.opened("First")
    place.synced()
    place.person().edit(REPOSITORY, 1, title="Of GitHub")
    place.ada.edit(place.page()["id"], {"Name": "Of Notion", "Labels": ["bug"]})
    return place


def test_a_pass_tells_what_it_saw_wrote_and_asked(place):
    place.opened("First", state_reason=None)
    place.added("Second", Status="To do")
    ran = place.run("sync")
    assert ran.code == 0
    assert ran.document.keys() == {"mappings", "seconds"}
    assert ran.only.keys() >= PASS
    assert ran.only["mode"] == "incremental"
    assert ran.only["seen"] == {"github": 1, "notion": 1}
    assert ran.only["writes"] == {
        "github": {"create": 1, "update": 0, "close": 0, "comment": 0},
        "notion": {"create": 1, "update": 1, "trash": 0, "comment": 0},
    }
    assert (ran.only["refused"], ran.only["converged"]) == (None, True)
    assert place.run("sync", "--full").only["mode"] == "full"


def test_an_edit_against_a_one_way_row_is_left_alone_told_and_written_over_later(place):
    place.map(fields=("{github: title, notion: Name}", "{github: labels, notion: Labels, direction: to_notion}"))
    place.opened("First", labels=["bug"])
    place.synced()
    place.ada.edit(place.page()["id"], {"Labels": ["ui"]})
    assert place.synced("--full")["left_alone"] == 1
    assert place.page()["properties"]["Labels"] == ["ui"]
    place.person().edit(REPOSITORY, 1, labels=["bug", "docs"])
    place.synced()
    assert sorted(place.page()["properties"]["Labels"]) == ["bug", "docs"]


def test_a_plan_tells_each_write_before_it_happens_and_ends_in_two_then_in_nought(place):
    issue = place.opened("First", labels=["bug"])
    ran = place.run("plan")
    assert ran.code == 2
    assert ran.only.keys() >= {"name", "operations", "calls", "seconds", "refused"}
    (operation,) = ran.only["operations"]
    assert operation.keys() >= OPERATION
    assert (operation["side"], operation["action"]) == ("notion", "create")
    assert (operation["issue"], operation["page"]) == (f"{REPOSITORY}#1", None)
    assert operation["fields"]["Name"] == {"from": None, "to": "First"}
    assert operation["fields"]["Labels"] == {"from": None, "to": ["bug"]}
    assert operation["fields"]["GitHub"] == {"from": None, "to": issue["html_url"]}
    assert place.count("writes") == 0
    place.synced()
    again = place.run("plan")
    assert (again.code, again.only["operations"]) == (0, [])


def test_a_plan_of_an_edit_names_the_written_sides_field_and_both_values(place):
    place.opened("First")
    place.synced()
    page = place.page()["id"]
    place.ada.edit(page, {"Name": "Renamed", "Status": "Done"})
    (operation,) = place.run("plan").only["operations"]
    assert (operation["side"], operation["action"], operation["page"]) == ("github", "close", page)
    assert operation["fields"]["title"] == {"from": "First", "to": "Renamed"}
    assert operation["fields"]["state"]["from"] == "open"


def test_the_status_of_what_is_well_is_nought_and_of_what_waits_for_a_person_is_three(held):
    ran = held.run("status")
    assert ran.code == 0
    assert ran.document.keys() >= {"mappings", "budgets"}
    assert ran.document["budgets"].keys() == {"github", "notion"}
    assert ran.only.keys() >= STATUS
    assert ran.only["last_pass"].keys() == {"id", "at", "mode", "outcome"}
    assert (ran.only["links"], ran.only["queued"], ran.only["in_flight"], ran.only["paused"]) == (1, 0, 0, None)
    held.run("sync")
    ran = held.run("status")
    assert (ran.code, ran.only["conflicts"]) == (3, 1)


def test_a_conflict_is_held_while_all_else_flows_until_a_person_decides(held):
    ran = held.run("sync")
    assert (ran.code, ran.only["conflicts"], ran.only["converged"]) == (3, 1, True)
    assert (held.issue()["title"], held.page()["properties"]["Name"]) == ("Of GitHub", "Of Notion")
    assert [label["name"] for label in held.issue()["labels"]] == ["bug"]
    (conflict,) = held.run("conflicts").document["conflicts"]
    assert conflict.keys() >= CONFLICT
    assert (conflict["github"], conflict["notion"]) == ("Of GitHub", "Of Notion")
    assert conflict["base"] == {"github": "First", "notion": "First"}
    assert (conflict["state"], conflict["winner"], conflict["issue"]) == ("held", None, f"{REPOSITORY}#1")
    assert held.run("plan").code == 0
    assert held.run("conflicts", "resolve", str(conflict["id"]), "--use", "notion").code == 0
    held.synced()
    assert held.issue()["title"] == "Of Notion"
    (decided,) = held.run("conflicts", "show", str(conflict["id"])).document["conflicts"]
    assert (decided["state"], decided["winner"]) == ("decided", "notion")


def test_a_resolve_is_refused_where_a_value_moved_since(held):
    held.run("sync")
    (shown,) = held.run("conflicts").document["conflicts"]
    held.person().edit(REPOSITORY, 1, title="Moved on")
    held.run("sync")
    assert held.run("conflicts", "resolve", str(shown["id"]), "--use", "notion").code == 1
    (now,) = [each for each in held.run("conflicts").document["conflicts"] if each["state"] == "held"]
    assert now["github"] == "Moved on"
    assert held.run("conflicts", "resolve", str(now["id"]), "--use", "github").code == 0
    held.synced()
    assert held.page()["properties"]["Name"] == "Moved on"


def test_a_failure_tells_record_side_error_and_cure_and_can_be_retried(place):
    place.added("x" * 300, Status="To do")
    assert place.run("sync").code == 3
    ran = place.run("failures")
    assert ran.code == 0
    (failure,) = ran.document["failures"]
    assert failure.keys() >= FAILURE
    assert failure["mapping"] == "roadmap"
    assert failure["page"] == place.page()["id"]
    assert failure["attempts"] == 1
    assert place.run("failures", "retry", str(failure["id"])).code == 0
    place.run("sync")
    assert len(place.run("failures").document["failures"]) == 1
    assert place.run("failures", "retry", "999").code == 1


def test_check_tells_findings_and_ends_in_one_where_there_is_a_fault(place):
    clean = place.run("check")
    assert (clean.code, clean.document) == (0, {"findings": []})
    place.map(fields=(FIELDS[0], "{github: state, notion: Status, values: {open: Todo, closed: Done}}"))
    ran = place.run("check")
    assert ran.code == 1
    (finding,) = ran.document["findings"]
    assert finding.keys() >= FINDING
    assert (finding["level"], finding["line"], finding["fixed"]) == ("fault", 8, False)


def test_an_error_is_one_document_with_every_problem(place):
    place.file.write_text("version: 2\nnope: 1\n")
    for command in (("sync",), ("plan",)):
        ran = place.run(*command)
        assert ran.code == 1
        assert ran.document.keys() == {"error"}
        assert ran.document["error"].keys() == {"message", "problems"}
        assert len(ran.document["error"]["problems"]) > 1
        assert all(each.keys() >= PROBLEM for each in ran.document["error"]["problems"])


def test_a_guard_holds_back_its_kind_alone_until_a_person_lets_it_through(place):
    place.map("guards: {max_new_issues: 3}")
    for number in range(4):
        place.added(f"Page {number}", Status="To do")
    place.opened("Issue")
    planned = place.run("plan")
    assert planned.code == 2
    assert planned.only["refused"].keys() == {"guard", "detail"}
    ran = place.run("sync")
    assert ran.code == 3
    assert ran.only["refused"]["guard"] == "max_new_issues"
    assert not ran.only["converged"]
    assert len(place.issues()) == 1
    assert len(place.pages()) == 5
    status = place.run("status")
    assert (status.code, status.only["refused"]) == (3, ran.only["refused"])
    code, told = place.told("status")
    told = " ".join(told.split())
    assert code == 3
    assert ran.only["refused"]["detail"] in told
    assert "`tandem sync roadmap --yes`" in told
    assert "dashboard" in told
    place.synced("roadmap", "--yes")
    assert len(place.issues()) == len(place.pages()) == 5
    status = place.run("status")
    assert (status.code, status.only["refused"]) == (0, None)


def test_exactly_at_the_limit_a_guard_lets_everything_pass(place):
    place.map("guards: {max_new_issues: 3}")
    for number in range(3):
        place.added(f"Page {number}", Status="To do")
    place.synced()
    assert len(place.issues()) == 3


def test_mass_closing_waits_for_a_person_while_edits_flow(place):
    place.map("guards: {max_destructive: 2}")
    populate(place.running.github, REPOSITORY, 0)
    for number in range(5):
        place.opened(f"Issue {number}")
    place.synced()
    pages = sorted(place.pages(), key=lambda page: page["properties"]["Name"])
    for page in pages[:3]:
        place.ada.trash(page["id"])
    place.ada.edit(pages[4]["id"], {"Name": "Renamed"})
    ran = place.run("sync", "--full")
    assert (ran.code, ran.only["refused"]["guard"]) == (3, "max_destructive")
    assert [issue["state"] for issue in place.issues().values()] == ["open"] * 5
    assert place.issue(5)["title"] == "Renamed"
    place.synced("--full", "--yes")
    assert [issue["state"] for issue in place.issues().values()] == ["closed"] * 3 + ["open"] * 2
