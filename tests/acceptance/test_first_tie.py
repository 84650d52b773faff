"""What exists on both sides is tied and nothing is born twice: first passes, lost databases, changed mappings."""

from __future__ import annotations

import shutil

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.sandbox.seed import database
from tests.acceptance.place import FIELDS

MANY = 12
OTHER = "acme/web"


@pytest.fixture
def tied(place):
    """Twelve pairs in step."""
    for number in range(MANY):
        place.opened(f"Issue {number}", labels=["bug"])
    place.synced()
    place.running.clock.advance(300)
    return place


def writes(place, *words):
    """Run a pass that must converge, and return how many writes of each kind it made, without zeros."""
    return counts(place.synced(*words))


def counts(done):
    found = {(side, kind): count for side, kinds in done["writes"].items() for kind, count in kinds.items()}
    return {each: count for each, count in found.items() if count}


def held(place):
    return [each for each in place.run("conflicts").document["conflicts"] if each["state"] == "held"]


def forget(place):
    """Lose the database."""
    for file in place.folder.glob("tandem.db*"):
        file.unlink()


# -- the first tie -----------------------------------------------------------------------------------------------------


def test_records_that_exist_on_both_sides_are_tied_by_title_and_only_the_others_are_born(place):
    for number in range(6):
        place.opened(f"Same {number}")
        place.added(f" Same {number} ", Status="To do")
    place.opened("Alone on GitHub")
    place.added("Alone in Notion", Status="To do")
    done = place.synced()
    assert counts(done)["github", "create"] == counts(done)["notion", "create"] == 1
    assert len(place.issues()) == len(place.pages()) == 8


def test_titles_that_only_look_the_same_are_tied_without_a_conflict_and_stay_as_they_are(place):
    place.opened("caf\u00e9")
    place.added(" cafe\u0301 ", Status="To do")
    place.synced()
    assert len(place.issues()) == len(place.pages()) == 1
    assert place.issue()["title"] == "caf\u00e9"
    assert place.page()["properties"]["Name"] == " cafe\u0301 "
    place.person().edit(REPOSITORY, 1, title="Renamed")
    place.synced()
    assert place.page()["properties"]["Name"] == "Renamed"


def test_titles_that_stand_twice_are_kept_out_and_named_and_go_on_once_a_person_ties_them(place):
    place.opened("Twice")
    place.opened("Twice")
    page = place.added("Twice", Status="To do")
    place.opened("Once")
    ran = place.run("sync")
    assert (ran.code, ran.only["quarantined"]) == (3, 3)
    _, told = place.told("status")
    assert "'Twice'" in told
    for words in ((), ("--full",)):
        ran = place.run("sync", *words)
        assert (ran.code, ran.only["quarantined"], len(place.issues()), len(place.pages())) == (3, 3, 3, 2)
    place.ada.edit(page, {"GitHub": place.issue(1)["html_url"]})
    place.synced()
    assert (len(place.issues()), len(place.pages()), place.duplicates()) == (3, 3, 0)
    assert place.run("status").code == 0


def test_titles_that_stood_twice_are_tied_once_they_stand_once_and_the_other_is_born(place):
    place.opened("Twice")
    place.opened("Twice")
    page = place.added("Twice", Status="To do")
    assert place.run("sync").only["quarantined"] == 3
    place.person().edit(REPOSITORY, 2, title="Not that one")
    place.synced()
    assert place.page(place.issue(1)["html_url"])["id"] == page
    assert (len(place.issues()), len(place.pages()), place.duplicates()) == (2, 2, 0)


def test_at_the_first_tie_empty_takes_the_others_sets_unite_and_what_differs_is_held(place):
    place.opened("Same", labels=["bug"], assignees=["ada"])
    page = place.added("Same", Status="Done", Labels=["ui"])
    ran = place.run("sync")
    assert ran.code == 3
    (conflict,) = held(place)
    assert (conflict["field"], conflict["github"], conflict["notion"]) == ("state", "open", "Done")
    assert conflict["base"] is None
    assert (
        {each["name"] for each in place.issue()["labels"]} == set(place.page()["properties"]["Labels"]) == {"bug", "ui"}
    )
    assert place.page()["properties"]["Owner"] == [place.ada.id]
    assert place.page()["id"] == page


@pytest.mark.parametrize(("policy", "winner"), [("github", "To do"), ("notion", "Done")])
def test_at_the_first_tie_a_policy_decides_what_differs(place, policy, winner):
    place.map(f"conflict: {policy}")
    place.opened("Same")
    place.added("Same", Status="Done")
    place.synced()
    assert place.page()["properties"]["Status"] == winner
    assert place.issue()["state"] == ("closed" if winner == "Done" else "open")


def test_a_row_that_is_added_later_ties_its_values_like_a_first_pass(place):
    place.map(fields=FIELDS[:2], births="{pages: true, issues: true, quiet: 0}")
    for title, labels in (("Only GitHub", ["bug"]), ("Only Notion", []), ("Both", ["bug"])):
        place.opened(title, labels=labels)
    place.synced()
    pages = {page["properties"]["Name"]: page["id"] for page in place.pages()}
    place.ada.edit(pages["Only Notion"], {"Labels": ["ui"]})
    place.ada.edit(pages["Both"], {"Labels": ["ui"]})
    place.synced()
    place.map(fields=FIELDS[:3])
    place.synced("--full")
    shown = {page["properties"]["Name"]: set(page["properties"]["Labels"]) for page in place.pages()}
    assert shown == {"Only GitHub": {"bug"}, "Only Notion": {"ui"}, "Both": {"bug", "ui"}}
    assert place.differences() == []


# -- the database is lost, or an old one comes back --------------------------------------------------------------------


def test_a_lost_database_is_rebuilt_from_the_marks_without_a_birth_or_a_deletion(tied):
    tied.ada.edit(tied.pages()[0]["id"], {"Status": "In progress"})
    tied.synced()
    before = (len(tied.issues()), len(tied.pages()))
    forget(tied)
    assert writes(tied) == {}
    assert (len(tied.issues()), len(tied.pages())) == before
    tied.person().edit(REPOSITORY, 1, title="Renamed")
    assert writes(tied) == {("notion", "update"): 1}


def test_an_old_backup_of_the_database_repeats_nothing_and_loses_no_edit(tied):
    backup = tied.folder / "backup.db"
    shutil.copy(tied.folder / "tandem.db", backup)
    tied.opened("Born after the backup")
    tied.added("Page after the backup", Status="To do")
    tied.person().edit(REPOSITORY, 1, title="Edited and synced")
    tied.synced()
    tied.person().edit(REPOSITORY, 2, title="Edited since")
    forget(tied)
    shutil.copy(backup, tied.folder / "tandem.db")
    tied.running.clock.advance(300)
    done = tied.synced("--full")
    assert counts(done) == {("notion", "update"): 1}
    assert (len(tied.issues()), len(tied.pages()), tied.duplicates()) == (MANY + 2, MANY + 2, 0)
    assert tied.differences() == []


# -- the mapping is changed --------------------------------------------------------------------------------------------


def test_a_mapping_that_is_narrowed_parks_what_leaves_and_writes_and_deletes_nothing(tied):
    tied.person().label(REPOSITORY, 1, "wontsync")
    tied.synced()
    narrowed = tied.file.read_text().replace(f"[{REPOSITORY}]", f"[{REPOSITORY}], exclude_labels: [wontsync]")
    tied.file.write_text(narrowed)
    assert writes(tied, "--full") == {}
    tied.person().edit(REPOSITORY, 1, title="Outside")
    tied.person().edit(REPOSITORY, 2, title="Inside")
    assert writes(tied, "--full") == {("notion", "update"): 1}
    assert len(tied.pages()) == MANY


def test_a_mapping_that_points_to_another_repository_parks_everything_and_deletes_nothing(tied):
    tied.running.github.add_repository(OTHER, access=dict.fromkeys(("octocat", "ada", "grace"), "push"))
    tied.person().create(OTHER, "Of the web")
    old = tied.file.read_text()
    tied.file.write_text(old.replace(REPOSITORY, OTHER))
    done = tied.run("sync", "--full")
    assert counts(done.only) == {("notion", "create"): 1}
    assert len(tied.pages()) == MANY + 1
    assert {issue["state"] for issue in tied.issues().values()} == {"open"}
    tied.file.write_text(old)
    tied.run("sync", "--full")
    tied.person().edit(REPOSITORY, 1, title="Renamed")
    assert writes(tied)["notion", "update"] == 1


def test_a_mapping_that_points_to_another_database_is_a_new_first_pass_there_and_deletes_nothing(tied):
    old = tied.ids
    tied.ids = database(tied.running.notion, "Another")
    tied.map()
    done = tied.run("sync", "--full")
    assert counts(done.only).keys() <= {("notion", "create")}, done.document
    assert len(tied.pages()) in (0, MANY)
    tied.ids = old
    assert len(tied.pages()) == MANY
    assert {issue["state"] for issue in tied.issues().values()} == {"open"}


# -- one side suddenly empty -------------------------------------------------------------------------------------------


def test_where_all_pages_are_trashed_at_once_no_issue_is_closed_until_a_person_says_so(tied):
    for page in tied.pages():
        tied.ada.trash(page["id"])
    ran = tied.run("sync", "--full")
    assert (ran.code, ran.only["refused"]["guard"]) == (3, "max_destructive")
    assert {issue["state"] for issue in tied.issues().values()} == {"open"}
    assert tied.run("sync", "--full").code == 3, "asking again changes nothing"
    tied.synced("--full", "--yes")
    assert {issue["state"] for issue in tied.issues().values()} == {"closed"}


def test_where_all_issues_are_deleted_at_once_no_page_is_trashed_until_a_person_says_so(tied):
    for number in range(1, MANY + 1):
        tied.person().delete(REPOSITORY, number)
    ran = tied.run("sync", "--full")
    assert (ran.code, ran.only["refused"]["guard"]) == (3, "max_destructive")
    assert len(tied.pages()) == MANY
    tied.synced("--yes")
    assert tied.pages() == []


def test_where_all_titles_are_overwritten_at_once_none_is_until_a_person_says_so(tied):
    for number, page in enumerate(tied.pages()):
        tied.ada.edit(page["id"], {"Name": f"Imported {number}", **({"Labels": ["ui"]} if not number else {})})
    ran = tied.run("sync")
    assert (ran.code, ran.only["refused"]["guard"]) == (3, "max_overwrites")
    assert all(issue["title"].startswith("Issue") for issue in tied.issues().values())
    assert sum("ui" in {each["name"] for each in issue["labels"]} for issue in tied.issues().values()) == 1
    tied.synced("--yes")
    assert all(issue["title"].startswith("Imported") for issue in tied.issues().values())


# -- who may be born ---------------------------------------------------------------------------------------------------


def test_births_wait_for_their_conditions_and_happen_once_they_hold(place):
    place.map(births="{pages: {when: {state: open}}, issues: {when: {Status: [In progress, Done]}}, quiet: 0}")
    place.opened("Open")
    place.opened("Closed")
    place.person().close(REPOSITORY, 2)
    page = place.added("Idea", Status="To do")
    place.added("At work", Status="In progress")
    place.synced()
    assert {issue["title"] for issue in place.issues().values()} == {"Open", "Closed", "At work"}
    assert {each["properties"]["Name"] for each in place.pages()} == {"Open", "Idea", "At work"}
    place.person().reopen(REPOSITORY, 2)
    place.ada.edit(page, {"Status": "In progress"})
    place.synced()
    assert len(place.issues()) == len(place.pages()) == 4
    assert place.differences() == []


def test_where_nobody_may_be_born_pairs_go_on_and_nothing_is_made(place):
    place.opened("Pair")
    place.added("Pair", Status="To do")
    place.opened("Alone")
    place.added("Also alone", Status="To do")
    place.map(births="{pages: false, issues: false, quiet: 0}")
    assert counts(place.synced()).keys() == {("notion", "update")}
    place.person().edit(REPOSITORY, 1, title="Renamed")
    assert counts(place.synced()) == {("notion", "update"): 1}
    assert (len(place.issues()), len(place.pages())) == (2, 2)


def test_a_page_without_a_title_gives_no_birth_until_it_has_one(place):
    page = place.added("", Status="To do")
    place.synced()
    assert place.issues() == {}
    place.ada.edit(page, {"Name": "Named"})
    place.synced()
    assert len(place.issues()) == 1


# -- several mappings --------------------------------------------------------------------------------------------------


def test_two_mappings_share_a_data_source_where_one_alone_creates_issues(place):
    place.running.github.add_repository(OTHER, access=dict.fromkeys(("octocat", "ada", "grace"), "push"))
    place.opened("Of the API")
    place.person().create(OTHER, "Of the web")
    second = place.file.parent / "web.yaml"
    second.write_text(place.file.read_text().replace(REPOSITORY, OTHER))
    ran = place.run("sync")
    assert ran.code == 1
    assert "data source" in str(ran.document)
    second.write_text(second.read_text().replace("issues: true", "issues: false"))
    assert place.run("check").code == 0
    place.run("sync")
    place.run("sync")
    links = sorted(page["properties"]["GitHub"] for page in place.pages())
    assert len(links) == 2, links
    assert OTHER in links[1]
    for _ in range(2):
        before = place.count("writes")
        ran = place.run("sync", "--full")
        assert (ran.code, place.count("writes")) == (0, before), ran.document


def test_two_mappings_of_one_name_are_a_fault_and_neither_runs(place):
    (place.file.parent / "copy.yaml").write_text(f"name: roadmap\n{place.file.read_text()}")
    place.opened("First")
    assert place.run("sync").code == 1
    assert place.pages() == []
    assert place.run("check").code == 1


# -- people decide, records heal ---------------------------------------------------------------------------------------


def test_many_conflicts_are_resolved_at_once_of_one_field_or_of_all(tied):
    tied.map("conflict: hold")
    for number, page in enumerate(sorted(tied.pages(), key=lambda each: each["properties"]["Name"])[:4]):
        issue = int(page["properties"]["GitHub"].rpartition("/")[2])
        state = {"Status": "Won't do"} if number < 2 else {}
        tied.ada.edit(page["id"], {"Name": f"Notion {number}", **state})
        tied.person().edit(REPOSITORY, issue, title=f"GitHub {number}")
        if state:
            tied.person().close(REPOSITORY, issue)
    assert tied.run("sync").code == 3
    assert len(held(tied)) == 6
    assert tied.run("conflicts", "resolve", "--all", "--use", "github").code == 1
    done = tied.run("conflicts", "resolve", "--all", "--mapping", "roadmap", "--field", "state", "--use", "github")
    assert (done.code, done.document["resolved"]) == (0, 2)
    tied.run("sync")
    assert {each["field"] for each in held(tied)} == {"title"}
    assert (
        tied.run("conflicts", "resolve", "--all", "--mapping", "roadmap", "--use", "notion").document["resolved"] == 4
    )
    tied.synced()
    assert held(tied) == []
    assert tied.differences() == []


def test_a_record_that_is_refused_waits_by_itself_and_heals_once_it_can_be_written(tied):
    page = tied.pages()[0]
    tied.ada.edit(page["id"], {"Name": "x" * 300})
    tied.person().edit(REPOSITORY, 5, title="Others go on")
    ran = tied.run("sync")
    assert (ran.code, ran.only["failed"]) == (3, 1)
    assert "Others go on" in {each["properties"]["Name"] for each in tied.pages()}
    tied.ada.edit(page["id"], {"Name": "Short again"})
    tied.synced()
    assert tied.run("failures").document["failures"] == []
    assert tied.run("status").code == 0


def test_five_faults_are_five_findings_at_their_lines(place):
    place.map(
        "colour: red",
        fields=(
            "{github: title, notion: Nmae}",
            "{github: state, notion: Labels}",
            "{github: labels, notion: Labels, direction: sideways}",
            '{github: milestone, notion: Priority, values: {"1.0": Highest}}',
        ),
    )
    findings = [each for each in place.run("check").document["findings"] if each["level"] == "fault"]
    assert len(findings) == 5, findings
    assert len({each["line"] for each in findings}) == 5
    assert all(each["file"] and each["message"] for each in findings)


# -- what a plan says comes true ---------------------------------------------------------------------------------------


def test_the_calls_that_a_plan_tells_are_the_calls_that_the_pass_makes(tied):
    tied.opened("Born on GitHub", labels=["bug"])
    tied.added("Born in Notion", Status="To do")
    tied.added("Born closed", Status="Won't do")
    pages = tied.pages()
    tied.ada.edit(pages[0]["id"], {"Status": "Done"})
    tied.ada.trash(pages[1]["id"])
    tied.person().edit(REPOSITORY, 7, title="Renamed")
    tied.person().delete(REPOSITORY, 8)
    told = tied.run("plan", "--full").only
    done = tied.run("sync", "--full").only
    assert len(told["operations"]) <= sum(counts(done).values())
    assert done["calls"] == told["calls"]


@pytest.mark.parametrize("how", ["markdown", "blocks"])
def test_a_plan_counts_what_a_value_or_a_text_entails(place, how):
    place.set(NOTION_BODY=how)
    place.map(fields=(*FIELDS, "{github: milestone, notion: Priority}", "{github: body, notion: content}"))
    place.opened("Tied")
    place.synced("--full")
    place.ada.edit(place.page()["id"], {"Priority": "High"})
    place.person().edit(REPOSITORY, 1, body="A text, and *more*.")
    place.opened("Born with a text", body="Some words.\n\nMore of them.")
    told = place.run("plan").only
    done = place.run("sync").only
    assert done["calls"] == told["calls"]


def test_the_seconds_that_a_plan_tells_are_what_the_budgets_make_of_its_calls(place):
    place.set(NOTION_REQUESTS_PER_MINUTE="60")
    for number in range(12):
        place.opened(f"Issue {number}")
    told = place.run("plan").only
    ran = place.run("sync")
    assert told["seconds"] > 5
    assert ran.document["seconds"] >= 0.8 * told["seconds"], (told["seconds"], ran.document["seconds"])
