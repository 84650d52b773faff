"""What is deployed is what it says: the compose file against its specification, every setting, every locked package."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest

from sync.config.settings import Settings, load_settings
from tests.deployment.compose import ROOT, SECRETS, services

OURS = ("release", "worker", "beat", "web")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
OF_COMPOSE = "POSTGRES_PASSWORD"


def assigned():
    """Return every line of the example that sets something, commented or not, by name."""
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))


def test_the_compose_file_is_what_its_specification_allows():
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*words, ROOT / "docker-compose.yml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_specification_refuses_a_service_with_an_unknown_key(tmp_path):
    wrong = tmp_path / "docker-compose.yml"
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    wrong.write_text(text.replace("    command: [tandem, migrate]", "    commands: [tandem, migrate]"))
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", wrong]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 1


def test_every_service_of_ours_is_bound_and_reaches_what_it_depends_on():
    found = services()
    assert set(found) == {*OURS, "redis", "postgres"}
    for name in OURS:
        service = found[name]
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"]
        settings = load_settings({**service["environment"], "GITHUB_TOKEN": "a", "NOTION_TOKEN": "b"})
        assert f"{SECRETS['POSTGRES_PASSWORD']}@postgres:5432/tandem" in settings.database_url.get_secret_value()
        assert settings.redis_url.get_secret_value() == "redis://redis:6379/0"
        assert found[name]["depends_on"]["postgres"] == {"condition": "service_healthy"}
        if name != "release":
            assert service["depends_on"]["release"] == {"condition": "service_completed_successfully"}
            assert service["depends_on"]["redis"] == {"condition": "service_healthy"}


def test_nothing_listens_beyond_this_machine():
    ports = {name: each["ports"] for name, each in services().items() if "ports" in each}
    assert ports == {"web": ["127.0.0.1:8080:8080"]}


def test_the_image_is_not_roots_and_holds_no_more_than_it_is_built_from():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER (\d+):", last, re.MULTILINE)[1] != "0"
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(" ".join(copied).split()) == sorted(allowed)
    assert "--require-hashes" in text


def test_the_example_shows_every_setting_with_its_default():
    found = assigned()
    found.pop(OF_COMPOSE)
    assert set(found) == {name.upper() for name in Settings.model_fields}
    given = {name: value for name, value in found.items() if value}
    assert load_settings(found).model_dump() == Settings().model_dump()
    unset = {name.upper() for name, field in Settings.model_fields.items() if field.default is None}
    assert unset.isdisjoint(given)
    assert unset | set(given) == set(found)


def test_the_example_as_it_is_sets_nothing_but_what_a_person_must(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text(EXAMPLE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in assigned():
        monkeypatch.delenv(name, raising=False)
    assert load_settings() == Settings()
    assert re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE) == ["GITHUB_TOKEN", "NOTION_TOKEN"]


def locked(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    return {
        each[0].partition("[")[0]: each[1] for each in re.findall(r"^([a-z0-9._\[\],-]+)==(\S+)", text, re.MULTILINE)
    }


def named(requirements):
    """Return the names of requirements as a lock spells them."""
    return {re.sub(r"[._]", "-", re.match(r"[\w.-]+", each)[0].lower()) for each in requirements}


def test_the_images_lock_is_the_checkouts_lock_without_its_tools():
    whole, image = locked("requirements.lock"), locked("requirements.run.lock")
    assert image.items() <= whole.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = named(project["project"]["dependencies"])
    assert needed <= set(image)
    assert (named(project["dependency-groups"]["dev"]) - needed).isdisjoint(image)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements.run.lock"])
def test_every_locked_package_is_held_to_its_hash(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert all(
        "--hash=sha256:" in part for part in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE) if "==" in part
    )
