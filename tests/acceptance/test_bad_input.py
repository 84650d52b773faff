"""What people get wrong, and what the two services do not take: a clear word about it, and everything else goes on."""

from __future__ import annotations

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.core.model import Side
from tests.acceptance.place import FIELDS, mapping

NOWHERE = "38c9ce7b-60a4-8186-b51f-ce28be392a4a"


def refused(place, *words):
    """Run a pass that must end in an error, and return its message and problems; people read it without a traceback."""
    ran = place.run("sync", *words)
    assert ran.code == 1
    assert ran.document.keys() == {"error"}
    code, told = place.told("sync", *words)
    assert code == 1
    assert "Traceback" not in told
    return ran.document["error"]


def failures(place):
    return place.run("failures").document["failures"]


# -- settings and credentials ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "NOTION_TOKEN"])
def test_a_missing_token_is_named(place, name):
    place.set(**{name: None})
    error = refused(place)
    assert error["message"] == f"{name} is not set"
    assert [each["where"] for each in error["problems"]] == [name]


@pytest.mark.parametrize(("name", "service"), [("GITHUB_TOKEN", "GitHub"), ("NOTION_TOKEN", "Notion")])
def test_a_refused_token_is_told_with_its_cure_and_never_shown(place, name, service):
    place.set(**{name: "sandbox-stranger"})
    error = refused(place)
    assert f"{service} refused the credential" in error["message"]
    assert f"renew {name}" in error["message"]
    assert "stranger" not in str(error)


def test_a_token_that_is_revoked_between_two_passes_writes_nothing_and_resumes_by_itself(place):
    place.opened("First")
    place.synced()
    place.running.github.world.revoke_token("sandbox-github")
    place.ada.edit(place.page()["id"], {"Name": "Renamed"})
    before = place.count("writes")
    refused(place)
    assert place.count("writes") == before
    place.running.github.grant("sandbox-github", "tandem-bot")
    place.synced()
    assert place.issue()["title"] == "Renamed"


# -- the mapping and the live schema -----------------------------------------------------------------------------------


def test_a_database_that_is_not_there_is_named(place):
    place.file.write_text(place.file.read_text().replace(place.ids.database, NOWHERE))
    error = refused(place)
    assert NOWHERE in str(error)
    assert error["problems"][0]["line"] == 3


def test_a_database_that_is_not_shared_is_told_with_its_cure(place):
    place.ada.unshare(place.ids.database)
    refused(place)
    _, told = place.told("sync")
    assert "share" in told


def test_a_database_that_is_unshared_later_pauses_and_deletes_nothing(place):
    place.opened("First")
    place.synced()
    place.ada.unshare(place.ids.database)
    before = place.count("writes")
    refused(place, "--full")
    refused(place)
    assert place.count("writes") == before
    place.ada.share(place.ids.database)
    place.synced("--full")
    assert place.count("writes") == before


@pytest.mark.parametrize("command", ["sync", "plan", "check"])
def test_a_property_of_an_unfitting_type_is_a_fault_with_file_and_line(place, command):
    place.map(fields=("{github: title, notion: Labels}", *FIELDS[1:2]))
    ran = place.run(command)
    assert ran.code == 1
    problems = ran.document["findings"] if command == "check" else ran.document["error"]["problems"]
    assert any(each["line"] == 7 and "Labels" in each["message"] for each in problems)
    assert all(each["file"].endswith("roadmap.yaml") for each in problems)


def test_a_status_that_is_no_option_is_a_fault_with_its_line_and_the_nearest_name(place):
    place.map(fields=(FIELDS[0], "{github: state, notion: Status, values: {open: To-do, closed: Done}}"))
    (problem,) = refused(place)["problems"]
    assert problem["line"] == 8
    assert "To-do" in problem["message"]
    assert problem["nearest"] == "To do"


def test_a_property_that_does_not_exist_is_a_fault_with_the_nearest_name(place):
    place.map(fields=("{github: title, notion: Nmae}", *FIELDS[1:]))
    (problem,) = refused(place)["problems"]
    assert (problem["line"], problem["nearest"]) == (7, "Name")


def test_every_fault_of_a_file_is_told_at_once_and_other_mappings_run(place):
    place.opened("First")
    (place.file.parent / "wrong.yaml").write_text("version: 1\ngithubb: {}\nfields: 7\n")
    ran = place.run("sync")
    assert ran.code == 1
    assert ran.only["converged"]
    assert place.differences() == []
    findings = place.run("check", "--offline").document["findings"]
    assert len(findings) > 2
    assert {each["file"].rpartition("/")[2] for each in findings} == {"wrong.yaml"}
    assert all(each["cure"] for each in findings)


@pytest.mark.parametrize("command", ["plan", "sync"])
def test_a_mapping_that_the_live_schema_makes_faulty_keeps_no_other_from_running(place, command):
    place.opened("First")
    fields = ("{github: title, notion: Nmae}", "{github: labels, notion: Lables}")
    births = "{pages: true, issues: false}"
    (place.file.parent / "first.yaml").write_text(mapping(place.ids.database, fields=fields, births=births))
    ran = place.run(command)
    assert ran.code == 1
    assert ran.only["name"] == "roadmap"
    problems = ran.document["error"]["problems"]
    assert [(each["file"].rpartition("/")[2], each["line"], each["nearest"]) for each in problems] == [
        ("first.yaml", 7, "Name"),
        ("first.yaml", 8, "Labels"),
    ]
    assert len(place.pages()) == (command == "sync")
    assert place.run("status").code == (3 if command == "sync" else 0)


def test_a_mapping_whose_database_is_out_of_sight_keeps_no_other_from_running(place):
    place.opened("First")
    hidden = place.running.notion.create_database("Hidden", {"Name": {"title": {}}, "GitHub": {"url": {}}})
    place.ada.unshare(hidden.database)
    first = mapping(hidden.database, fields=("{github: title, notion: Name}",))
    (place.file.parent / "first.yaml").write_text(first)
    ran = place.run("sync")
    assert ran.code == 1
    assert ran.only["converged"]
    assert "error" in ran.document
    assert len(place.pages()) == 1


def test_every_fault_of_every_mapping_is_told_at_once_where_none_runs(place):
    wrong = ("{github: title, notion: Nmae}",)
    place.map(fields=wrong)
    births = "{pages: true, issues: false}"
    (place.file.parent / "other.yaml").write_text(mapping(place.ids.database, fields=wrong, births=births))
    problems = refused(place)["problems"]
    assert {each["file"].rpartition("/")[2] for each in problems} == {"other.yaml", "roadmap.yaml"}


def test_a_check_that_finds_faults_tells_them_as_any_error_does(place):
    place.map(fields=("{github: title, notion: Nmae}",))
    ran = place.run("check")
    assert ran.code == 1
    assert [each["nearest"] for each in ran.document["findings"]] == ["Name"]
    assert [each["nearest"] for each in ran.document["error"]["problems"]] == ["Name"]


# -- values that one side does not take --------------------------------------------------------------------------------


def test_a_label_with_a_comma_stays_on_github_and_the_rest_flows(place):
    place.opened("First", labels=["bug", "one, two"])
    done = place.synced()
    assert done["unmapped"] == 1
    assert place.page()["properties"]["Labels"] == ["bug"]
    place.ada.edit(place.page()["id"], {"Labels": ["ui"]})
    place.synced()
    assert {label["name"] for label in place.issue()["labels"]} == {"ui", "one, two"}


def test_a_title_too_long_for_github_is_one_failure_with_a_cure_and_the_rest_goes_on(place):
    place.added("x" * 300, Status="To do")
    place.added("Short", Status="To do")
    ran = place.run("sync")
    assert ran.code == 3
    assert {issue["title"] for issue in place.issues().values()} == {"Short"}
    (failure,) = failures(place)
    assert (failure["side"], failure["action"]) == ("github", "create")
    assert "256" in failure["cure"]
    before = place.count("writes")
    assert place.run("sync").code == 3
    assert place.count("writes") == before


def test_a_title_that_was_shortened_is_born_at_last(place):
    page = place.added("x" * 300, Status="To do")
    place.run("sync")
    place.ada.edit(page, {"Name": "Short"})
    place.synced()
    assert place.issue()["title"] == "Short"
    assert failures(place) == []


def eleven(place):
    """Have eleven people work on both sides, and return their pages' ids in Notion."""
    logins = [f"worker-{number}" for number in range(11)]
    for login in logins:
        place.person().allow(REPOSITORY, login, "push")
    people = [place.running.notion.add_user(login.title(), f"{login}@example.com") for login in logins]
    users = ", ".join(f"{login}: {login}@example.com" for login in logins)
    text = place.file.read_text()
    start, end = text.index("users: {"), text.index("}", text.index("users: {"))
    place.file.write_text(f"{text[:start]}users: {{{users}{text[end:]}")
    return people


@pytest.mark.parametrize("refuses", [True, False])
def test_eleven_assignees_are_a_failure_and_the_rest_goes_on(place, refuses):
    people = eleven(place)
    place.faults(Side.GITHUB).switch("assignees_over_limit_refused", refuses)
    place.opened("First")
    place.opened("Second")
    place.synced()
    first, second = sorted(place.pages(), key=lambda page: page["properties"]["Name"])
    place.ada.edit(first["id"], {"Owner": people})
    place.ada.edit(second["id"], {"Owner": people[:2], "Name": "Renamed"})
    assert place.run("sync").code == 3
    (failure,) = failures(place)
    assert failure["issue"] == f"{REPOSITORY}#1"
    assert failure["cure"]
    assert place.issue(2)["title"] == "Renamed"
    assert len(place.issue(2)["assignees"]) == 2
    before = place.count("writes")
    place.run("sync")
    assert place.count("writes") == before


def test_somebody_who_cannot_be_assigned_is_a_failure_that_ends_once_they_can(place):
    place.running.github.add_user("stranger")
    stranger = place.running.notion.add_user("Stranger", "stranger@example.com")
    place.file.write_text(place.file.read_text().replace("users: {", "users: {stranger: stranger@example.com, "))
    place.opened("First")
    place.synced()
    place.ada.edit(place.page()["id"], {"Owner": [stranger]})
    assert place.run("sync").code == 3
    (failure,) = failures(place)
    assert "repository" in failure["cure"]
    place.person().allow(REPOSITORY, "stranger", "push")
    assert place.run("failures", "retry", "--all").document["retried"] == 1
    place.synced()
    assert [each["login"] for each in place.issue()["assignees"]] == ["stranger"]


def test_a_title_that_was_emptied_in_notion_empties_nothing_on_github(place):
    place.opened("First")
    place.opened("Second")
    place.synced()
    page = place.page(place.issue(1)["html_url"])["id"]
    place.ada.edit(page, {"Name": "", "Labels": ["bug"]})
    place.person().edit(REPOSITORY, 2, title="Renamed")
    ran = place.run("sync")
    assert ran.code in (0, 3)
    assert place.issue(1)["title"] == "First"
    assert place.page(place.issue(2)["html_url"])["properties"]["Name"] == "Renamed"
    place.ada.edit(page, {"Name": "Named again"})
    place.run("sync")
    assert place.issue(1)["title"] == "Named again"
    assert [label["name"] for label in place.issue(1)["labels"]] == ["bug"]


@pytest.mark.parametrize(
    "title",
    [
        "👩‍👩‍👧‍👦 family 🏳️‍🌈",
        "תיקון הכניסה",
        "إصلاح \u200fتسجيل الدخول",
        '<b>bold</b> & "quoted" `code` [link](x) \\',
        "e\u0301 decomposed",
        "x" * 256,
    ],
)
def test_a_title_in_any_script_arrives_as_it_is_on_both_sides(place, title):
    place.opened(title)
    place.added(f"{title[:200]} in Notion", Status="To do")
    place.synced()
    assert place.differences() == []
    before = place.count("writes")
    place.synced("--full")
    assert place.count("writes") == before


def test_a_body_with_crlf_keeps_its_mark_and_every_letter(place):
    place.opened("First", body="One\r\n\r\nTwo 🎉\r\n")
    place.synced()
    place.added("Second", Status="To do")
    place.synced()
    born = place.issue(2)
    place.person().edit(REPOSITORY, 2, body=f"{born['body'] or ''}\n\nMore\n")
    place.ada.edit(place.page(born["html_url"])["id"], {"Name": "Renamed"})
    place.synced()
    assert place.issue(1)["body"] == "One\r\n\r\nTwo 🎉\r\n"
    assert place.issue(2)["title"] == "Renamed"
    assert "More" in place.issue(2)["body"]
    place.synced("--full")
    assert len(place.issues()) == len(place.pages()) == 2


# -- what people do to whole records -----------------------------------------------------------------------------------


def test_a_copy_of_a_page_waits_in_quarantine_and_the_original_goes_on(place):
    place.opened("First")
    place.synced()
    original = place.page()["id"]
    copy = place.ada.duplicate(original)
    place.ada.edit(original, {"Name": "Renamed"})
    ran = place.run("sync")
    assert (ran.code, ran.only["quarantined"]) == (3, 1)
    assert place.issue()["title"] == "Renamed"
    assert len(place.issues()) == 1
    place.ada.edit(copy, {"GitHub": None})
    place.synced()
    assert len(place.issues()) == 2
    assert place.differences() == []


def test_a_renamed_repository_goes_on_and_its_links_follow(place):
    place.opened("First")
    place.synced()
    place.person().rename_repository(REPOSITORY, "api-next")
    place.person().edit("acme/api-next", 1, title="Renamed")
    place.ada.edit(place.page()["id"], {"Labels": ["bug"]})
    place.run("sync", "--full")
    place.synced("--full")
    (issue,) = place.running.github.issues("acme/api-next")
    (page,) = place.pages()
    assert (page["properties"]["Name"], page["properties"]["GitHub"]) == ("Renamed", issue["html_url"])
    assert [label["name"] for label in issue["labels"]] == ["bug"]


@pytest.fixture
def reader(place):
    """Work with a token whose user may read and open issues, and label nothing."""
    place.running.github.grant("sandbox-reader", "reader")
    place.person().allow(REPOSITORY, "reader", "pull")
    place.set(GITHUB_TOKEN="sandbox-reader")
    return place


def test_labels_that_github_drops_in_silence_are_told_with_their_cure(reader):
    reader.added("Second", Status="To do", Labels=["bug"])
    assert reader.run("sync").code == 3
    (failure,) = failures(reader)
    assert "not applied" in failure["error"]
    assert "permission" in failure["cure"]
    assert reader.issue()["labels"] == []
    assert reader.page()["properties"]["Labels"] == ["bug"]
    assert reader.page()["properties"]["GitHub"] == reader.issue()["html_url"]
    before = reader.count("writes")
    assert reader.run("sync").code == 3
    assert reader.count("writes") == before
    reader.person().allow(REPOSITORY, "reader", "push")
    reader.run("failures", "retry", "--all")
    reader.synced()
    assert [label["name"] for label in reader.issue()["labels"]] == ["bug"]


def test_a_token_that_may_not_write_stops_the_pass_with_a_cure_and_loses_nothing(reader):
    reader.opened("First")
    reader.synced()
    reader.ada.edit(reader.page()["id"], {"Name": "Renamed"})
    error = refused(reader)
    assert "permission" in error["message"]
    assert reader.page()["properties"]["Name"] == "Renamed"
    reader.person().allow(REPOSITORY, "reader", "push")
    reader.synced()
    assert reader.issue()["title"] == "Renamed"
