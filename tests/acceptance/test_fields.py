"""Everything a row can say, through real HTTP: each field of an issue with each type of property that fits it."""

from __future__ import annotations

import pytest

from sync.cli.sandbox import REPOSITORY
from tests.acceptance.desk import TYPED, Desk
from tests.acceptance.rows import BOTH, options


@pytest.mark.parametrize("name", BOTH)
def test_a_row_carries_births_and_edits_both_ways_and_then_rests(name, place):
    case = BOTH[name]
    desk = Desk(place, case.row, case.column)
    desk.opens(case.born[0])
    place.synced()
    assert desk.shown() == case.born[1]
    desk.edits(case.edited[0])
    place.synced()
    assert desk.shown() == case.edited[1]
    desk.writes(case.notion[0])
    place.synced()
    issue = desk.issue()
    assert {key: issue[key] for key in case.notion[1]} == case.notion[1]
    assert desk.shown() == (sorted(case.notion[0]) if isinstance(case.notion[0], list) else case.notion[0])
    assert not any(sum(kinds.values()) for kinds in place.synced("--full")["writes"].values())


def test_an_issue_is_born_with_all_that_its_page_says(place):
    desk = Desk(place, "{github: 'labels:points/*', notion: X}", {"number": {}})
    for name, column in (
        ("Labels2", options("multi_select", "bug")),
        ("Milestone", options("select", "M1")),
        ("Type", options("select", "Bug")),
    ):
        place.ada.add_property(place.ids.data_source, name, column)
    rows = ["title, notion: Name", "'labels:points/*', notion: X", "labels, notion: Labels2"]
    rows += ["milestone, notion: Milestone", "type, notion: Type", "assignees, notion: Owner"]
    place.map(fields=[f"{{github: {row}}}" for row in rows], repository=TYPED)
    ada = place.ada.id
    place.added("Born", X=3, Labels2=["bug"], Milestone="M1", Type="Bug", Owner=[ada])
    place.synced()
    assert desk.issue() == {
        "title": "Born",
        "state": "open",
        "labels": ["bug", "points/3"],
        "assignees": ["ada"],
        "milestone": "M1",
        "type": "Bug",
    }


READ_ONLY = {
    "number": ({"number": {}}, lambda raw: raw["number"]),
    "url": ({"url": {}}, lambda raw: raw["html_url"]),
    "author": ({"select": {"options": []}}, lambda raw: raw["user"]["login"]),
    "created_at": ({"date": {}}, lambda raw: raw["created_at"]),
    "updated_at": ({"date": {}}, lambda raw: raw["updated_at"]),
    "closed_at": ({"date": {}}, lambda raw: raw["closed_at"]),
    "comment_count": ({"number": {}}, lambda raw: raw["comments"]),
    "reactions": ({"number": {}}, lambda raw: raw["reactions"]["total_count"]),
    "locked": ({"checkbox": {}}, lambda raw: raw["locked"]),
    "repository": ({"select": {"options": []}}, lambda _raw: TYPED),
}
AS_TEXT = {"number": str, "comment_count": str, "reactions": str, "locked": lambda value: str(value).lower()}


@pytest.mark.parametrize("text", [False, True])
def test_what_cannot_be_written_on_github_flows_to_notion_alone(text, place):
    place.sandbox_types()
    for name, (column, _) in READ_ONLY.items():
        place.ada.add_property(place.ids.data_source, f"X {name}", {"rich_text": {}} if text else column)
    rows = [f"{{github: {name}, notion: X {name}}}" for name in READ_ONLY]
    place.map(fields=["{github: title, notion: Name}", *rows], repository=TYPED)
    place.person().create(TYPED, "Some")
    place.synced()
    _expect_read_only(place, text=text)
    place.person().comment(TYPED, 1, "Hello")
    place.person().close(TYPED, 1)
    place.person().lock(TYPED, 1)
    place.ada.edit(place.pages()[0]["id"], {"Name": "Other"})
    place.synced()
    place.synced("--full")
    _expect_read_only(place, text=text)
    document = place.synced("--full")
    assert not any(sum(kinds.values()) for kinds in document["writes"].values())


def _expect_read_only(place, *, text):
    (raw,) = place.running.github.issues(TYPED)
    (page,) = place.pages()
    for name, (_, read) in READ_ONLY.items():
        wanted, shown = read(raw), page["properties"][f"X {name}"]
        if name.endswith("_at") and shown:
            assert str(shown)[:16] == wanted[:16], name
        elif text and wanted is not None:
            assert shown == AS_TEXT.get(name, str)(wanted), name
        else:
            assert (shown or None) == (wanted or None), name


def test_the_author_is_a_person_where_users_knows_the_login(place):
    place.ada.add_property(place.ids.data_source, "By", {"people": {}})
    place.map(fields=["{github: title, notion: Name}", "{github: author, notion: By}"])
    place.person("ada").create(REPOSITORY, "One")
    place.person("stranger").create(REPOSITORY, "Two")
    document = place.synced()
    shown = {page["properties"]["Name"]: page["properties"]["By"] for page in place.pages()}
    assert shown == {"One": [place.ada.id], "Two": []}
    assert document["unmapped"] == 1


def test_plain_labels_leave_the_families_of_other_rows_alone(place):
    rows = ("{github: labels, notion: Labels}", "{github: 'labels:priority/*', notion: Priority}")
    place.map(fields=["{github: title, notion: Name}", *rows])
    place.opened(labels=["bug", "priority/high"])
    place.synced()
    page = place.page()["properties"]
    assert (page["Labels"], page["Priority"]) == (["bug"], "high")
    place.ada.edit(place.page()["id"], {"Labels": ["bug", "ui"], "Priority": "low"})
    place.synced()
    assert sorted(label["name"] for label in place.issue()["labels"]) == ["bug", "priority/low", "ui"]
    place.ada.edit(place.page()["id"], {"Labels": ["bug", "ui", "priority/typed"]})
    assert place.synced()["unmapped"] == 1
    place.ada.edit(place.page()["id"], {"Labels": []})
    place.synced()
    assert [label["name"] for label in place.issue()["labels"]] == ["priority/low"]


def test_two_labels_of_one_family_are_neither_guessed_nor_blanked(place):
    place.map(fields=["{github: title, notion: Name}", "{github: 'labels:priority/*', notion: Priority}"])
    place.opened(labels=["priority/high"])
    place.synced()
    place.person().label(REPOSITORY, 1, "priority/low")
    document = place.synced()
    assert place.page()["properties"]["Priority"] == "high"
    assert document["unmapped"] == 2
    place.person().unlabel(REPOSITORY, 1, "priority/high")
    assert place.synced()["unmapped"] == 0
    assert place.page()["properties"]["Priority"] == "low"


def test_a_label_that_is_no_number_stays_on_its_own_side(place):
    place.ada.add_property(place.ids.data_source, "Estimate", {"number": {}})
    place.map(fields=["{github: title, notion: Name}", "{github: 'labels:points/*', notion: Estimate}"])
    place.opened(labels=["points/many"])
    document = place.synced()
    assert document["unmapped"] == 1
    assert place.page()["properties"]["Estimate"] is None
    assert [label["name"] for label in place.issue()["labels"]] == ["points/many"]


CONSTANTS = {
    "select": (options("select", "API"), "API", "API"),
    "multi": (options("multi_select", "API"), "API", ["API"]),
    "text": ({"rich_text": {}}, "Some text", "Some text"),
    "figure": ({"number": {}}, "5", 5),
    "half": ({"number": {}}, "2.5", 2.5),
    "box": ({"checkbox": {}}, "true", True),
    "day": ({"date": {}}, "2026-12-01", "2026-12-01"),
    "site": ({"url": {}}, "https://example.com/", "https://example.com/"),
    "mail": ({"email": {}}, "team@example.com", "team@example.com"),
    "phone": ({"phone_number": {}}, "+49 30 1", "+49 30 1"),
    "who": ({"people": {}}, "ada@example.com", None),
}


def test_constants_are_written_when_a_page_is_born_or_adopted_and_never_again(place):
    rows = ["{github: title, notion: Name}"]
    for name, (column, text, _) in CONSTANTS.items():
        place.ada.add_property(place.ids.data_source, name, column)
        rows.append(f"{{constant: {text}, notion: {name}}}")
    place.map(fields=rows)
    place.opened("Born")
    place.opened("By title")
    place.opened("By link")
    place.added("By title")
    place.added("Other", GitHub=place.issue(3)["html_url"])
    place.run("sync")
    wanted = {name: value for name, (_, _, value) in CONSTANTS.items()} | {"who": [place.ada.id]}
    for page in place.pages():
        assert {name: page["properties"][name] for name in wanted} == wanted, page["properties"]["Name"]
    born = next(page for page in place.pages() if page["properties"]["Name"] == "Born")
    place.ada.edit(born["id"], {"text": "Mine", "Name": "Renamed"})
    place.run("sync", "--full")
    kept = next(page for page in place.pages() if page["id"] == born["id"])
    assert kept["properties"]["text"] == "Mine"


def test_a_page_is_born_in_the_repository_that_it_names_and_follows_it_afterwards(place):
    place.sandbox_types()
    place.ada.add_property(place.ids.data_source, "Repository", options("select", TYPED, "api", "Elsewhere"))
    place.map(
        fields=["{github: title, notion: Name}", "{github: repository, notion: Repository}"],
        repository=f"{REPOSITORY}, {TYPED}",
    )
    place.added("Full name", Repository=TYPED)
    place.added("Short name", Repository="api")
    place.added("Nothing")
    elsewhere = place.added("Elsewhere", Repository="Elsewhere")
    place.synced()
    place.synced()
    there = {name: {raw["title"] for raw in place.running.github.issues(name)} for name in (REPOSITORY, TYPED)}
    assert there == {REPOSITORY: {"Short name", "Nothing"}, TYPED: {"Full name"}}
    shown = {page["properties"]["Name"]: page["properties"]["Repository"] for page in place.pages()}
    assert shown == {"Full name": TYPED, "Short name": "api", "Nothing": REPOSITORY, "Elsewhere": "Elsewhere"}
    place.ada.edit(elsewhere, {"Repository": TYPED})
    place.synced()
    assert {raw["title"] for raw in place.running.github.issues(TYPED)} == {"Full name", "Elsewhere"}


SOURCES = {
    "unique_id": ("title", {"unique_id": {"prefix": "T"}}, "title", "T-1"),
    "created_by": ("assignees", {"created_by": {}}, "assignees", ["ada"]),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_what_notion_fills_by_itself_is_a_source(kind, place):
    github, column, key, wanted = SOURCES[kind]
    desk = Desk(place, f"{{github: {github}, notion: X}}", column)
    rows = [] if github == "title" else ["{github: title, notion: Name}"]
    place.map(fields=[*rows, f"{{github: {github}, notion: X}}"], repository=TYPED)
    place.added("Some")
    place.synced()
    assert desk.issue()[key] == wanted


FAULTS = {
    "{github: labels, notion: Size}": "is of type number, which does not fit: multi_select or rich_text is needed",
    "{github: title, notion: Made, direction: both}": "Notion fills property 'Made' of type unique_id by itself",
    "{github: number, notion: Made}": "is of type unique_id, which does not fit",
    "{github: labels, notion: Labels, transform: {prefix: x}}": "a prefix stands in front of text only",
    "{github: title, notion: Text, transform: {join: x}}": "only a set is joined to one text",
    "{github: 'labels:a/*', notion: Priority, values: {b: hihg}}": "property 'Priority' has no option 'hihg'",
    "{constant: many, notion: Size}": "'many' is no number",
    "{constant: maybe, notion: Box}": "'maybe' is neither true nor false",
    "{constant: soon, notion: Day}": "'soon' is no date",
    "{constant: nobody, notion: Owner}": "Notion shows no user 'nobody'",
}


@pytest.mark.parametrize("row", FAULTS)
def test_a_row_that_cannot_work_is_a_fault_at_its_line(row, place):
    for name, kind in (("Size", "number"), ("Text", "rich_text"), ("Box", "checkbox"), ("Day", "date")):
        place.ada.add_property(place.ids.data_source, name, {kind: {}})
    place.ada.add_property(place.ids.data_source, "Made", {"unique_id": {}})
    first = () if "title" in row else ("{github: title, notion: Name}",)
    place.map(fields=[*first, row])
    ran = place.run("check")
    (fault,) = [finding for finding in ran.document["findings"] if finding["level"] == "fault"]
    assert FAULTS[row] in fault["message"]
    assert fault["line"] == place.file.read_text().splitlines().index(f"  - {row}") + 1
    assert fault["cure"]
    assert ran.code == 1


def test_a_repository_without_issue_types_is_warned_of(place):
    place.map(fields=["{github: title, notion: Name}", "{github: type, notion: Priority}"])
    ran = place.run("check")
    assert ran.code == 0
    assert any("no issue types" in finding["message"] for finding in ran.document["findings"])
