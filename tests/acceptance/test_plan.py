"""What `tandem plan` tells of what `tandem sync` then does."""

from __future__ import annotations

import sqlite3

from sync.cli.sandbox import REPOSITORY
from sync.sandbox.seed import populate
from tests.acceptance.life.home import WEB
from tests.acceptance.place import FIELDS, mapping

BODY = (*FIELDS, "{github: body, notion: content}")


def test_all_writes_are_planned_also_where_a_text_must_be_read_first(place):
    place.map(fields=BODY)
    place.opened("First", body="Words.")
    place.synced("--full")
    place.person().edit(REPOSITORY, 1, title="Renamed")
    place.ada.write(place.added("From Notion", Status="To do"), "More words.")
    planned = place.run("plan")
    assert planned.code == 2
    found = {(each["side"], each["action"]) for each in planned.only["operations"]}
    assert found == {("notion", "update"), ("github", "create")}
    writes = place.synced()["writes"]
    # The second update is what follows the birth: the page is given the new issue's address.
    assert (writes["notion"]["update"], writes["github"]["create"]) == (2, 1)


def test_a_plan_leaves_no_trace_in_the_state(place):
    place.opened("First")
    place.synced()
    place.person().edit(REPOSITORY, 1, title="Renamed")
    before = state(place)
    assert place.run("plan", "--full").code == 2
    assert state(place) == before


def state(place):
    with sqlite3.connect(place.folder / "tandem.db") as connection:
        return list(connection.iterdump())


def test_what_is_transferred_to_another_mapping_of_the_same_database_is_no_copy_there(place):
    populate(place.running.github, WEB, 0)
    other = mapping(place.ids.database, repository=WEB, births="{pages: true, issues: false, quiet: 0}")
    place.file.with_name("web.yaml").write_text(other, encoding="utf-8")
    place.opened("First")
    assert place.run("sync").code == 0
    place.running.clock.advance(120)
    place.person().transfer(REPOSITORY, 1, WEB)
    for _ in range(2):
        ran = place.run("sync", "--full")
        assert [row["quarantined"] for row in ran.document["mappings"]] == [0, 0]
        assert ran.code == 0
