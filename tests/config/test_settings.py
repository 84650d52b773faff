"""The environment as settings: the contract's table, secrets that stay secret, problems that name the variable."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from sync.config.settings import App, Settings, load_settings
from sync.core.errors import Misconfigured, Problem

DEFAULTS = {
    "GITHUB_TOKEN": None,
    "GITHUB_APP_ID": None,
    "GITHUB_APP_PRIVATE_KEY": None,
    "GITHUB_APP_INSTALLATION_ID": None,
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_WEBHOOK_SECRET": None,
    "NOTION_TOKEN": None,
    "NOTION_API_URL": "https://api.notion.com",
    "NOTION_WEBHOOK_TOKEN": None,
    "NOTION_BODY": "auto",
    "DATABASE_URL": "sqlite:///var/tandem.db",
    "REDIS_URL": None,
    "MAPPINGS_DIR": Path("mappings"),
    "STATE_DIR": Path("var"),
    "NOTION_REQUESTS_PER_MINUTE": 180,
    "GITHUB_REQUESTS_PER_HOUR": 5000,
    "GITHUB_POINTS_PER_MINUTE": 900,
    "GITHUB_CREATES_PER_MINUTE": 20,
    "GITHUB_CREATES_PER_HOUR": 500,
    "POLL_INTERVAL": 60,
    "FULL_SYNC_INTERVAL": 3600,
    "DEEP_SHARE": 0.05,
    "CREATE_SETTLE_SECONDS": 120,
    "STALE_SECONDS": 60,
    "JOURNAL_DAYS": 90,
    "PUBLIC_URL": None,
    "WEB_HOST": "127.0.0.1",
    "WEB_PORT": 8080,
    "WEB_TOKEN": None,
    "LOG_LEVEL": "info",
    "LOG_FORMAT": "auto",
}
SECRETS = {
    "GITHUB_TOKEN": "sandbox-github",
    "GITHUB_APP_PRIVATE_KEY": "sandbox-key",
    "GITHUB_WEBHOOK_SECRET": "sandbox-hook",
    "NOTION_TOKEN": "sandbox-notion",
    "NOTION_WEBHOOK_TOKEN": "sandbox-verification",
    "DATABASE_URL": "postgresql+psycopg://tandem:sandbox-password@db/tandem",
    "REDIS_URL": "redis://:sandbox-password@cache:6379/0",
    "WEB_TOKEN": "sandbox-web",
}


def plain(settings: Settings) -> dict[str, object]:
    return {
        name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in settings
    }


def problems(**env: str) -> tuple[Problem, ...]:
    with pytest.raises(Misconfigured) as caught:
        load_settings(env)
    return caught.value.problems


def test_an_empty_environment_gives_the_defaults_of_the_contract():
    assert plain(load_settings({})) == DEFAULTS
    assert plain(load_settings(dict.fromkeys(DEFAULTS, " "))) == DEFAULTS


def test_settings_are_read_in_their_own_types():
    found = plain(
        load_settings(
            {
                **SECRETS,
                "GITHUB_APP_ID": "12",
                "GITHUB_APP_INSTALLATION_ID": "34",
                "GITHUB_API_URL": "http://127.0.0.1:8081/",
                "NOTION_BODY": "Blocks",
                "MAPPINGS_DIR": "/etc/tandem",
                "NOTION_REQUESTS_PER_MINUTE": "0",
                "DEEP_SHARE": "12.5 %",
                "WEB_PORT": "0",
                "LOG_LEVEL": "DEBUG",
                "HOME": "/root",
            }
        )
    )

    expected = {
        **SECRETS,
        "GITHUB_APP_ID": "12",
        "GITHUB_APP_INSTALLATION_ID": 34,
        "GITHUB_API_URL": "http://127.0.0.1:8081",
        "NOTION_BODY": "blocks",
        "MAPPINGS_DIR": Path("/etc/tandem"),
        "NOTION_REQUESTS_PER_MINUTE": 0,
        "DEEP_SHARE": float(Fraction(1, 8)),
        "WEB_PORT": 0,
        "LOG_LEVEL": "debug",
    }
    assert found == DEFAULTS | expected


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError):
        load_settings({}).web_port = 1


def test_the_process_environment_goes_before_the_env_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("WEB_PORT=1\nPOLL_INTERVAL=2\nGITHUB_TOKEN=sandbox-file\nNOTION_TOKEN=\n")
    monkeypatch.setenv("WEB_PORT", "3")
    monkeypatch.delenv("POLL_INTERVAL", raising=False)

    found = load_settings()

    assert (found.web_port, found.poll_interval) == (3, 2)
    assert found.github_token is not None
    assert found.github_token.get_secret_value() == "sandbox-file"
    assert found.notion_token is None


def test_a_given_environment_is_taken_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("WEB_PORT=1\n")
    monkeypatch.setenv("POLL_INTERVAL", "3")

    assert plain(load_settings({})) == DEFAULTS


def test_an_env_file_that_is_not_utf8_is_one_problem(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"WEB_HOST=caf\xe9\n")

    with pytest.raises(Misconfigured) as caught:
        load_settings()

    assert caught.value.problems == (Problem("cannot be read as UTF-8 text", file=".env"),)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("GITHUB_REQUESTS_PER_HOUR", "many", "a whole number is expected, found 'many'"),
        ("GITHUB_REQUESTS_PER_HOUR", "1.5", "a whole number is expected, found '1.5'"),
        ("NOTION_REQUESTS_PER_MINUTE", "-1", "it must be greater than or equal to 0, found '-1'"),
        ("POLL_INTERVAL", "0", "it must be greater than 0, found '0'"),
        ("WEB_PORT", "65536", "it must be less than or equal to 65535, found '65536'"),
        ("DEEP_SHARE", "5", "a share from 0% to 100% is expected, found '5'"),
        ("DEEP_SHARE", "101%", "a share from 0% to 100% is expected, found '101%'"),
        ("DEEP_SHARE", "nan%", "a share from 0% to 100% is expected, found 'nan%'"),
        ("NOTION_BODY", "html", "'auto', 'markdown' or 'blocks' is expected, found 'html'"),
        ("LOG_LEVEL", "loud", "'debug', 'info', 'warning', 'error' or 'critical' is expected, found 'loud'"),
        ("GITHUB_API_URL", "api.github.com", "an address such as https://example.com is expected"),
        ("PUBLIC_URL", "ftp://me:sandbox@example.com", "an address such as https://example.com is expected"),
        ("DATABASE_URL", "mysql://db", "sqlite:///FILE or postgresql+psycopg://… is expected"),
        ("DATABASE_URL", "postgres", "sqlite:///FILE or postgresql+psycopg://… is expected"),
        ("REDIS_URL", "cache:6379", "redis://HOST:PORT/NUMBER is expected"),
    ],
)
def test_a_bad_setting_is_one_problem_that_names_the_variable(name, value, message):
    assert problems(**{name: value}) == (Problem(f"{name}: {message}", where=name),)


def test_all_bad_settings_are_told_at_once(tmp_path):
    found = problems(WEB_PORT="x", LOG_FORMAT="xml", NOTION_TOKEN_FILE=str(tmp_path / "none"))

    assert [problem.where for problem in found] == ["NOTION_TOKEN_FILE", "WEB_PORT", "LOG_FORMAT"]


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_stand_in_a_file(name, tmp_path):
    path = tmp_path / "secret"
    path.write_text(f"{SECRETS[name]}\n")

    assert plain(load_settings({f"{name}_FILE": str(path)}))[name] == SECRETS[name]


def test_a_secret_file_that_cannot_be_read_names_the_file_and_the_reason(tmp_path):
    odd = tmp_path / "odd"
    odd.write_bytes(b"\xff\xfe")
    gone = tmp_path / "gone"

    found = problems(GITHUB_TOKEN_FILE=str(gone), NOTION_TOKEN_FILE=str(odd), WEB_TOKEN_FILE=str(tmp_path))

    assert found == (
        Problem(f"GITHUB_TOKEN_FILE: {gone} cannot be read (No such file or directory)", where="GITHUB_TOKEN_FILE"),
        Problem(f"NOTION_TOKEN_FILE: {odd} cannot be read (not UTF-8)", where="NOTION_TOKEN_FILE"),
        Problem(f"WEB_TOKEN_FILE: {tmp_path} cannot be read (Is a directory)", where="WEB_TOKEN_FILE"),
    )


def test_a_secret_that_is_set_twice_is_a_problem(tmp_path):
    path = tmp_path / "secret"
    path.write_text("sandbox-other")

    assert problems(GITHUB_TOKEN="sandbox-github", GITHUB_TOKEN_FILE=str(path)) == (
        Problem("GITHUB_TOKEN and GITHUB_TOKEN_FILE are both set", where="GITHUB_TOKEN_FILE", cure="unset one of them"),
    )


def test_what_is_no_secret_has_no_file(tmp_path):
    assert plain(load_settings({"WEB_PORT_FILE": str(tmp_path)})) == DEFAULTS


def test_no_secret_is_ever_shown():
    found = load_settings(SECRETS)

    shown = [repr(found), str(found), str(found.model_dump()), found.model_dump_json()]

    assert [text for text in shown if "sandbox" in text] == []


@settings(deadline=None)
@given(value=st.text().filter(lambda text: text.strip() and "://" not in text))
def test_whatever_a_bad_secret_is_its_problem_reads_the_same(value):
    with pytest.raises(Misconfigured) as caught:
        load_settings({"DATABASE_URL": value, "REDIS_URL": value})

    assert caught.value.problems == (
        Problem("DATABASE_URL: sqlite:///FILE or postgresql+psycopg://… is expected", where="DATABASE_URL"),
        Problem("REDIS_URL: redis://HOST:PORT/NUMBER is expected", where="REDIS_URL"),
    )
    assert caught.value.__suppress_context__


def test_platforms_postgres_addresses_get_the_driver_that_is_installed():
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        found = load_settings({"DATABASE_URL": f"{scheme}://u:p@h/d"})
        assert found.database_url.get_secret_value() == "postgresql+psycopg://u:p@h/d"


def test_a_webhook_secret_may_be_two_while_it_is_rotated():
    assert load_settings({"GITHUB_WEBHOOK_SECRET": "sandbox-new, sandbox-old,"}).github_webhook_secrets == (
        "sandbox-new",
        "sandbox-old",
    )
    assert load_settings({}).github_webhook_secrets == ()


def test_a_credential_is_missed_only_when_it_is_needed():
    loaded = load_settings({})

    for require, name in ((loaded.require_github, "GITHUB_TOKEN"), (loaded.require_notion, "NOTION_TOKEN")):
        with pytest.raises(Misconfigured, match=f"^{name} is not set$") as caught:
            require()
        assert [problem.where for problem in caught.value.problems] == [name]


def test_a_token_is_the_credential_unless_there_is_an_app():
    token = load_settings({"GITHUB_TOKEN": "sandbox-github", "NOTION_TOKEN": "sandbox-notion"})
    app = load_settings(
        {
            "GITHUB_TOKEN": "sandbox-github",
            "GITHUB_APP_ID": "12",
            "GITHUB_APP_PRIVATE_KEY": "line one\\nline two",
            "GITHUB_APP_INSTALLATION_ID": "34",
        }
    ).require_github()

    assert token.require_github() == token.github_token
    assert token.require_notion().get_secret_value() == "sandbox-notion"
    assert isinstance(app, App)
    assert (app.id, app.private_key.get_secret_value(), app.installation_id) == ("12", "line one\nline two", 34)
    assert "line one" not in repr(app)


@pytest.mark.parametrize(
    ("given_one", "missing"),
    [("GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY"), ("GITHUB_APP_PRIVATE_KEY", "GITHUB_APP_ID")],
)
def test_half_an_app_is_a_problem_even_beside_a_token(given_one, missing):
    loaded = load_settings({given_one: "12", "GITHUB_TOKEN": "sandbox-github"})

    with pytest.raises(Misconfigured, match=f"^{missing} is not set, and a GitHub App needs it$"):
        loaded.require_github()
