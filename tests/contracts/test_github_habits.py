from __future__ import annotations

import pytest

from sync.core.errors import Denied, Rejected, TryLater, Vanished
from sync.core.model import Facet, Kind, Presence, Put, Side
from sync.sandbox.github.load import load
from tests.contracts.serving import Serving
from tests.contracts.stage import ADDRESS
from tests.contracts.test_github import REPOSITORY, GitHubStage
from tests.remotes import truth
from tests.remotes.stand import standing

STATE = Facet(Side.GITHUB, "state", "state", Kind.CHOICE, creatable=False, required=True)
ASSIGNEES = Facet(Side.GITHUB, "assignees", "assignees", Kind.PEOPLE)
MILESTONE = Facet(Side.GITHUB, "milestone", "milestone", Kind.TEXT)


@pytest.fixture
def stage():
    with standing() as stand:
        yield GitHubStage(Serving(stand))


def statuses(stage):
    return [reply.status for _, reply in stage.serving.exchanges]


def test_a_quiet_poll_is_answered_with_304_from_the_second_time_on(stage):
    stage.person_creates("Title")
    cursor = stage.cursor()
    for _ in range(3):
        stage.advance(60)
        *_, last = stage.remote.changes(stage.container, cursor)
        cursor = last.cursor
    assert statuses(stage) == [200, 200, 304, 304]


def test_a_transferred_issue_is_away_and_its_number_takes_no_write(stage):
    ref = stage.person_creates("Title")
    other = stage.service.add_repository("acme/web")
    there = stage.person.transfer(REPOSITORY, ref.number, "acme/web")
    seen = stage.remote.read(ref)
    assert seen.presence is Presence.AWAY
    assert seen.moved_to
    assert (seen.moved_to.id, seen.moved_to.container) == (str(there["id"]), str(other.id))
    with pytest.raises(Vanished):
        stage.remote.update(ref, [Put(stage.title, "Edited")])
    assert stage.remote.read(seen.moved_to).read("title") == "Title"


def test_a_renamed_repository_goes_on_under_its_id(stage):
    ref = stage.person_creates("Title")
    stage.person.rename_repository(REPOSITORY, "core")
    assert stage.remote.update(ref, [Put(stage.title, "Edited")]).label == "acme/core#1"
    assert set(stage.everything()) == {ref}
    schema = stage.remote.schema()
    assert schema.containers == ((stage.container, "acme/core"),)
    assert len(schema.warnings) == 1


def test_disabled_issues_delete_nothing(stage):
    ref, gone = stage.person_creates("Title"), stage.person_creates("Gone")
    stage.person_takes_away(gone)
    stage.person.set_repository(REPOSITORY, has_issues=False)
    assert not stage.remote.alive(stage.container)
    assert {stage.remote.read(each).presence for each in (ref, gone)} == {Presence.HIDDEN}
    with pytest.raises(Denied):
        stage.everything()


def test_a_repository_out_of_sight_deletes_nothing(stage):
    ref = stage.person_creates("Title")
    stage.person.set_repository(REPOSITORY, private=True)
    stage.person.allow(REPOSITORY, "tandem-bot", "none")
    assert not stage.remote.alive(stage.container)
    assert stage.remote.read(ref).presence is Presence.HIDDEN
    with pytest.raises(Denied):
        stage.everything()


def test_an_archived_repository_is_denied_and_not_failed(stage):
    ref = stage.person_creates("Title")
    stage.person.set_repository(REPOSITORY, archived=True)
    with pytest.raises(Denied, match="archived"):
        stage.remote.update(ref, [Put(stage.title, "Edited")])


def test_a_revoked_token_is_denied(stage):
    ref = stage.person_creates("Title")
    stage.service.world.revoke_token("sandbox-github")
    for call in (lambda: stage.remote.read(ref), lambda: stage.remote.update(ref, [Put(stage.title, "Edited")])):
        with pytest.raises(Denied):
            call()


def test_without_push_the_reply_does_not_show_the_labels(stage):
    stage.person.allow(REPOSITORY, "tandem-bot", "pull")
    reply = stage.remote.create(stage.container, stage.puts("Title"))
    assert reply.read("labels") is None
    assert reply.read("mark") == ADDRESS[stage.side]
    assert len(stage.remote.schema().warnings) == 1


def test_a_state_is_written_with_its_reason_and_a_reason_alone_changes_nothing(stage):
    ref = stage.person_creates("Title")
    for wanted, shown in (
        ("closed:not_planned", "closed:not_planned"),
        ("closed:completed", "closed:not_planned"),
        ("open", "open"),
        ("closed", "closed:completed"),
    ):
        assert stage.remote.update(ref, [Put(STATE, wanted)]).read("state") == shown


def test_somebody_who_cannot_be_assigned_is_named(stage):
    with pytest.raises(Rejected, match="nobody-here") as refused:
        stage.remote.create(stage.container, [*stage.puts("Title"), Put(ASSIGNEES, ("nobody-here",))])
    assert refused.value.cure
    assert stage.everything() == {}


def test_a_milestone_is_set_by_its_title_and_cleared(stage):
    ref = stage.person_creates("Title")
    stage.person.create_milestone(REPOSITORY, "M1")
    assert stage.remote.update(ref, [Put(MILESTONE, "m1")]).read("milestone") == "M1"
    assert stage.remote.update(ref, [Put(MILESTONE, None)]).read("milestone") is None


def test_a_person_who_saves_the_body_in_the_browser_keeps_the_mark(stage):
    ref = stage.remote.create(stage.container, stage.puts("Title")).ref
    stage.person.edit(REPOSITORY, ref.number, body=f"More\n\n<!-- tandem:page={ADDRESS[stage.side]} -->\n")
    assert stage.remote.read(ref).read("mark") == ADDRESS[stage.side]


def test_a_lost_birth_is_found_by_its_number_while_the_lists_lag(stage):
    stage.person_creates("Before")
    stage.advance(600)
    trail = stage.trail()
    stage.service.faults.switch("list_lag_seconds", 300)
    ref = stage.remote.create(stage.container, stage.puts("Title")).ref
    found = stage.remote.find(stage.container, stage.marked(ADDRESS[stage.side]), trail)
    assert found is not None
    assert found.ref == ref


def test_links_by_cursor_are_followed_too(stage):
    stage.service.faults.switch("cursor_links", True)
    refs = {stage.person_creates(f"Title {number}") for number in range(250)}
    assert set(stage.everything()) == refs


def test_a_spent_hour_stops_everybody_until_it_ends(stage):
    ref = stage.person_creates("Title")
    stage.service.faults.switch("requests_per_hour", 1)
    stage.remote.read(ref)
    with pytest.raises(TryLater) as later:
        stage.remote.read(ref)
    assert 0 < later.value.wait <= 3600
    assert stage.gate.paused


@pytest.mark.parametrize("told", [True, False])
def test_a_spent_minute_of_creates_is_waited_for(stage, told):
    stage.service.faults.switch("creates_per_minute", 1)
    stage.service.faults.switch("retry_after", told)
    stage.remote.create(stage.container, stage.puts("One"))
    with pytest.raises(TryLater) as later:
        stage.remote.create(stage.container, stage.puts("Two"))
    assert later.value.wait >= (1 if told else 60)
    assert len(stage.everything()) == 1


@truth.needed
def test_a_busy_repository_is_listed_in_about_as_many_calls_as_it_has_pages(stage):
    rows = truth.tool("issues_real").rows(truth.FOLDER / "github-issues-real.jsonl.gz")
    load(stage.service.world, stage.repository, rows)
    assert len(stage.everything()) == 1814
    assert len(stage.serving.exchanges) <= 45
