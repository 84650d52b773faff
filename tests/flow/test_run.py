"""One pass in the foreground: what it calls, what guards withhold, what a person decides, what was not applied."""

from dataclasses import replace

import pytest

from sync.core.errors import Misconfigured
from sync.core.mapping import Policy
from sync.core.model import Presence, Side
from sync.flow import run as flow
from sync.flow.bind import bind
from sync.flow.fetch import fetch
from sync.flow.outcome import Outcome
from tests.machine.team import MAPPING, Fault


def linked(team, count):
    for number in range(count):
        team.create(Side.GITHUB, f"issue {number}")
    team.sync(full=True)
    team.clock.advance(600)
    return team.here(Side.GITHUB), team.here(Side.NOTION)


def calls(team):
    return {side: remote.calls for side, remote in team.remotes.items()}


def spent(team, work):
    before = calls(team)
    result = work()
    return {side: count - before[side] for side, count in calls(team).items()}, result


def test_a_pass_with_nothing_changed_costs_one_call_a_side(team):
    linked(team, 2)
    assert spent(team, lambda: team.sync(full=False))[0] == {Side.GITHUB: 1, Side.NOTION: 1}


def test_any_number_of_edits_of_one_record_is_one_write(team):
    issues, _ = linked(team, 1)
    for name, value in (
        ("title", "renamed"),
        ("state", "closed:completed"),
        ("labels", ("bug",)),
        ("assignees", ("ada",)),
    ):
        team.edit(Side.GITHUB, issues[0], name, value)
    cost, done = spent(team, lambda: team.sync(full=False))
    assert cost == {Side.GITHUB: 1, Side.NOTION: 2}
    assert sum(done.written.values()) == 1


def test_a_plan_writes_nothing_anywhere_and_is_what_the_pass_then_does(team):
    team.create(Side.GITHUB, "one")
    team.create(Side.NOTION, "two")
    with team.store.copy() as copy:
        planned = flow.plan(team.world().over(copy), full=True)
    assert {(op.side, op.action) for _, plan in planned.plans() for op in plan.ops} == {
        (Side.NOTION, "create"),
        (Side.GITHUB, "create"),
    }
    assert (team.store.links_count(MAPPING.name), [shelf.writes for shelf in team.shelves.values()]) == (0, [0, 0])
    assert {(Side.NOTION, "create"), (Side.GITHUB, "create")} <= set(team.sync(full=True).written)


@pytest.mark.parametrize(("trashed", "refused"), [(5, False), (6, True)])
def test_above_a_guards_limit_none_of_its_kind_is_written_and_everything_else_is(team, trashed, refused):
    issues, pages = linked(team, 10)
    for page in pages[:trashed]:
        team.presence(Side.NOTION, page, Presence.TRASHED)
    team.edit(Side.NOTION, pages[-1], "title", "renamed")
    done = team.sync(full=True)
    closed = [issue for issue in issues if team.shown(Side.GITHUB, issue, "state") != "open"]
    assert (bool(done.refused), len(closed)) == (refused, 0 if refused else trashed)
    assert "renamed" in {team.shown(Side.GITHUB, issue, "title") for issue in issues}
    assert team.sync(full=True).refused == done.refused


def test_a_person_lets_through_what_a_guard_refused(team):
    _, pages = linked(team, 10)
    for page in pages[:8]:
        team.presence(Side.NOTION, page, Presence.TRASHED)
    assert team.sync(full=True).refused
    done = flow.run(team.world(), full=True, let_through=True, wait=team.clock.advance)
    assert (done.refused, done.written[Side.GITHUB, "close"]) == ({}, 8)


def test_a_held_conflict_is_decided_by_a_person_and_other_fields_flow_meanwhile(team):
    team.mapping = replace(team.mapping, conflict=Policy.HOLD)
    (issue,), (page,) = linked(team, 1)
    team.edit(Side.GITHUB, issue, "title", "hers")
    team.edit(Side.NOTION, page, "title", "his")
    team.edit(Side.NOTION, page, "labels", ("new",))
    team.sync(full=False)
    (row,) = team.store.conflicts(MAPPING.name)
    assert (row.state, row.github, row.notion) == ("held", "hers", "his")
    assert team.shown(Side.GITHUB, issue, "labels") == ("new",)
    assert team.store.resolve(row.id, Side.NOTION, ("hers", "his"))
    team.sync(full=False)
    assert team.shown(Side.GITHUB, issue, "title") == "his"


def test_a_choice_between_values_that_moved_is_refused(team):
    team.mapping = replace(team.mapping, conflict=Policy.HOLD)
    (issue,), (page,) = linked(team, 1)
    team.edit(Side.GITHUB, issue, "title", "hers")
    team.edit(Side.NOTION, page, "title", "his")
    team.sync(full=False)
    (row,) = team.store.conflicts(MAPPING.name)
    team.edit(Side.GITHUB, issue, "title", "hers, later")
    team.sync(full=False)
    assert not team.store.resolve(row.id, Side.NOTION, ("hers", "his"))


def test_what_a_reply_does_not_show_is_a_failure_and_is_not_tried_again(team):
    (issue,), (page,) = linked(team, 1)
    team.shelves[Side.GITHUB].canonical = lambda name, value: None if name == "labels" else value
    team.edit(Side.NOTION, page, "labels", ("new",))
    team.edit(Side.NOTION, page, "title", "renamed")
    done = team.sync(full=False)
    (row,) = team.store.failures(MAPPING.name)
    assert (done.failed, row.failure.error.partition(":")[0]) == (1, "not applied")
    assert done.written == {(Side.GITHUB, "update"): 1}
    assert team.shown(Side.GITHUB, issue, "title") == "renamed"
    writes = team.shelves[Side.GITHUB].writes
    team.sync(full=True)
    assert team.shelves[Side.GITHUB].writes == writes
    team.shelves[Side.GITHUB].canonical = lambda _name, value: value
    team.store.retry([row.failure.id])
    team.sync(full=False)
    assert (team.shown(Side.GITHUB, issue, "labels"), team.store.failures(MAPPING.name)) == (("new",), [])


def test_an_ambiguous_title_is_quarantined_and_named_and_the_others_go_on(team):
    for side in Side:
        team.create(side, "twice")
        team.create(side, "once")
    team.create(Side.NOTION, "twice")
    done = team.sync(full=True)
    kept_out = team.store.quarantined(MAPPING.name)
    assert {each.ref.side for each in kept_out} == set(Side)
    assert (len(kept_out), done.converged, team.store.links_count(MAPPING.name)) == (3, True, 1)


def test_a_copied_page_stays_out_until_its_link_property_is_cleared(team):
    _, (page,) = linked(team, 1)
    fields = dict(team.shelves[Side.NOTION].versions[page][-1].fields)
    copy = team.shelves[Side.NOTION].born({**fields, "title": "issue 0 (1)"})
    team.sync(full=True)
    assert [each.ref.id for each in team.store.quarantined(MAPPING.name)] == [copy]
    team.shelves[Side.NOTION].put(copy, {"link": None})
    team.clock.advance(300)
    team.sync(full=True)
    assert (team.store.quarantined(MAPPING.name), len(team.here(Side.GITHUB))) == ([], 2)


def test_an_edited_link_property_is_put_back(team):
    _, (page,) = linked(team, 1)
    link = team.shelves[Side.NOTION].versions[page][-1].fields["link"]
    team.shelves[Side.NOTION].put(page, {"link": "https://example.com/"})
    team.clock.advance(300)
    team.sync(full=True)
    assert team.shelves[Side.NOTION].versions[page][-1].fields["link"] == link


def test_a_lost_database_is_rebuilt_from_the_marks(team, empty, tmp_path):
    from sync.store import open_store  # noqa: PLC0415 - a second store

    team.create(Side.NOTION, "born in Notion")
    linked(team, 3)
    before = {side: shelf.writes for side, shelf in team.shelves.items()}
    (tmp_path / "new.db").write_bytes(empty.read_bytes())
    with open_store(f"sqlite:///{tmp_path / 'new.db'}") as store:
        team.store = store
        team.sync(full=True)
        assert store.links_count(MAPPING.name) == 4
    assert {side: shelf.writes for side, shelf in team.shelves.items()} == before


def test_a_colleagues_edit_that_our_write_meets_is_not_swallowed_by_its_reply(team):
    (issue,), (page,) = linked(team, 1)
    team.edit(Side.GITHUB, issue, "title", "hers")
    team.storm.quiet = False
    edit = Fault(0, False, lambda: team.edit(Side.NOTION, page, "labels", ("his",)), writes_only=True)
    team.storm.faults.append(edit)
    team.sync(full=False)
    assert team.shown(Side.NOTION, page, "title") == "hers"
    assert team.shown(Side.GITHUB, issue, "labels") == ("his",)


def test_an_edit_that_another_worker_has_seen_and_not_decided_on_yet_is_not_overwritten(team):
    (issue,), (page,) = linked(team, 1)
    team.edit(Side.GITHUB, issue, "title", "hers")
    team.clock.advance(120)
    team.turn("one", full=False)
    team.edit(Side.NOTION, page, "title", "his")
    world = team.world("two")
    fetch(world, bind(world, fresh=False), full=False)
    team.write_one("one")
    assert team.shown(Side.NOTION, page, "title") == "his"
    assert team.written == {Outcome.DROPPED: 1}


def test_nothing_is_born_where_the_first_list_of_a_side_was_cut(team):
    for number in range(2):
        issue, page = (team.create(side, f"record {number}") for side in Side)
        team.relink(page, team.address(issue))
    remote, whole = team.remotes[Side.NOTION], team.remotes[Side.NOTION].changes
    remote.changes = lambda container, cursor: [replace(each, complete=False) for each in whole(container, cursor)]
    for _ in range(2):
        with pytest.raises(Misconfigured, match="cut short"):
            team.sync(full=True)
    assert [shelf.writes for shelf in team.shelves.values()] == [0, 0]
    remote.changes = whole
    team.sync(full=True)
    assert (len(team.here(Side.NOTION)), team.store.links_count(MAPPING.name)) == (2, 2)


def test_a_close_that_is_not_taken_is_a_failure_and_is_not_tried_again(team):
    (issue,), (page,) = linked(team, 1)
    team.shelves[Side.GITHUB].canonical = lambda name, value: "open" if name == "state" else value
    team.edit(Side.NOTION, page, "state", "Done")
    assert team.sync(full=False).failed == 1
    assert team.shown(Side.GITHUB, issue, "state") == "open"
    writes = team.shelves[Side.GITHUB].writes
    for _ in range(2):
        team.sync(full=True)
    assert (team.shelves[Side.GITHUB].writes, len(team.store.failures(MAPPING.name))) == (writes, 1)
