"""`tandem explain`: the life of a link, and why nothing is done; neither service is asked, no token is needed."""

from __future__ import annotations

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.cli.session import state
from tests.acceptance.place import FIELDS

ISSUE = f"{REPOSITORY}#1"


def explained(place, record=ISSUE):
    """Explain a record while both services are out of reach."""
    place.set(GITHUB_TOKEN=None, NOTION_TOKEN=None, REDIS_URL="redis://127.0.0.1:1")
    before = place.running.github.issues(REPOSITORY)
    ran = place.run("explain", record)
    code, told = place.told("explain", record)
    assert (ran.code, code) == (0, 0), ran.document
    assert "Traceback" not in told
    assert place.running.github.issues(REPOSITORY) == before
    return ran.document, told


def test_the_life_of_a_link_is_told_in_its_order_with_reasons_and_what_was_replaced(place):
    place.opened("First")
    place.synced()
    place.person().edit(REPOSITORY, 1, title="Renamed")
    done = place.synced()
    document, told = explained(place)
    assert (document["issue"], document["page"]) == (ISSUE, place.page()["id"])
    assert document["link"]["state"] == "linked"
    written = [each for each in document["life"] if each["event"] == "wrote"]
    assert [each["action"] for each in written] == ["create", "update"]
    assert written[1]["changed"]["Name"] == {"from": "First", "to": "Renamed"}
    assert written[1]["pass_id"] == done["pass_id"]
    assert "title changed on one side" in written[1]["reason"]
    assert [each["at"] for each in document["life"]] == sorted(each["at"] for each in document["life"])
    assert document["why"] == ["nothing is to be done: both sides show what they showed when they last agreed"]
    assert "Renamed" in told
    assert "nothing is to be done" in told


def test_a_record_is_found_by_every_name_that_people_have_for_it(place):
    issue = place.opened("First")
    place.synced()
    page = place.page()["id"]
    bare = page.replace("-", "")
    names = [
        *(ISSUE, ISSUE.upper(), issue["html_url"], f"{issue['html_url']}#issuecomment-5", page, bare),
        *(f"https://www.notion.so/acme/First-{bare}?pvs=4", f"https://app.notion.com/p/{bare}"),
        f"https://www.notion.so/acme/{place.ids.database.replace('-', '')}?v={'0' * 32}&p={bare}&pm=s",
    ]
    for name in names:
        assert place.run("explain", name).document["issue"] == ISSUE, name


def test_every_field_shows_both_sides_and_what_both_last_agreed_on(place):
    place.map("conflict: hold")
    place.opened("First", labels=["bug"])
    place.synced()
    place.person().edit(REPOSITORY, 1, title="Of GitHub")
    place.ada.edit(place.page()["id"], {"Name": "Of Notion"})
    place.run("sync")
    document, told = explained(place)
    title = next(each for each in document["fields"] if each["field"] == "title")
    assert title["github"] == {"name": "title", "value": "Of GitHub"}
    assert title["notion"] == {"name": "Name", "value": "Of Notion"}
    assert title["base"] == {"github": "First", "notion": "First"}
    (conflict,) = document["conflicts"]
    assert f"tandem conflicts resolve {conflict['id']}" in document["why"][0]
    assert "held" in told


def test_what_the_other_side_cannot_say_is_told(place):
    place.opened("First", labels=["bug", "one, two"])
    place.synced()
    document, _ = explained(place)
    assert document["unmapped"] == [{"side": "github", "field": "labels", "value": "one, two"}]
    assert document["why"] == ["github shows 'one, two' in labels, which no row can say on the other side"]


def test_a_refused_write_is_told_with_its_cure(place):
    page = place.added("x" * 300, Status="To do")
    place.run("sync")
    document, _ = explained(place, page)
    assert document["link"]["state"] == "claimed"
    assert document["failure"]["action"] == "create"
    assert "256" in document["why"][0]


def test_what_a_guard_holds_back_says_so(place):
    place.map("guards: {max_new_issues: 0}")
    page = place.added("First", Status="To do")
    place.run("sync")
    document, _ = explained(place, page)
    assert "max_new_issues" in document["why"][0]
    assert "`tandem sync roadmap --yes`" in document["why"][0]
    assert document["withheld"] == "max_new_issues"


@pytest.mark.parametrize(
    ("births", "why"),
    [
        ("{pages: false, issues: false}", "create.pages is off"),
        ("{pages: {when: {state: closed}}, issues: false}", "create.when does not hold"),
    ],
)
def test_a_record_without_a_partner_says_why(place, births, why):
    place.map(births=births)
    place.opened("First")
    place.run("sync")
    document, told = explained(place)
    assert (document["link"], document["page"]) == (None, None)
    assert why in document["why"][0]
    assert "without a partner" in told


def test_a_quarantined_copy_says_what_to_do(place):
    place.opened("First")
    place.synced()
    copy = place.ada.duplicate(place.page()["id"])
    place.run("sync")
    document, _ = explained(place, copy)
    assert document["link"] is None
    assert "a copy?" in document["quarantined"]
    assert document["quarantined"] in document["why"][0]


def test_a_link_whose_page_was_trashed_is_parked_and_says_why(place):
    place.opened("First")
    place.synced()
    place.ada.trash(place.page()["id"])
    place.synced("--full")
    document, _ = explained(place)
    assert document["link"]["state"] == "parked"
    assert "the page: it is in the trash" in document["why"]


def test_a_mapping_that_rests_says_so(place):
    place.opened("First")
    place.synced()
    with state() as store:
        store.stop("roadmap", "a person wants quiet")
    assert explained(place)[0]["why"] == ["the mapping rests: a person wants quiet"]


@pytest.mark.parametrize(
    ("record", "word"),
    [
        (f"{REPOSITORY}#77", "no mapping has seen"),
        ("acme/ap#1", "repository of no mapping"),
        ("38c9ce7b-60a4-8186-b51f-ce28be392a4a", "no mapping has seen"),
        ("what is this", "names no issue and no page"),
        ("http://[", "names no issue and no page"),
        (f"{REPOSITORY}#{'9' * 5000}", "names no issue and no page"),
        ("", "names no issue and no page"),
    ],
)
def test_a_record_that_nobody_knows_is_an_error_with_a_cure(place, record, word):
    place.opened("First")
    place.synced()
    ran = place.run("explain", record)
    assert ran.code == 1
    assert word in ran.document["error"]["message"]
    code, told = place.told("explain", record)
    assert code == 1
    assert len(told.splitlines()) > 1


def test_a_body_is_explained_like_any_other_field(place):
    place.map(fields=(*FIELDS, "{github: body, notion: content}"))
    place.opened("First", body="One *word*.")
    place.synced("--full")
    document, _ = explained(place)
    standing = {each["github"]["name"]: each["standing"] for each in document["fields"]}
    assert standing["body"] in ("in step", "sent, not shown back yet")
