"""The first minutes of somebody new: a mapping written from what is there, sound at once, and nothing overwritten."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import time

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.core.model import Side
from sync.sandbox.notion import databases, texts
from sync.sandbox.seed import populate


@pytest.fixture
def bare(place):
    """A sandbox with issues and a fitting database, and no mapping yet."""
    place.file.unlink()
    populate(place.running.github, REPOSITORY, 12)
    return place


def written(place, *words):
    """Run init, which must succeed, and return its document; what it wrote has no fault."""
    ran = place.run("init", *words)
    assert ran.code == 0, ran.document
    checked = place.run("check")
    assert (checked.code, [each for each in checked.document["findings"] if each["level"] == "fault"]) == (0, [])
    return ran.document


def refused(place, *words):
    """Run init, which must refuse without a traceback, and return the problems; people read the same."""
    ran = place.run("init", *words)
    assert ran.code == 1, ran.document
    assert ran.document.keys() == {"error"}
    code, told = place.told("init", *words)
    assert code == 1
    assert "Traceback" not in told
    return ran.document["error"]["problems"]


def rows(document):
    return {each["github"]: each["notion"] for each in document["fields"]}


def table(place, **columns):
    """Make a database of those columns beside the first."""
    described = {name.replace("_", " "): column for name, column in columns.items()}
    return place.running.notion.create_database("Other", {"Name": {"title": {}}, **described})


def named(*options):
    return {"options": [{"name": each} for each in options]}


# -- a database that is there ------------------------------------------------------------------------------------------


def test_a_mapping_is_written_from_flags_passes_check_and_brings_both_sides_into_step(bare):
    document = written(bare, "--repo", REPOSITORY, "--database", bare.ids.database, "--yes")
    assert document["file"].endswith("mappings/roadmap.yaml")
    assert (document["name"], document["link_property"], document["created"]) == ("roadmap", "GitHub", False)
    assert rows(document) == {
        "title": "Name",
        "state": "Status",
        "labels": "Labels",
        "labels:priority/*": "Priority",
        "assignees": "Owner",
    }
    (state,) = [each["values"] for each in document["fields"] if each["github"] == "state"]
    assert state == {"open": ["To do", "In progress"], "closed": ["Done"], "closed:not_planned": ["Won't do"]}
    assert document["users"]["ada"] == "ada@example.com"
    assert bare.run("plan").code == 2
    bare.synced()
    assert len(bare.pages()) == len(bare.issues()) == 12
    assert {page["properties"]["Name"] for page in bare.pages()} == {each["title"] for each in bare.issues().values()}
    assert any(page["properties"]["Priority"] for page in bare.pages())
    assert bare.run("plan", "--full").code == 0


def test_the_file_is_commented_and_a_link_that_people_paste_stands_in_it(bare):
    link = f"https://www.notion.so/acme/Roadmap-{bare.ids.database.replace('-', '')}?v=1"
    written(bare, "--repo", f"https://github.com/{REPOSITORY}.git", "--database", link, "--yes")
    told = bare.file.read_text()
    assert f"  database: {link}\n" in told
    assert f"  repositories: [{REPOSITORY}]\n" in told
    keys = [line for line in told.splitlines() if re.match(r"  ?\w|\w|  - ", line) and line.endswith(("}", "true"))]
    lines = told.splitlines()
    assert all(lines[lines.index(each) - 1].lstrip().startswith("#") for each in keys), "each row has its comment"


def test_people_are_told_what_was_tied_to_what_and_what_comes_next(bare):
    code, told = bare.told("init", "--repo", REPOSITORY, "--database", bare.ids.database)
    assert code == 0
    assert "wrote" in told
    assert "roadmap.yaml" in told
    assert "closed:not_planned: Won't do" in " ".join(told.split())
    assert "tandem check" in told


def test_no_file_is_ever_overwritten(bare):
    words = ("--repo", REPOSITORY, "--database", bare.ids.database, "--yes")
    written(bare, *words)
    before = bare.file.read_bytes()
    (problem,) = refused(bare, *words)
    assert problem["file"].endswith("roadmap.yaml")
    bare.file.rename(bare.file.with_suffix(".yml"))
    (problem,) = refused(bare, *words)
    assert problem["file"].endswith("roadmap.yml")
    assert bare.file.with_suffix(".yml").read_bytes() == before


def test_a_second_mapping_of_one_database_creates_no_issues_so_that_both_may_run(bare):
    bare.running.github.add_repository("acme/web", access={"octocat": "push"})
    first = written(bare, "--repo", REPOSITORY, "--database", bare.ids.database, "--yes")
    second = written(bare, "--repo", "acme/web", "--database", bare.ids.database, "--name", "web", "--yes")
    assert (first["create"]["issues"], second["create"]["issues"]) == (True, False)
    assert str(bare.file) in (bare.file.parent / "web.yaml").read_text()


@pytest.mark.parametrize("name", ["_draft", "my.example", "a/b", "../up", "", "x?"])
def test_a_name_that_would_not_be_read_or_leaves_the_folder_is_refused(bare, name):
    refused(bare, "--repo", REPOSITORY, "--database", bare.ids.database, "--name", name, "--yes")
    assert list(bare.folder.rglob("*.yaml")) == []


def test_several_repositories_share_one_database_by_a_row_of_their_own(bare):
    bare.running.github.add_repository("acme/web", access={"octocat": "push"})
    bare.person().create("acme/web", "Of the web")
    made = table(
        bare,
        Stage={"select": named("Backlog", "Doing", "Done ✅", "Cancelled")},
        Repo={"select": named()},
        GitHub={"url": {}},
    )
    document = written(bare, "--repo", f"{REPOSITORY},acme/web", "--database", made.database, "--yes")
    assert rows(document) == {"title": "Name", "state": "Stage", "repository": "Repo"}
    (state,) = [each["values"] for each in document["fields"] if each["github"] == "state"]
    assert state == {"open": ["Backlog", "Doing"], "closed": ["Done ✅"], "closed:not_planned": ["Cancelled"]}
    bare.synced()


def test_a_missing_link_property_is_added_with_yes_and_told_without(bare):
    made = table(bare, Link={"rich_text": {}})
    words = ("--repo", REPOSITORY, "--database", made.database)
    before = bare.count("writes")
    ran = bare.run("init", *words)
    assert ran.code == 1
    assert "issue's address" in ran.document["error"]["message"]
    assert bare.count("writes") == before
    assert list(bare.folder.rglob("*.yaml")) == []
    document = written(bare, *words, "--yes")
    assert document["added"] == ["GitHub"]
    bare.synced()


def test_of_several_data_sources_one_is_named_and_stands_in_the_file(bare):
    second_source(bare)
    words = ("--repo", REPOSITORY, "--database", bare.ids.database, "--yes")
    (problem,) = refused(bare, *words)
    assert problem["where"] == "--data-source"
    assert "Second" in problem["message"]
    document = written(bare, *words, "--data-source", "Roadmap")
    assert document["data_source"] == "Roadmap"
    bare.synced()


def second_source(place):
    """Add a data source to the database, as a person does."""
    world = place.running.notion.world
    home = world.databases[place.ids.database]
    databases.add_source(world, home, texts.shown("Second"), properties={"Title": {"title": {}}}, actor=world.owner.id)


# -- a database that is made -------------------------------------------------------------------------------------------


def test_a_database_is_made_under_a_page_with_what_the_repository_has_and_everything_fits(bare):
    root = bare.running.notion.world.root.id
    document = written(bare, "--repo", REPOSITORY, "--create-under", root, "--title", "Team board", "--yes")
    assert (document["created"], document["name"]) == (True, "team-board")
    assert rows(document) == {
        "title": "Name",
        "state": "Status",
        "labels": "Labels",
        "labels:priority/*": "Priority",
        "assignees": "Owner",
        "milestone": "Milestone",
        "number": "No.",
        "author": "Author",
    }
    (state,) = [each["values"] for each in document["fields"] if each["github"] == "state"]
    assert state["closed:not_planned"] == ["Won't do"]
    (source,) = bare.running.notion.world.databases[document["database"]].sources
    bare.ids = type(bare.ids)(document["database"], source.id)
    bare.synced()
    assert len(bare.pages()) == len(bare.issues())
    assert bare.run("plan", "--full").code == 0


def test_a_repository_with_types_points_and_odd_labels_gets_a_database_that_fits(bare):
    bare.sandbox_types()
    octocat = bare.person()
    for name in ("Points: 1", "Points: 3", "P/x", "Priority: High", "Priority: Low", "with, comma"):
        octocat.create_label("team/typed", name, "ededed")
    octocat.create("team/typed", "Sized", labels=["Points: 3", "Priority: High"], type="Bug")
    root = bare.running.notion.world.root.id
    document = written(bare, "--repo", "team/typed", "--create-under", root, "--yes")
    assert rows(document)["labels:Priority: *"] == "Priority"
    assert rows(document)["labels:Points: *"] == "Estimate"
    assert rows(document)["type"] == "Type"
    (source,) = bare.running.notion.world.databases[document["database"]].sources
    bare.ids = type(bare.ids)(document["database"], source.id)
    bare.synced()
    (page,) = bare.pages()
    shown = page["properties"]
    assert (shown["Estimate"], shown["Priority"], shown["Type"], shown["No."]) == (3, "High", "Bug", 1)


@pytest.mark.parametrize("page", ["nonsense", "38c9ce7b-60a4-8186-b51f-ce28be392a4a"])
def test_a_page_that_cannot_be_written_under_is_told_with_its_flag(bare, page):
    (problem,) = refused(bare, "--repo", REPOSITORY, "--create-under", page, "--yes")
    assert problem["where"] == "--create-under"
    assert list(bare.folder.rglob("*.yaml")) == []


def test_a_file_in_the_way_is_told_before_a_database_is_made(bare):
    bare.file.write_text("")
    before = len(bare.running.notion.world.databases)
    root = bare.running.notion.world.root.id
    refused(bare, "--repo", REPOSITORY, "--create-under", root, "--title", "Roadmap", "--yes")
    assert len(bare.running.notion.world.databases) == before


# -- what goes wrong ---------------------------------------------------------------------------------------------------


def test_where_nobody_can_be_asked_one_error_names_the_flags_that_are_missing(bare):
    (problem,) = refused(bare)
    assert "--repo" in problem["message"]
    assert "--database" in problem["message"]
    assert "--create-under" in problem["message"]
    (problem,) = refused(bare, "--repo", REPOSITORY)
    assert "--repo" not in problem["message"]


def test_everything_that_is_missing_is_told_at_once(bare):
    bare.set(GITHUB_TOKEN=None, NOTION_TOKEN=None)
    assert {each["where"] for each in refused(bare)} == {"GITHUB_TOKEN", "NOTION_TOKEN", "init"}


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        (("--repo", "acme/nowhere"), "--repo"),
        (("--repo", "acme"), "--repo"),
        (("--database", "Roadmap"), "--database"),
        (("--database", "38c9ce7b-60a4-8186-b51f-ce28be392a4a"), "--database"),
        (("--data-source", "Nothing"), "--data-source"),
    ],
)
def test_what_is_not_there_is_told_by_the_flag_that_named_it(bare, words, flag):
    given = {"--repo": REPOSITORY, "--database": bare.ids.database, words[0]: words[1]}
    (problem,) = refused(bare, *(each for pair in given.items() for each in pair), "--yes")
    assert problem["where"] == flag
    assert list(bare.folder.rglob("*.yaml")) == []


def test_two_ways_to_a_database_are_one_too_many(bare):
    words = ("--database", bare.ids.database, "--create-under", bare.running.notion.world.root.id)
    (problem,) = refused(bare, "--repo", REPOSITORY, *words)
    assert "--create-under" in problem["message"]


@pytest.mark.parametrize("side", [Side.GITHUB, Side.NOTION])
def test_a_refused_token_is_told_with_its_cure(bare, side):
    bare.set(**{f"{side.upper()}_TOKEN": "sandbox-stranger"})
    ran = bare.run("init", "--repo", REPOSITORY, "--database", bare.ids.database, "--yes")
    assert ran.code == 1
    assert f"renew {side.upper()}_TOKEN" in ran.document["error"]["message"]


def test_a_folder_that_cannot_be_written_is_told(bare):
    bare.file.parent.rmdir()
    bare.file.parent.write_text("a file")
    ran = bare.run("init", "--repo", REPOSITORY, "--database", bare.ids.database, "--yes")
    assert ran.code == 1
    assert "cannot be written" in ran.document["error"]["message"]


def test_a_missing_folder_is_made(bare):
    bare.file.parent.rmdir()
    written(bare, "--repo", REPOSITORY, "--database", bare.ids.database, "--yes")


# -- at a terminal -----------------------------------------------------------------------------------------------------


def typed(place, answers, *words):
    """Run init at a terminal, type each answer when its question has come, and return all that was shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "sync", "init", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=place.folder,
        env={**os.environ, "TERM": "dumb", "COLUMNS": "120"},
    )
    os.close(theirs)
    shown = ""
    for question, answer in answers:
        shown += until(ours, question)
        os.write(ours, f"{answer}\n".encode())
    shown += until(ours, None)
    os.close(ours)
    return process.wait(timeout=30), shown


def until(terminal, question):
    """Read what the terminal shows until it asks, or until the program ends."""
    shown, patience = "", time.monotonic() + 60
    while time.monotonic() < patience:
        try:
            piece = os.read(terminal, 4096).decode(errors="replace")
        except OSError:  # the program closed its end
            piece = ""
        shown += piece
        if not piece:
            return shown
        if question and question in shown:
            return shown
    raise TimeoutError(shown)


def test_at_a_terminal_everything_is_asked_with_sensible_defaults(bare):
    code, shown = typed(
        bare,
        [
            ("Which repository?", "acme/nowhere"),
            ("Which repository?", REPOSITORY),
            ("Which database?", ""),
            ("mapping called?", ""),
            ("issue that has no page get one?", ""),
            ("page that has no issue get one?", "n"),
        ],
    )
    assert code == 0, shown
    assert "GitHub shows no repository 'acme/nowhere'" in shown
    assert "1  Roadmap" in shown
    assert "issues: false" in bare.file.read_text()
    assert bare.run("check").code == 0


def test_at_a_terminal_a_new_database_is_asked_for_too(bare):
    code, shown = typed(
        bare,
        [
            ("Which database?", "new"),
            ("Under which page", bare.running.notion.world.root.id),
            ("new database called?", "Board"),
            ("mapping called?", "team"),
            ("issue that has no page get one?", "y"),
            ("page that has no issue get one?", "y"),
        ],
        "--repo",
        REPOSITORY,
    )
    assert code == 0, shown
    assert (bare.file.parent / "team.yaml").exists()
    assert bare.run("check").code == 0


def test_at_a_terminal_nothing_is_added_to_a_database_without_a_yes(bare):
    made = table(bare)
    before = bare.count("writes")
    answers = [("mapping called?", ""), ("no page get one?", ""), ("no issue get one?", ""), ("Add one of type", "n")]
    code, shown = typed(bare, answers, "--repo", REPOSITORY, "--database", made.database)
    assert code == 1, shown
    assert bare.count("writes") == before
    assert list(bare.folder.rglob("*.yaml")) == []
