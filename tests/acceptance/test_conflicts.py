"""`tandem conflicts` for a person: what both sides say in full, what decides it, and what a wrong field is told."""

from __future__ import annotations

import pytest

from sync.cli.sandbox import REPOSITORY

LONG = "A title that goes on for longer than any table of a terminal ever shows of it, {}, to its very end"
PAGE, ISSUE = LONG.format("as Notion has it"), LONG.format("as GitHub has it")


@pytest.fixture
def torn(place):
    """One issue whose title both sides changed: the conflict is held for a person."""
    place.map("conflict: hold")
    place.opened("First")
    place.synced()
    place.person().edit(REPOSITORY, 1, title=ISSUE)
    place.ada.edit(place.page()["id"], {"Name": PAGE})
    assert place.run("sync").code == 3
    return place


def one_line(text):
    return " ".join(text.split())


def test_one_conflict_is_shown_in_full_with_what_both_last_agreed_on_and_what_decides_it(torn):
    (row,) = torn.run("conflicts").document["conflicts"]
    code, told = torn.told("conflicts", "show", str(row["id"]))
    assert code == 0
    said = one_line(told)
    assert ISSUE in said
    assert PAGE in said
    assert "both last agreed on First" in said
    assert f"{REPOSITORY}#1" in said
    assert row["page"] in said
    assert f"since {row['since'][:16].replace('T', ' ')}" in said
    assert f"tandem conflicts resolve {row['id']} --use github" in said


def test_a_conflict_that_was_decided_says_so_in_place_of_what_decides_it(torn):
    torn.run("conflicts", "resolve", "1", "--use", "notion")
    assert "notion was chosen: the next pass writes it" in one_line(torn.told("conflicts", "show", "1")[1])
    torn.synced()
    said = one_line(torn.told("conflicts", "show", "1")[1])
    assert "won by notion" in said
    assert "--use" not in said


def resolving(place, field):
    return place.run("conflicts", "resolve", "--all", "--mapping", "roadmap", "--field", field, "--use", "notion")


def test_a_field_that_the_mapping_has_not_is_an_error_with_the_nearest_name(torn):
    ran = resolving(torn, "titel")
    assert ran.code == 1
    (problem,) = ran.document["error"]["problems"]
    assert "no field 'titel'" in problem["message"]
    assert problem["nearest"] == "title"
    assert torn.run("conflicts").document["conflicts"][0]["state"] == "held"


def test_a_field_of_which_nothing_is_held_says_so(torn):
    ran = resolving(torn, "labels")
    assert ran.code == 0
    assert ran.document["resolved"] == 0
    told = torn.told("conflicts", "resolve", "--all", "--mapping", "roadmap", "--field", "labels", "--use", "notion")
    assert one_line(told[1]) == "nothing is held of labels in roadmap: there is nothing to resolve"


@pytest.mark.parametrize("field", ["title", "Name", "Title"])
def test_a_field_is_resolved_by_either_sides_name_of_it(torn, field):
    assert resolving(torn, field).document["resolved"] == 1
    torn.synced()
    assert torn.issue()["title"] == PAGE
