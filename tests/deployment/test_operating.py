"""docs/operating.md is true: its unit, its metrics, its messages, and what it promises of backups."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from functools import cache

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.config.settings import _secret_names
from sync.sandbox.seed import populate
from tests.acceptance.conftest import database, place, redis, sandbox
from tests.deployment.compose import ROOT

__all__ = ["database", "place", "redis", "sandbox"]

PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
LATER = 120


def section(heading):
    return PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def cells(heading):
    """Return the first cell of each row of a section's tables."""
    rows = re.findall(r"^\| (.+?) \|", section(heading), re.MULTILINE)
    return [each for each in rows if "`" in each]


@cache
def texts(folder="sync"):
    """Return every literal text of the code, the parts of formatted ones apart."""
    found = []
    for path in (ROOT / folder).rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        found += [value for value in constants if isinstance(value, str)]
    return "\n".join(found)


def test_the_unit_is_one_that_systemd_takes(tmp_path):
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("there is no systemd-analyze on this machine")
    unit = re.search(r"```ini\n(.*?)```", PAGE, re.DOTALL)[1]
    assert "ExecStart=/opt/tandem/bin/tandem up\n" in unit
    file = tmp_path / "tandem.service"
    file.write_text(unit.replace("/opt/tandem/bin/tandem", sys.executable), encoding="utf-8")
    done = subprocess.run([verify, "verify", file], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if "tandem.service" in line]
    assert said == []
    file.write_text(unit.replace("KillMode=mixed", "KillMode=gently"), encoding="utf-8")
    assert "kill mode" in subprocess.run([verify, "verify", file], capture_output=True, text=True, check=False).stderr


def test_every_message_is_one_that_the_code_says():
    messages = [quoted for cell in cells("Troubleshooting by message") for quoted in re.findall(r"`([^`]+)`", cell)]
    assert len(messages) > 15
    system = "Address already in use"
    assert [each for each in messages if each.replace(f": {system}", "") not in texts()] == []


def test_every_metric_is_one_that_the_code_has():
    named = set(re.findall(r"\btandem_([a-z_]+)\b", section("Monitoring")))
    known = texts("sync/web") + texts("sync/store")
    assert len(named) > 7
    assert {name for name in named if name.removesuffix("_total") not in known} == set()


def test_every_secret_is_listed_with_how_it_is_rotated_and_that_it_may_stand_in_a_file():
    secrets = {name.upper() for name in _secret_names()}
    listed = section("Containers").partition("stand in a file:")[2]
    assert set(re.findall(r"`([A-Z_]+)`", listed)) == secrets
    assert secrets <= set(re.findall(r"`([A-Z_]+)`", section("Rotation of secrets")))


def backed_up(place):
    """Take a backup by the words of the page."""
    words = re.search(r"^python3 (-c .*) var/tandem.db backup.db$", section("Backup and restore"), re.MULTILINE)[1]
    command = f"{sys.executable} {words} {place.folder / 'tandem.db'} {place.folder / 'backup.db'}"
    subprocess.run(command, shell=True, check=True)
    return place.folder / "backup.db"


def remove(place):
    for file in place.folder.glob("tandem.db*"):
        file.unlink()


def restore(place, backup):
    remove(place)
    shutil.copy(backup, place.folder / "tandem.db")


def people_work(place, round_, numbers=(1, 2)):
    """Edit an issue and another one's page, and have something born on each side."""
    pages = {each["properties"]["GitHub"]: each["id"] for each in place.pages()}
    place.person().edit(REPOSITORY, numbers[0], title=f"Renamed on GitHub {round_}")
    place.ada.edit(pages[place.issue(numbers[1])["html_url"]], {"Name": f"Renamed in Notion {round_}"})
    place.opened(f"Born on GitHub {round_}")
    place.added(f"Born in Notion {round_}", Status="To do")


def births(place):
    calls = place.asked("github").get("POST /repos/{repo}/issues", 0), place.asked("notion").get("POST /v1/pages", 0)
    return sum(calls)


def test_a_restored_backup_ties_again_what_was_born_since_and_loses_no_edit(place):
    populate(place.running.github, REPOSITORY, 6)
    place.synced()
    backup = backed_up(place)
    people_work(place, "before the loss")
    place.running.clock.advance(LATER)
    place.synced()
    born = births(place)
    people_work(place, "after it", (3, 4))
    restore(place, backup)
    place.running.clock.advance(LATER)
    place.synced("--full")
    assert births(place) == born + 2
    assert place.differences() == []
    assert place.duplicates() == 0
    titles = [place.issue(number)["title"] for number in (1, 2, 3, 4)]
    assert titles == [
        "Renamed on GitHub before the loss",
        "Renamed in Notion before the loss",
        "Renamed on GitHub after it",
        "Renamed in Notion after it",
    ]


def test_what_was_copied_since_the_backup_and_edited_again_is_asked_about_rather_than_guessed(place):
    place.opened("First")
    place.synced()
    backup = backed_up(place)
    place.person().edit(REPOSITORY, 1, title="Second")
    place.running.clock.advance(LATER)
    place.synced()
    place.person().edit(REPOSITORY, 1, title="Third")
    restore(place, backup)
    ran = place.run("sync", "--full")
    assert (ran.code, ran.only["held"]) == (3, 1)
    assert (place.issue(1)["title"], place.page()["properties"]["Name"]) == ("Third", "Second")


def test_an_empty_database_ties_everything_again_and_bears_nothing(place):
    populate(place.running.github, REPOSITORY, 6)
    place.synced()
    people_work(place, "before the loss")
    place.running.clock.advance(LATER)
    place.synced()
    before, writes = births(place), place.count("writes")
    remove(place)
    place.running.clock.advance(LATER)
    place.synced("--full")
    assert births(place) == before
    assert place.count("writes") == writes
    assert place.differences() == []
    assert place.duplicates() == 0
