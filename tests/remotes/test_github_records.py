from __future__ import annotations

import pytest

from sync.core.errors import Rejected
from sync.core.model import UNREAD, Facet, Kind, Put, Side
from sync.remotes.github import records
from tests.remotes import truth
from tests.remotes.shapes import issue

PAGE = "38c9ce7b-60a4-8186-b51f-ce28be392a4a"


def put(name, value, kind=Kind.TEXT):
    return Put(Facet(Side.GITHUB, name, name, kind), value)


def test_a_record_says_where_the_issue_is_and_when_it_changed():
    seen = records.record(issue(7), "515")
    assert (seen.ref.id, seen.ref.container, seen.ref.number) == ("4570000007", "515", 7)
    assert seen.label == "acme/api#7"
    assert seen.address == "https://github.example/acme/api/issues/7"
    assert seen.time.isoformat() == "2026-11-23T10:00:00+00:00"
    assert seen.read("body") is UNREAD


def test_empty_is_none_whatever_shape_the_emptiness_has():
    fields = records.fields(issue(title="", labels=[], assignees=[], milestone=None, user=None, type=None))
    empty = ("title", "labels", "assignees", "milestone", "author", "type", "closed_at", "mark")
    assert {name: fields[name] for name in empty} == dict.fromkeys(empty)


def test_a_title_keeps_its_edges_and_has_one_kind_of_line_end():
    assert records.fields(issue(title="  two\r\nlines "))["title"] == "  two\nlines "


def test_names_are_sorted_without_twins_that_differ_in_case_alone():
    raw = issue(labels=[{"name": "ui"}, {"name": "Bug"}, "bug"], assignees=[{"login": "Zoe"}, {"login": "ada"}])
    assert records.fields(raw)["labels"] == ("Bug", "ui")
    assert records.fields(raw)["assignees"] == ("ada", "Zoe")


@pytest.mark.parametrize(
    ("state", "reason", "canonical"),
    [
        ("open", None, "open"),
        ("open", "reopened", "open"),
        ("closed", "completed", "closed:completed"),
        ("closed", "not_planned", "closed:not_planned"),
        ("closed", "duplicate", "closed:duplicate"),
        ("closed", None, "closed"),
    ],
)
def test_a_state_carries_its_reason(state, reason, canonical):
    assert records.fields(issue(state=state, state_reason=reason))["state"] == canonical


@pytest.mark.parametrize(
    "body",
    [
        records.marked("", PAGE),
        records.marked("Text", PAGE),
        records.marked("Text", PAGE).replace("\n", "\r\n"),
        records.marked("Text", PAGE.upper()) + "  \n\n",
        records.marked("Text", PAGE.replace("-", "")),
        records.marked(records.marked("Text", PAGE.replace("3", "4")), PAGE),
        f"<!--tandem:page={PAGE}-->\n\nA line that somebody added",
    ],
)
def test_a_mark_is_found_in_every_form_that_a_body_comes_back_in(body):
    assert records.fields(issue(body=body))["mark"] == PAGE


@pytest.mark.parametrize(
    "body",
    [None, "", "Text", f"> {records.marked('', PAGE)}", f"see `{records.marked('', PAGE)}`", "<!-- tandem:page=x -->"],
)
def test_what_is_quoted_or_no_mark_is_nobodys_mark(body):
    assert records.fields(issue(body=body))["mark"] is None


def test_what_an_answer_lacks_is_unread_and_not_empty():
    raw = issue()
    del raw["body"]
    seen = records.record(raw, "515")
    assert {name: seen.read(name) for name in ("mark", "type", "reactions")} == dict.fromkeys(
        ("mark", "type", "reactions"), UNREAD
    )


def test_only_the_given_fields_are_written_and_a_state_goes_with_its_reason():
    assert records.body_of([put("state", "closed:not_planned")]) == {"state": "closed", "state_reason": "not_planned"}
    assert records.body_of([put("state", "open")]) == {"state": "open"}
    assert records.body_of([put("labels", None, Kind.CHOICES), put("assignees", ("ada",), Kind.PEOPLE)]) == {
        "labels": [],
        "assignees": ["ada"],
    }
    assert records.body_of([put("milestone", None), put("type", "Bug")]) == {"milestone": None, "type": "Bug"}


def test_a_read_only_field_is_refused():
    with pytest.raises(Rejected):
        records.body_of([put("author", "ada")])


def issues_in(body):
    found = body if isinstance(body, list) else [body]
    return [raw for raw in found if isinstance(raw, dict) and {"number", "labels_url", "state"} <= raw.keys()]


@truth.needed
def test_every_recorded_issue_is_read():
    seen = 0
    for name, exchange in truth.all_recorded("github"):
        for raw in issues_in(exchange["response"]["body"]):
            if "repository_url" in raw and records.is_issue(raw):
                record = records.record(raw, "1")
                assert record.label.endswith(f"#{raw['number']}"), name
                assert all(value not in ("", ()) for value in record.fields.values()), name
                seen += 1
    assert seen >= 15


@truth.needed
def test_every_real_issue_is_read_and_pull_requests_are_told_apart():
    tool = truth.tool("issues_real")
    rows = [tool.expand(row, "acme/api") for row in tool.rows(truth.FOLDER / "github-issues-real.jsonl.gz")]
    issues = [records.record(raw, "1") for raw in rows if records.is_issue(raw)]
    assert (len(issues), len(rows) - len(issues)) == (1814, 2483)
    states = {str(each.read("state")) for each in issues}
    assert (
        {"open", "closed:completed", "closed:not_planned"}
        <= states
        <= {"open", "closed", "closed:completed", "closed:not_planned", "closed:duplicate"}
    )
    assert all("\r" not in str(each.read("title")) for each in issues)


@truth.needed
def test_what_is_written_is_what_github_describes():
    puts = [
        put("title", "Title"),
        put("labels", ("a", "b"), Kind.CHOICES),
        put("assignees", None, Kind.PEOPLE),
        put("type", "Bug"),
    ]
    born = records.body_of([*puts, put("mark", PAGE)])
    edited = records.body_of([*puts, put("state", "closed:duplicate")]) | {"milestone": 3}
    assert truth.faults("github", "POST", "/repositories/1/issues", born) == []
    assert truth.faults("github", "PATCH", "/repositories/1/issues/7", edited) == []
