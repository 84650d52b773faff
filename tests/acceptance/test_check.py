"""`tandem check`: what is wrong is found before the first pass, what may be mended is, and nothing else is touched."""

from __future__ import annotations

import pytest

from sync.core.model import Side
from tests.acceptance.place import FIELDS

STATE = """{github: state, notion: Status, values: {open: [To do, In review], closed: Done}}"""
PRIORITY = "{github: 'labels:priority/*', notion: Priority, values: {high: [High, Urgent], low: Low}}"


def findings(place, *words):
    ran = place.run("check", *words)
    return ran.code, ran.document["findings"]


def options(place, name):
    source = place.running.notion.world.sources[place.ids.data_source]
    return [(each.id, each.name) for each in source.find(name).options]


def test_fix_adds_the_link_property_and_missing_options_and_keeps_all_that_was_there(place):
    place.map(fields=(FIELDS[0], STATE, PRIORITY))
    place.ada.rename_property(place.ids.data_source, "GitHub", "Other")
    before = {name: options(place, name) for name in ("Status", "Priority", "Labels")}
    code, found = findings(place)
    assert (code, len(found), {each["fixed"] for each in found}) == (1, 5, {False})
    assert all("--fix" in each["cure"] or "create a url property" in each["cure"] for each in found)
    code, found = findings(place, "--fix")
    assert (code, len(found), {each["fixed"] for each in found}) == (0, 5, {True})
    assert findings(place) == (0, [])
    for name, there in before.items():
        assert options(place, name)[: len(there)] == there
    assert [name for _, name in options(place, "Priority")][len(before["Priority"]) :] == ["High", "Urgent", "Low"]
    place.opened("First", labels=["priority/high"])
    place.synced()
    assert place.page()["properties"]["Priority"] == "High"


def test_fix_never_renames_retypes_or_touches_github(place):
    place.map(fields=("{github: title, notion: Labels}", "{github: state, notion: Nowhere}"))
    source = place.running.notion.world.sources[place.ids.data_source]
    before = [(each.id, each.name, each.type) for each in source.properties.values()]
    code, found = findings(place, "--fix")
    assert (code, {each["fixed"] for each in found}) == (1, {False})
    assert [(each.id, each.name, each.type) for each in source.properties.values()] == before
    assert not [call for call in place.asked(Side.GITHUB) if not call.startswith("GET")]


def test_what_notion_refuses_to_mend_stays_a_fault_with_its_cure(place):
    place.map(fields=(FIELDS[0], STATE))
    place.running.notion.world.capabilities.discard("update_content")
    code, found = findings(place, "--fix")
    assert code == 1
    assert any("not mended" in each["message"] for each in found)


def test_fix_and_offline_exclude_each_other(place):
    assert place.run("check", "--fix", "--offline").code == 1


def test_offline_asks_neither_service_and_still_reads_the_files(place):
    place.map("colour: red")
    code, found = findings(place, "--offline")
    assert (code, len(found)) == (1, 1)
    assert place.count("total") == 0


@pytest.mark.parametrize(("capability", "word"), [("update_content", "update"), ("insert_content", "insert")])
def test_a_connection_that_may_not_write_is_told_before_the_first_pass(place, capability, word):
    place.running.notion.world.capabilities.discard(capability)
    code, (finding,) = findings(place)
    assert code == 1
    assert word in finding["message"]
    assert finding["cure"]
    assert place.pages() == []


def test_a_renamed_option_and_property_are_told_and_a_deleted_one_is_a_fault(place):
    place.opened("First", labels=["bug"])
    place.synced()
    place.ada.rename_property(place.ids.data_source, "Labels", "Marks")
    place.ada.rename_option(place.ids.data_source, "Status", old="Done", new="Finished")
    code, found = findings(place)
    assert (code, {each["level"] for each in found}) == (0, {"warning"})
    assert {"Marks", "Finished"} <= {word for each in found for word in each["message"].replace("'", " ").split()}
    place.ada.delete_property(place.ids.data_source, "Owner")
    code, found = findings(place)
    (fault,) = [each for each in found if each["level"] == "fault"]
    assert (code, fault["line"]) == (1, 10)
    assert "Owner" in fault["message"]
