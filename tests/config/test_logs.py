"""What is told of what happens: for people or as JSON, with the ids that it is about, and never with a secret in it."""

from __future__ import annotations

import json
import logging
import sys

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from structlog.contextvars import bind_contextvars, clear_contextvars

from sync.config.logs import Stderr, configure, hiding, watch
from sync.config.settings import load_settings

SECRETS = {
    "GITHUB_TOKEN": "sandbox-github-token",
    "NOTION_TOKEN": "sandbox-notion-token",
    "GITHUB_WEBHOOK_SECRET": "first-secret,second-secret",
    "DATABASE_URL": "postgresql://tandem:pass%2Fword@db/tandem",
    "REDIS_URL": "redis://:redis-password@queue:6379/0",
    "WEB_TOKEN": "the-dashboards-token",
    "GITHUB_APP_PRIVATE_KEY": "-----BEGIN KEY-----\nMIIEowIBAAKCAQEA\n-----END KEY-----",
}
PARTS = (
    *(SECRETS[name] for name in ("GITHUB_TOKEN", "NOTION_TOKEN", "WEB_TOKEN")),
    *("first-secret", "second-secret", "pass%2Fword", "pass/word", "redis-password", "MIIEowIBAAKCAQEA"),
)


@pytest.fixture(autouse=True)
def plain():
    clear_contextvars()
    root, level = logging.getLogger(), logging.getLogger().level
    yield
    for each in [each for each in root.handlers if isinstance(each, Stderr)]:
        root.removeHandler(each)
    root.setLevel(level)
    clear_contextvars()


def told(capsys):
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def configured(**more):
    settings = load_settings({**SECRETS, "LOG_FORMAT": "json", **more})
    configure(settings)
    return settings


def test_a_line_says_what_happened_when_and_to_whom(capsys):
    configured()
    watch("pass began", {"mapping": "roadmap", "pass_id": "p1", "mode": "full"})
    bind_contextvars(task="full")
    logging.getLogger("sync.somewhere").warning("a page of %s has no %s", "ours", "name")
    watch("wrote", {"mapping": "roadmap", "link": 7, "side": "notion", "action": "update", "outcome": "done"})
    watch("pass ended", {"mapping": "roadmap", "pass_id": "p1", "mode": "full", "outcome": "paused: 401"})
    found = told(capsys)
    assert [(each["event"], each["level"]) for each in found] == [
        ("a page of ours has no name", "warning"),
        ("wrote", "info"),
        ("pass ended", "warning"),
    ]
    assert found[0] | {"mapping": "roadmap", "pass_id": "p1", "task": "full"} == found[0]
    assert found[1] | {"link": 7, "action": "update"} == found[1]
    assert all(each["timestamp"].endswith("Z") for each in found)


@pytest.mark.parametrize(("outcome", "level"), [("failed", "warning"), ("unknown", "warning"), ("done", "info")])
def test_a_write_that_failed_is_louder_than_one_that_did_not(capsys, outcome, level):
    configured()
    watch("wrote", {"mapping": "roadmap", "link": 1, "outcome": outcome})
    assert [each["level"] for each in told(capsys)] == [level]


def test_no_secret_is_told_wherever_it_stands(capsys):
    configured(LOG_LEVEL="debug")
    log = structlog.get_logger("tandem.test")
    for part in PARTS:
        log.info(part, value=part, nested={"deep": [part, {"a": (part,)}]}, thing=ValueError(part))
        logging.getLogger("celery.worker").error("in arguments: %s", part)
        error = RuntimeError(part)
        log.error("in a traceback", exc_info=error)
        logging.getLogger("kombu").error("in a foreign one", exc_info=error)
    said = capsys.readouterr().err
    assert said.count("***") >= len(PARTS) * 4
    assert not [part for part in PARTS if part in said]


@given(st.sampled_from(["ghs", "github_pat", "ntn", "secret"]), st.from_regex(r"[A-Za-z0-9]{20,40}", fullmatch=True))
def test_what_looks_like_a_token_is_hidden_though_no_setting_knows_it(kind, rest):
    hide = hiding(load_settings({}))
    assert rest not in hide(f"the answer was {kind}_{rest} in the end")
    assert rest not in hide(f"Authorization: Bearer {rest}")


@given(st.text(alphabet=st.characters(exclude_characters="_ "), max_size=60))
def test_other_texts_are_told_as_they_are(text):
    assert hiding(load_settings({}))(text) == text


def test_a_short_secret_does_not_black_out_every_text():
    assert hiding(load_settings({"WEB_TOKEN": "e"}))("everything") == "everything"


def test_people_get_words_and_programs_get_json(capsys, monkeypatch):
    for terminal, first in ((True, "2"), (False, "{")):
        monkeypatch.setattr(sys.stderr, "isatty", lambda terminal=terminal: terminal, raising=False)
        configured(LOG_FORMAT="auto")
        structlog.get_logger("tandem").warning("hello")
        said = capsys.readouterr().err
        assert said.lstrip("\x1b[0123456789;m")[0] == first or said.startswith(("\x1b", first))
        assert ("hello" in said, said.startswith("{")) == (True, not terminal)


def test_a_command_speaks_of_trouble_alone_unless_it_is_told_to_say_more(capsys):
    for more, count in (({}, 1), ({"LOG_LEVEL": "info"}, 2)):
        configure(load_settings({"LOG_FORMAT": "json", **more}), quiet=True)
        structlog.get_logger("tandem").info("news")
        structlog.get_logger("tandem").warning("trouble")
        assert len(told(capsys)) == count


def test_the_chatter_of_libraries_is_for_those_who_look_for_a_fault(capsys):
    for level, count in (("info", 0), ("debug", 1)):
        configured(LOG_LEVEL=level)
        logging.getLogger("celery.app.trace").info("Task tick succeeded")
        assert len(told(capsys)) == count


def test_whoever_looks_for_a_fault_is_told_of_every_call_and_of_no_step_through_a_text(capsys):
    configured(LOG_LEVEL="debug")
    logging.getLogger("markdown_it.rules_block.code").debug("entering code")
    logging.getLogger("httpx").info("GET")
    assert [line["event"] for line in told(capsys)] == ["GET"]
