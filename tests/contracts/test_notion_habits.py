from __future__ import annotations

from dataclasses import replace

import pytest

from sync.core.errors import Denied, Misconfigured, Rejected, TryLater, Unsafe, Vanished
from sync.core.model import UNREAD, Presence, Put
from sync.remotes.notion.client import Door
from sync.remotes.notion.remote import NotionRemote
from tests.contracts.serving import Serving
from tests.contracts.stage import ADDRESS
from tests.contracts.test_notion import NotionStage
from tests.remotes.stand import standing


@pytest.fixture
def stage():
    with standing() as stand:
        stage = NotionStage(Serving(stand))
        yield stage
        stage.door.close()


def test_a_page_is_archived_moved_away_hidden_and_comes_back(stage):
    ref = stage.person_creates("Title")
    seen = []
    for happen in (stage.person.archive, stage.person.unarchive, stage.person.move_out, stage.person.take_away):
        happen(ref.id)
        seen.append(stage.remote.read(ref).presence)
    assert seen == [Presence.ARCHIVED, Presence.PRESENT, Presence.AWAY, Presence.HIDDEN]


def test_a_page_that_was_deleted_for_good_proves_nothing(stage):
    ref = stage.person_creates("Title")
    stage.person.trash(ref.id)
    stage.person.delete_forever(ref.id)
    assert stage.remote.read(ref).presence is Presence.HIDDEN


def test_a_trashed_page_takes_no_edit(stage):
    ref = stage.person_creates("Title")
    stage.person.trash(ref.id)
    with pytest.raises(Vanished):
        stage.remote.update(ref, [Put(stage.title, "Edited")])


def test_a_database_that_is_not_shared_any_more_deletes_nothing(stage):
    ref = stage.person_creates("Title")
    stage.person.unshare(stage.database)
    assert not stage.remote.alive(stage.container)
    assert stage.remote.read(ref).presence is Presence.HIDDEN
    with pytest.raises(Denied):
        stage.everything()
    with pytest.raises(Misconfigured):
        stage.remote.schema()


def test_a_database_in_the_trash_is_not_alive(stage):
    stage.person.trash_database(stage.database)
    assert not stage.remote.alive(stage.container)
    with pytest.raises(Misconfigured):
        stage.remote.schema()


def test_a_renamed_property_is_read_and_written_by_its_id(stage):
    ref = stage.person_creates("Title")
    stage.person.rename_property(stage.container, "Labels", "Tags")
    assert stage.remote.update(ref, [Put(stage.labels, ("ui",))]).read(stage.labels.name) == ("ui",)


def test_a_deleted_property_is_refused_with_a_cure(stage):
    ref = stage.person_creates("Title")
    stage.person.delete_property(stage.container, "Labels")
    with pytest.raises(Rejected) as refused:
        stage.remote.update(ref, [Put(stage.labels, ("ui",))])
    assert refused.value.cure


def test_a_status_that_is_no_option_is_refused_with_a_cure(stage):
    ref = stage.person_creates("Title")
    status = stage.facets["Status"]
    assert stage.remote.update(ref, [Put(status, "Done")]).read(status.name) == "Done"
    with pytest.raises(Rejected) as refused:
        stage.remote.update(ref, [Put(status, "Blocked")])
    assert "check --fix" in refused.value.cure


def test_people_beyond_what_a_page_shows_are_unread_in_lists_and_read_one_by_one(stage):
    owner = stage.facets["Owner"]
    everybody = tuple(sorted(stage.service.add_user(f"Person {number}") for number in range(30)))
    ref = stage.person_creates("Title")
    reply = stage.remote.update(ref, [Put(owner, everybody)])
    assert reply.read(owner.name) is UNREAD
    assert stage.everything()[ref].read(owner.name) is UNREAD
    seen = stage.remote.read(ref)
    assert stage.remote.complete(seen, [owner]).read(owner.name) == everybody


def test_the_schema_lists_people_and_does_without_them_for_a_personal_token(stage):
    id_ = stage.service.add_user("Ada", "ada@example.com")
    assert any((each.id, each.email) == (id_, "ada@example.com") for each in stage.remote.schema().people)
    stage.service.faults.switch("personal_token", True)
    schema = stage.remote.schema()
    assert schema.people is None
    assert len(schema.warnings) == 1


def test_a_saved_birth_that_answers_503_names_its_page(stage):
    stage.service.faults.arm("committed_503")
    with pytest.raises(Unsafe) as unsafe:
        stage.remote.create(stage.container, stage.puts("Title"))
    (ref,) = stage.everything()
    assert unsafe.value.committed == ref.id
    found = stage.remote.read(replace(ref, id=unsafe.value.committed))
    assert found.read(stage.mark.name) == ADDRESS[stage.side]


@pytest.mark.parametrize("fault", ["rate_limited", "overloaded", "conflict"])
def test_what_did_not_happen_can_be_done_later(stage, fault):
    stage.service.faults.arm(fault)
    with pytest.raises(TryLater):
        stage.remote.create(stage.container, stage.puts("Title"))
    assert bool(stage.gate.paused) is (fault != "conflict")
    stage.remote.create(stage.container, stage.puts("Title"))
    assert len(stage.everything()) == 1


def test_a_full_minute_is_waited_for(stage):
    ref = stage.person_creates("Title")
    stage.advance(61)
    stage.service.faults.switch("requests_per_minute", 2)
    for _ in range(2):
        stage.remote.read(ref)
    with pytest.raises(TryLater) as later:
        stage.remote.read(ref)
    assert 0 < later.value.wait <= 60


def test_the_limit_of_a_free_workspace_fails_births_and_lets_edits_pass(stage):
    ref = stage.person_creates("Title")
    stage.service.faults.switch("block_limit", True)
    with pytest.raises(Rejected) as refused:
        stage.remote.create(stage.container, stage.puts("Title"))
    assert "paid plan" in refused.value.cure
    assert stage.remote.update(ref, [Put(stage.title, "Edited")]).read(stage.title.name) == "Edited"


def test_a_wrong_token_is_denied(stage):
    door = Door("sandbox-other", stage.gate, base_url=stage.serving.stand.url)
    with pytest.raises(Denied):
        NotionRemote(door, database=stage.database).schema()
    door.close()


def test_short_pages_and_unknown_fields_change_nothing(stage):
    refs = {stage.person_creates(f"Title {number}") for number in range(40)}
    stage.service.faults.switch("short_pages", True)
    stage.service.faults.switch("unknown_fields", True)
    assert set(stage.everything()) == refs


def test_a_list_beyond_what_one_query_shows_is_complete_all_the_same(stage):
    refs = []
    for number in range(60):
        refs.append(stage.person_creates(f"Title {number}"))
        stage.advance(20)
    stage.service.faults.switch("query_cap", 25)
    batches = list(stage.remote.changes(stage.container, None))
    shown = [each.ref for batch in batches for each in batch.records]
    assert len(shown) == len(set(shown))
    assert set(shown) == set(refs)
    assert all(batch.complete for batch in batches)


def test_a_lost_birth_is_not_found_while_queries_lag_and_found_afterwards(stage):
    stage.service.faults.switch("query_lag_seconds", 30)
    ref = stage.remote.create(stage.container, stage.puts("Title")).ref
    assert stage.remote.find(stage.container, stage.marked(ADDRESS[stage.side]), None) is None
    stage.advance(31)
    found = stage.remote.find(stage.container, stage.marked(ADDRESS[stage.side]), None)
    assert found is not None
    assert found.ref == ref


def test_a_long_title_arrives_whole(stage):
    title = "long 🙂 " * 700
    ref = stage.remote.create(stage.container, [Put(stage.title, title)]).ref
    assert stage.remote.read(ref).read(stage.title.name) == title
