"""The web process itself: where it may listen, what it says, and how it ends."""

import os
import signal
import subprocess
import sys

import httpx
import pytest

from sync.core.errors import Misconfigured
from sync.web.serve import address, listen, main, refuse_strangers
from tests.web.desk import environment


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.com"])
def test_nobody_may_be_let_in_from_elsewhere_without_a_token(folder, redis, host):
    with pytest.raises(Misconfigured, match="WEB_TOKEN is not set"):
        refuse_strangers(environment(folder, redis, WEB_HOST=host))
    refuse_strangers(environment(folder, redis, WEB_HOST=host, WEB_TOKEN="long and random"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1"])
def test_this_machine_needs_none(folder, redis, host):
    refuse_strangers(environment(folder, redis, WEB_HOST=host))


def test_a_port_that_is_taken_is_told_in_words(folder, redis):
    with listen(environment(folder, redis)) as taken:
        taken.listen()
        port = str(taken.getsockname()[1])
        with pytest.raises(Misconfigured, match=f"WEB_PORT {port} cannot be opened: Address already in use"):
            listen(environment(folder, redis, WEB_PORT=port))


def test_people_are_told_where_it_is(folder, redis):
    with listen(environment(folder, redis)) as sock:
        port = sock.getsockname()[1]
        assert address(environment(folder, redis), sock) == f"http://127.0.0.1:{port}/"
        assert address(environment(folder, redis, WEB_HOST="::1"), sock) == f"http://[::1]:{port}/"
        assert address(environment(folder, redis, PUBLIC_URL="https://t.example/"), sock) == "https://t.example/"


def variables(folder, redis, **more):
    own = {
        "DATABASE_URL": f"sqlite:///{folder / 'tandem.db'}",
        "MAPPINGS_DIR": str(folder / "mappings"),
        "STATE_DIR": str(folder),
        "REDIS_URL": redis,
        "WEB_PORT": "0",
        **more,
    }
    return {**os.environ, **own}


def test_the_command_serves_until_it_is_asked_to_end(folder, redis):
    command = [sys.executable, "-m", "sync", "web"]
    with subprocess.Popen(command, env=variables(folder, redis), stderr=subprocess.PIPE, text=True) as process:
        try:
            said = process.stderr.readline()
            url = said.removeprefix("the dashboard is at ").strip()
            with httpx.Client(trust_env=False, transport=httpx.HTTPTransport(retries=5)) as client:
                assert client.get(f"{url}healthz", timeout=20).status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()


def test_a_fault_of_the_settings_is_told_without_a_traceback(folder, redis, monkeypatch, capsys):
    for name, value in variables(folder, redis, WEB_HOST="0.0.0.0").items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == (
        "error: WEB_HOST is 0.0.0.0, where anybody could open the dashboard: WEB_TOKEN is not set\n"
        "  set WEB_TOKEN to a long random text, or leave WEB_HOST at 127.0.0.1\n"
    )
