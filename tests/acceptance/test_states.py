"""The documents in every state that a mapping can be in, and one error document for whatever was typed wrong."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.cli.session import state

NUMBER, TEXT, NOTHING = (int,), (str,), (type(None),)
STATUS = {
    "name": TEXT,
    "links": NUMBER,
    "last_pass": (dict, type(None)),
    "oldest_unsynced_seconds": (float, type(None)),
    **dict.fromkeys(("queued", "in_flight", "conflicts", "failed", "quarantined", "unmapped"), NUMBER),
    "paused": (str, type(None)),
    "refused": (dict, type(None)),
}
CONFLICT = {
    "id": NUMBER,
    **dict.fromkeys(("mapping", "issue", "page", "field", "github", "notion", "since", "state"), TEXT),
    "base": (dict, type(None)),
    "winner": (str, type(None)),
}
FAILURE = {
    **dict.fromkeys(("id", "attempts"), NUMBER),
    **dict.fromkeys(("mapping", "page", "side", "action", "error", "cure", "at"), TEXT),
    "issue": (str, type(None)),
}


def shaped(document, shape):
    """Assert that a document has every key of the contract, each with a value of its type."""
    assert {name: type(document[name]) in types for name, types in shape.items()} == dict.fromkeys(shape, True)


def never(place):
    place.opened("First")


def synced(place):
    place.opened("First")
    place.synced()


def stopped(place):
    synced(place)
    with state() as store:
        store.stop("roadmap", "a person wants quiet")


def faulty(place):
    synced(place)
    place.map(fields=("{github: title, notion: Name}", "{github: labels, notion: Labels, confict: hold}"))


def waiting(place):
    synced(place)
    with state() as store:
        store.mark_all("roadmap", store.tick())


@pytest.mark.parametrize(
    ("begin", "code", "paused"),
    [(never, 0, None), (synced, 0, None), (waiting, 0, None), (stopped, 3, "quiet"), (faulty, 3, "faulty")],
)
def test_the_status_has_every_key_in_every_state(place, begin, code, paused):
    begin(place)
    ran = place.run("status")
    shaped(ran.only, STATUS)
    assert ran.code == code
    assert (ran.only["paused"] is None) if paused is None else paused in ran.only["paused"]
    assert (ran.only["oldest_unsynced_seconds"] is None) is (begin is not waiting)
    assert (ran.only["last_pass"] is None) is (begin is never)
    if begin is faulty:
        assert [each["file"].endswith("roadmap.yaml") for each in ran.document["problems"]] == [True]


def test_without_a_mapping_every_list_is_there_and_empty(place):
    place.file.unlink()
    assert place.run("status").document["mappings"] == []
    assert place.run("conflicts").document == {"conflicts": []}
    assert place.run("failures").document == {"failures": []}
    for command in ("sync", "plan"):
        ran = place.run(command)
        assert (ran.code, list(ran.document)) == (1, ["error"])


def test_a_conflict_and_a_failure_have_every_key_with_its_type(place):
    place.map("conflict: hold")
    synced(place)
    place.person().edit(REPOSITORY, 1, title="Of GitHub")
    place.ada.edit(place.page()["id"], {"Name": "Of Notion"})
    place.added("x" * 300, Status="To do")
    assert place.run("sync").code == 3
    (conflict,) = place.run("conflicts").document["conflicts"]
    shaped(conflict, CONFLICT)
    assert place.run("conflicts", "show", str(conflict["id"])).document == {"conflicts": [conflict]}
    (failure,) = place.run("failures", "list").document["failures"]
    shaped(failure, FAILURE)
    assert place.run("conflicts", "resolve", str(conflict["id"]), "--use", "notion").code == 0
    place.run("sync")
    (decided,) = place.run("conflicts").document["conflicts"]
    shaped(decided, CONFLICT)
    assert (decided["state"], decided["winner"]) == ("decided", "notion")


def test_all_conflicts_of_a_field_are_resolved_and_no_other(place):
    place.map("conflict: hold")
    synced(place)
    place.person().edit(REPOSITORY, 1, title="Of GitHub")
    place.person().close(REPOSITORY, 1, "completed")
    place.ada.edit(place.page()["id"], {"Name": "Of Notion", "Status": "Won't do"})
    place.run("sync")
    ran = place.run("conflicts", "resolve", "--all", "--mapping", "roadmap", "--field", "title", "--use", "notion")
    assert (ran.code, ran.document["resolved"]) == (0, 1)
    place.run("sync")
    assert (place.issue()["title"], place.page()["properties"]["Status"]) == ("Of Notion", "Won't do")
    held = [each["field"] for each in place.run("conflicts").document["conflicts"] if each["state"] == "held"]
    assert held == ["state"]


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("status", "--nope"),
        ("explain",),
        ("explain", "one", "two"),
        ("undo",),
        ("conflicts", "show", "seven"),
        ("conflicts", "show", "9" * 40),
        ("conflicts", "resolve", "1"),
        ("conflicts", "resolve", "1", "--use", "both"),
        ("conflicts", "resolve", "--all", "--use", "github"),
        ("conflicts", "resolve", "1", "--all", "--mapping", "roadmap", "--use", "github"),
        ("conflicts", "resolve", "--all", "--mapping", "roadmpa", "--use", "github"),
        ("conflicts", "resolve", "--all", "--mapping", "\udcff", "--use", "github"),
        ("failures", "retry"),
        ("failures", "retry", "7"),
        ("failures", "retry", "7", "--all"),
        ("failures", "retry", "9" * 40),
        ("sync", "roadmpa"),
        ("sync", "\udcff"),
    ],
)
def test_what_was_typed_wrong_is_one_error_document_and_exit_code_one(place, words):
    ran = place.run(*words)
    assert ran.code == 1
    assert ran.document.keys() == {"error"}
    assert ran.document["error"].keys() == {"message", "problems"}
    assert ran.document["error"]["message"]
    for problem in ran.document["error"]["problems"]:
        assert problem.keys() >= {"file", "line", "where", "message", "nearest"}
    code, told = place.told(*words)
    assert code == 1
    assert "Traceback" not in told


def test_json_may_stand_before_the_word_that_it_is_meant_for(place):
    for group in ("conflicts", "failures"):
        command = [sys.executable, "-m", "sync", group, "--json", "list"]
        ran = subprocess.run(command, check=True, capture_output=True, env=os.environ)
        assert ran.stdout == b'{"%s": []}\n' % group.encode()


def binary(folder):
    (folder / "bad.yaml").write_bytes(b"\x00\x01\xff\xfe" * 64)


def a_folder(folder):
    (folder / "bad.yaml").mkdir()


def enormous(folder):
    (folder / "bad.yaml").write_text(f"version: {'9' * 5000}\nname: {'x' * 100_000}\nfields: {'[' * 500}\n")


def endless(folder):
    with (folder / "bad.yaml").open("wb") as file:
        file.truncate(1 << 32)


def dangling(folder):
    (folder / "bad.yaml").symlink_to(folder / "nowhere")


@pytest.mark.parametrize("harm", [binary, a_folder, enormous, endless, dangling])
def test_a_file_that_is_no_mapping_is_told_and_keeps_no_other_from_running(place, harm):
    synced(place)
    harm(place.file.parent)
    ran = place.run("sync")
    assert ran.code == 1
    assert ran.only["converged"]
    ran = place.run("status")
    assert ran.code == 3
    assert {each["file"].rpartition("/")[2] for each in ran.document["problems"]} == {"bad.yaml"}
    assert place.run("explain", f"{REPOSITORY}#1").code == 0
    for command in ("status", "sync", "check"):
        assert "Traceback" not in place.told(command)[1]


@pytest.mark.parametrize("where", ["nowhere", "mappings/roadmap.yaml"])
def test_a_mappings_folder_that_is_none_is_told(place, where):
    place.set(MAPPINGS_DIR=str(place.folder / where))
    ran = place.run("status")
    assert (ran.code, len(ran.document["problems"])) == (3, 1)
    assert place.run("sync").code == 1
    assert place.run("explain", f"{REPOSITORY}#1").code == 1


def test_a_pass_of_a_mapping_that_a_person_stopped_says_so_and_what_resumes_it(place):
    stopped(place)
    place.person().edit(REPOSITORY, 1, title="Renamed")
    ran = place.run("sync")
    assert (ran.code, ran.only["paused"]) == (3, "a person wants quiet")
    code, told = place.told("sync")
    assert code == 3
    told = " ".join(told.split())
    assert "paused a person wants quiet: nothing is written until somebody resumes it on the dashboard" in told


def test_a_pass_that_overwrote_something_names_itself_for_an_undo(place):
    place.opened("First")
    assert "tandem undo" not in place.told("sync")[1]
    place.person().edit(REPOSITORY, 1, title="Renamed")
    told = place.told("sync")[1]
    last = place.run("status").only["last_pass"]["id"]
    assert f"`tandem undo {last}` puts back what it overwrote" in told
    assert f"{last}," in place.told("status")[1]
    assert place.run("undo", last).code == 0
