"""What every remote must do, whatever it is made of; a class that gives a stage inherits it all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync.core.errors import Rejected, TryLater, Unsafe, Vanished
from sync.core.limits import Lane
from sync.core.model import UNREAD, Presence, Put, Ref
from sync.core.values import same
from tests.contracts.stage import ADDRESS, OTHER_ADDRESS, Stage

HOUR = timedelta(hours=1).total_seconds()


class RemoteContract:
    """The suite."""

    never_was: Ref

    # -- the schema --------------------------------------------------------------------------------------------------

    def test_the_schema_names_the_container(self, stage: Stage):
        schema = stage.remote.schema()
        assert schema.side is stage.remote.side is stage.side
        assert [id_ for id_, _ in schema.containers] == [stage.container]

    def test_a_container_that_is_there_is_alive(self, stage: Stage):
        assert stage.remote.alive(stage.container)

    # -- lists -------------------------------------------------------------------------------------------------------

    def test_an_empty_container_gives_one_empty_batch_with_a_cursor(self, stage: Stage):
        (batch,) = stage.remote.changes(stage.container, None)
        assert (batch.records, batch.complete) == ((), True)
        assert batch.cursor

    def test_a_first_list_shows_every_record_and_only_its_last_batch_has_a_cursor(self, stage: Stage):
        made = set()
        for number in range(120):
            made.add(stage.person_creates(f"Title {number}"))
            stage.advance(61)
        batches = list(stage.remote.changes(stage.container, None))
        assert {record.ref for batch in batches for record in batch.records} == made
        assert len(batches) >= 2
        assert [batch.cursor is None for batch in batches] == [True] * (len(batches) - 1) + [False]
        assert all(batch.complete for batch in batches)

    def test_a_cursor_shows_what_was_edited_and_made_since(self, stage: Stage):
        first, second = stage.person_creates("First"), stage.person_creates("Second")
        stage.advance(HOUR)
        cursor = stage.cursor()
        stage.advance(HOUR)
        stage.person_edits(first, stage.title, "Edited")
        third = stage.person_creates("Third")
        shown = {each.ref: each for batch in stage.remote.changes(stage.container, cursor) for each in batch.records}
        assert shown.keys() == {first, third}
        assert second not in shown
        assert shown[first].read(stage.title.name) == "Edited"

    def test_a_cursor_can_be_used_again_and_shows_the_same(self, stage: Stage):
        cursor = stage.cursor()
        stage.advance(HOUR)
        ref = stage.person_creates("Title")
        for _ in range(2):
            shown = {each.ref for batch in stage.remote.changes(stage.container, cursor) for each in batch.records}
            assert shown == {ref}

    def test_no_edit_is_ever_between_two_cursors(self, stage: Stage):
        ref = stage.person_creates("Title 0")
        cursor = stage.cursor()
        for number in range(1, 6):
            stage.advance(20 * number)
            stage.person_edits(ref, stage.title, f"Title {number}")
            *batches, last = stage.remote.changes(stage.container, cursor)
            shown = [each for batch in [*batches, last] for each in batch.records if each.ref == ref]
            assert shown, f"edit {number} was not shown"
            assert shown[-1].read(stage.title.name) == f"Title {number}"
            assert last.cursor
            cursor = last.cursor

    def test_a_list_that_shows_nothing_new_costs_one_call_and_keeps_or_moves_its_cursor(self, stage: Stage):
        stage.person_creates("Title")
        cursor = stage.cursor()
        for _ in range(3):
            stage.advance(HOUR)
            (batch,) = stage.remote.changes(stage.container, cursor)
            assert batch.cursor
            cursor = batch.cursor

    def test_what_was_taken_away_does_not_come(self, stage: Stage):
        ref, other = stage.person_creates("Title"), stage.person_creates("Other")
        stage.person_takes_away(ref)
        assert set(stage.everything()) == {other}

    def test_a_list_and_a_read_show_the_same_but_for_what_a_list_leaves_out(self, stage: Stage):
        reply = stage.remote.create(stage.container, stage.puts("Title"))
        listed, read = stage.everything()[reply.ref], stage.remote.read(reply.ref)
        assert listed.fields.keys() <= read.fields.keys()
        for name, value in listed.fields.items():
            assert value is UNREAD or value == read.read(name), name
        assert (listed.address, listed.label, listed.time) == (read.address, read.label, read.time)

    # -- reading one -------------------------------------------------------------------------------------------------

    def test_a_read_shows_a_persons_edit(self, stage: Stage):
        ref = stage.person_creates("Title")
        stage.advance(HOUR)
        before = stage.remote.read(ref)
        stage.person_edits(ref, stage.title, "Edited")
        after = stage.remote.read(ref)
        assert (before.read(stage.title.name), after.read(stage.title.name)) == ("Title", "Edited")
        assert after.time > before.time
        assert after.presence is Presence.PRESENT

    def test_times_are_told_in_steps_of_the_grain(self, stage: Stage):
        seen = stage.remote.read(stage.person_creates("Title"))
        assert seen.time.tzinfo is not None
        assert seen.time.timestamp() % seen.grain == 0

    def test_a_record_knows_where_it_lives(self, stage: Stage):
        ref = stage.person_creates("Title")
        seen = stage.remote.read(ref)
        assert seen.ref == ref
        assert (seen.ref.container, seen.ref.number) == (stage.container, ref.number)
        assert seen.address
        assert seen.label

    def test_what_was_taken_away_is_gone_with_proof(self, stage: Stage):
        ref = stage.person_creates("Title")
        stage.person_takes_away(ref)
        assert stage.remote.read(ref).presence.gone

    def test_what_never_was_is_hidden_and_not_gone(self, stage: Stage):
        seen = stage.remote.read(self.never_was)
        assert seen.presence is Presence.HIDDEN
        assert seen.read(stage.title.name) is UNREAD

    # -- writing -----------------------------------------------------------------------------------------------------

    def test_a_birth_shows_what_was_given_and_is_there_afterwards(self, stage: Stage):
        reply = stage.remote.create(stage.container, stage.puts("Title"))
        for put in stage.puts("Title"):
            assert same(put.facet.kind, reply.read(put.facet.name), put.value), put.facet.name
        assert stage.remote.read(reply.ref).fields == reply.fields
        assert set(stage.everything()) == {reply.ref}

    def test_an_update_changes_those_fields_and_no_others(self, stage: Stage):
        ref = stage.remote.create(stage.container, stage.puts("Title")).ref
        reply = stage.remote.update(ref, [Put(stage.title, "Edited")])
        assert reply.ref == ref
        assert reply.read(stage.title.name) == "Edited"
        assert same(stage.labels.kind, reply.read(stage.labels.name), ("api", "Bug"))
        assert reply.read(stage.mark.name) == ADDRESS[stage.side]

    def test_a_set_is_emptied_by_none_and_reads_as_none(self, stage: Stage):
        ref = stage.remote.create(stage.container, stage.puts("Title")).ref
        assert stage.remote.update(ref, [Put(stage.labels, None)]).read(stage.labels.name) is None
        assert stage.remote.read(ref).read(stage.labels.name) is None

    def test_a_write_is_one_call_even_with_many_fields(self, stage: Stage):
        before = stage.writes()
        ref = stage.remote.create(stage.container, stage.puts("Title")).ref
        stage.remote.update(ref, [Put(stage.title, "Edited"), Put(stage.labels, ("ui",))])
        assert stage.writes() - before == 2

    def test_an_update_of_what_never_was_has_vanished(self, stage: Stage):
        with pytest.raises(Vanished):
            stage.remote.update(self.never_was, [Put(stage.title, "Edited")])

    def test_the_trash_takes_a_record_and_gives_it_back_or_there_is_none(self, stage: Stage):
        ref = stage.person_creates("Title")
        if not stage.has_trash:
            with pytest.raises(Rejected) as refused:
                stage.remote.trash(ref)
            assert refused.value.cure
            return
        trashed = stage.remote.trash(ref)
        assert trashed.presence is stage.remote.read(ref).presence is Presence.TRASHED
        assert stage.remote.restore(ref).presence is stage.remote.read(ref).presence is Presence.PRESENT

    def test_every_lane_reaches_the_same_records(self, stage: Stage):
        ref = stage.remote.on(Lane.PERSON).create(stage.container, stage.puts("Title")).ref
        assert stage.remote.on(Lane.IMPORT).read(ref).ref == ref
        assert stage.remote.on(Lane.POLL).side is stage.side

    # -- what goes wrong ---------------------------------------------------------------------------------------------

    def test_a_marked_record_is_found_and_no_other(self, stage: Stage):
        trail = stage.trail()
        ref = stage.remote.create(stage.container, stage.puts("Title")).ref
        stage.person_creates("Title")
        found = stage.remote.find(stage.container, stage.marked(ADDRESS[stage.side]), trail)
        assert found is not None
        assert found.ref == ref
        assert stage.remote.find(stage.container, stage.marked(OTHER_ADDRESS[stage.side]), trail) is None

    def test_a_birth_whose_reply_is_lost_is_unknown_and_can_be_found(self, stage: Stage):
        trail = stage.trail()
        stage.lose_reply()
        with pytest.raises(Unsafe):
            stage.remote.create(stage.container, stage.puts("Title"))
        found = stage.remote.find(stage.container, stage.marked(ADDRESS[stage.side]), trail)
        assert found is not None
        assert set(stage.everything()) == {found.ref}

    def test_a_birth_whose_request_is_lost_is_unknown_and_cannot_be_found(self, stage: Stage):
        trail = stage.trail()
        stage.lose_request()
        with pytest.raises(Unsafe):
            stage.remote.create(stage.container, stage.puts("Title"))
        assert stage.remote.find(stage.container, stage.marked(ADDRESS[stage.side]), trail) is None
        assert stage.everything() == {}

    def test_an_edit_whose_reply_is_lost_is_unknown_and_can_be_read(self, stage: Stage):
        ref = stage.person_creates("Title")
        stage.lose_reply()
        with pytest.raises(Unsafe):
            stage.remote.update(ref, [Put(stage.title, "Edited")])
        assert stage.remote.read(ref).read(stage.title.name) == "Edited"

    def test_a_read_that_is_lost_is_tried_later(self, stage: Stage):
        ref = stage.person_creates("Title")
        stage.lose_request()
        with pytest.raises(TryLater):
            stage.remote.read(ref)
        assert stage.remote.read(ref).ref == ref
