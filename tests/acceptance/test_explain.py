"""`tandem explain`: the life of a link, and why nothing is done; neither service is asked, no token is needed."""

from __future__ import annotations

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.cli.session import state
from sync.core.model import Side
from sync.sandbox.seed import populate
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


def test_a_change_that_no_pass_will_carry_says_why_and_does_not_promise_one(place):
    place.map("guards: {max_overwrites: 0}")
    place.opened("First", labels=["bug"])
    place.opened("Second")
    place.synced()
    pages = {page["properties"]["Name"]: page["id"] for page in place.pages()}
    place.ada.add_option(place.ids.data_source, "Status", "Blocked")
    place.ada.edit(pages["First"], {"Status": "Blocked"})
    place.person().edit(REPOSITORY, 2, title="Renamed")
    place.run("sync")
    unmapped, guarded = (place.run("explain", f"{REPOSITORY}#{number}").document["why"] for number in (1, 2))
    assert unmapped == ["notion shows 'Blocked' in state, which no row can say on the other side"]
    (held_back,) = guarded
    assert "a guard holds it back" in held_back


def test_an_emptied_title_is_told_once(place):
    place.opened("First")
    place.synced()
    place.ada.edit(place.page()["id"], {"Name": ""})
    place.run("sync")
    assert explained(place)[0]["why"] == ["notion shows '(empty)' in title, which no row can say on the other side"]


def test_an_edit_against_a_rows_direction_says_that_it_flows_nowhere(place):
    place.map(fields=("{github: title, notion: Name, direction: to_notion}",))
    place.opened("First")
    place.synced()
    place.ada.edit(place.page()["id"], {"Name": "Of Notion"})
    place.run("sync")
    said = "title changed in Notion, from where its row carries nothing: it stays until the other side changes"
    assert explained(place)[0]["why"] == [said]


def test_a_refused_change_is_told_by_its_refusal_alone(place):
    place.faults(Side.GITHUB).switch("reason_of_closed_changes", False)
    place.opened("First")
    place.synced()
    place.person().close(REPOSITORY, 1)
    place.synced()
    place.running.clock.advance(120)
    place.ada.edit(place.page()["id"], {"Status": "Won't do"})
    assert place.run("sync").only["failed"] == 1
    (why,) = explained(place)[0]["why"]
    assert "a write was refused" in why
    assert "reopen the issue and close it again with that reason, or set the page back" in why
    assert "permission" not in why


def test_a_chosen_value_that_the_other_side_cannot_say_is_held_and_says_so(place):
    place.map("conflict: hold")
    place.opened("First")
    place.synced()
    place.ada.add_option(place.ids.data_source, "Status", "Blocked")
    place.ada.edit(place.page()["id"], {"Status": "Blocked"})
    place.person().close(REPOSITORY, 1)
    place.run("sync")
    place.run("conflicts", "resolve", "1", "--use", "notion")
    place.run("sync")
    said = "notion was chosen, but github cannot say that value: it is held until one of the two changes"
    assert any(said in why for why in explained(place)[0]["why"])
    assert said in " ".join(place.told("conflicts", "show", "1")[1].split())


def test_an_issue_that_was_closed_for_its_trashed_page_says_so(place):
    place.opened("First")
    place.synced()
    place.ada.trash(place.page()["id"])
    place.synced("--full")
    (why, page) = explained(place)[0]["why"]
    assert why == (
        "parked: its page was trashed, so that the issue was closed: it is reopened once the page is restored"
    )
    assert page == "the page: it is in the trash"


@pytest.mark.parametrize(
    ("scope", "labels", "leave", "why"),
    [
        ("labels: [sync]", ["sync"], "unlabel", "without the label 'sync' of `github.labels`"),
        ("exclude_labels: [sync]", [], "label", "with the label 'sync' of `github.exclude_labels`"),
    ],
)
def test_an_issue_out_of_scope_names_the_label(place, scope, labels, leave, why):
    place.map(repository=f"{REPOSITORY}], {scope.rstrip(']')}")
    place.opened("First", labels=labels)
    place.synced()
    getattr(place.person(), leave)(REPOSITORY, 1, "sync")
    place.synced()
    place.ada.edit(place.page()["id"], {"Name": "Meanwhile"})
    place.synced()
    told = explained(place)[0]["why"]
    assert told == ["parked: one side is out of sight: nothing is written until it is back", f"the issue: {why}"]


def test_a_page_that_was_moved_out_says_so_once(place):
    place.opened("First")
    place.synced()
    place.ada.move_out(place.page()["id"])
    place.synced("--full")
    place.person().edit(REPOSITORY, 1, title="Renamed")
    place.synced()
    assert explained(place)[0]["why"] == [
        "parked: one side is out of sight: nothing is written until it is back",
        "the page: it was moved out of what the mapping is about",
    ]


def test_a_transferred_issue_is_told_under_its_old_name_by_its_new_one_and_its_page(place):
    populate(place.running.github, "acme/web", 0)
    place.map(repository=f"{REPOSITORY}, acme/web")
    place.opened("First")
    place.synced()
    page = place.page()["id"]
    place.running.clock.advance(120)
    place.person().transfer(REPOSITORY, 1, "acme/web")
    place.synced("--full")
    assert explained(place)[0]["why"] == [
        "it was moved and lives on as acme/web#1",
        f"its page is “First” ({page}): `tandem explain acme/web#1` tells the rest",
    ]


def test_an_issue_that_became_a_pull_request_is_not_said_to_be_moved(place):
    place.opened("First")
    place.synced()
    place.person().convert_to_pull(REPOSITORY, 1)
    place.synced("--full")
    assert "pull request" in explained(place)[0]["why"][1]


def test_a_life_names_records_as_people_do(place):
    place.opened("First")
    place.synced()
    claimed = next(each for each in explained(place)[0]["life"] if each["event"] == "claimed")
    assert claimed["reason"] == ISSUE


def test_a_body_is_told_without_our_mark_and_as_seen_only_where_it_changed(place):
    place.map(fields=(*FIELDS, "{github: body, notion: content}"))
    page = place.added("First", Status="To do")
    place.ada.write(page, "One word.")
    place.synced("--full")
    place.running.clock.advance(120)
    place.ada.edit(page, {"Status": "In progress"})
    place.synced("--full")
    document, told = explained(place)
    body = next(each for each in document["fields"] if each["field"] == "body")
    assert body["github"]["value"] == "One word."
    assert "tandem:page" not in told
    assert "tandem:page" in place.issue()["body"]
    assert not any("content" in each["fields"] for each in document["life"] if each["event"] == "saw")


def test_a_comment_that_a_guard_holds_back_is_told_with_its_issue(place):
    place.map("guards: {max_new_comments: 0}", fields=(*FIELDS, "{github: comments, notion: comments}"))
    place.opened("First")
    place.synced()
    place.person().comment(REPOSITORY, 1, "A word.")
    place.run("sync")
    (why,) = explained(place)[0]["why"]
    assert why.startswith("a guard holds back what is to be written of 1 comment: 1 writes where max_new_comments")
    assert "`tandem sync roadmap --yes`" in why


def test_a_birth_that_is_withheld_names_its_own_guard_alone(place):
    place.map("guards: {max_new_issues: 0, max_overwrites: 0}")
    place.opened("First")
    place.synced()
    place.person().edit(REPOSITORY, 1, title="Renamed")
    page = place.added("Second", Status="To do")
    place.run("sync")
    told = explained(place, page)[0]["why"]
    assert "max_new_issues" in told[0]
    assert told[1:] == ["claimed: withheld by max_new_issues"]


def test_an_issue_is_found_by_the_name_that_the_file_has_for_a_renamed_repository(place):
    place.opened("First")
    place.synced()
    place.person().rename_repository(REPOSITORY, "core")
    place.run("sync", "--full")
    place.synced("--full")
    for name in (ISSUE, "acme/core#1"):
        assert place.run("explain", name).document["issue"] == "acme/core#1"


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
