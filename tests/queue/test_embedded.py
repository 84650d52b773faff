"""The server that starts by itself: shared, adopted, never doubled, gone with its last user."""

import os
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis

from sync.core.errors import Misconfigured
from sync.queue import binary, embedded
from sync.queue.embedded import Embedded, reach, tether
from tests.queue.conftest import eventually, kill, process

USE = "import sys; from pathlib import Path; from sync.queue.embedded import *; "
HOLD = f"{USE}e = Embedded(Path(sys.argv[1])); print(e.pid, flush=True); sys.stdin.read(); e.close()"
HOLD_TETHERED = HOLD.replace("Path(sys.argv[1])", "Path(sys.argv[1]), prefix=tether()")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "redis"


def lives(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def value(url, name):
    with Redis.from_url(url) as client:
        return client.get(name)


def test_a_url_that_is_set_is_used_and_nothing_is_started(tmp_path):
    with reach("redis://example.test:6379/0", tmp_path) as url:
        assert url == "redis://example.test:6379/0"
    assert list(tmp_path.iterdir()) == []


def test_it_keeps_what_it_is_told_and_evicts_nothing(tmp_path):
    with reach(None, tmp_path) as url, Redis.from_url(url) as client:
        client.set("kept", "1")
        wanted = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "port": "0"}
        assert {name: client.config_get(name)[name] for name in wanted} == wanted
    with reach(None, tmp_path) as url:
        assert value(url, "kept") == b"1"


def test_nobody_else_on_the_machine_may_reach_it(folder):
    server = Embedded(folder)
    assert folder.stat().st_mode & 0o077 == 0
    assert Path(server.url.removeprefix("unix://")).stat().st_mode & 0o077 == 0
    server.close()


def test_the_second_user_adopts_and_only_the_last_to_leave_stops_it(folder):
    first, second = Embedded(folder), Embedded(folder)
    pid = first.pid
    assert (second.pid, second.url) == (pid, first.url)
    first.close()
    assert lives(pid)
    assert value(second.url, "any") is None
    second.close()
    assert not lives(pid)


def test_users_in_several_processes_share_one_server(folder):
    mine = Embedded(folder)
    with process("-c", HOLD, str(folder)) as other:
        assert int(other.stdout.readline()) == mine.pid
        mine.close()
        assert lives(mine.pid)
        other.communicate(timeout=10)
    assert not lives(mine.pid)


def test_twelve_at_once_start_one_server(folder):
    barrier = threading.Barrier(12)

    def start(_):
        barrier.wait()
        return Embedded(folder)

    with ThreadPoolExecutor(12) as pool:
        users = list(pool.map(start, range(12)))
        assert len({user.pid for user in users}) == 1
        list(pool.map(Embedded.close, users))
    assert not lives(users[0].pid)


def test_users_who_come_and_go_always_find_a_server(folder):
    def come_and_go(number):
        for _ in range(8):
            user = Embedded(folder)
            assert value(user.url, "any") is None
            user.close()
        return number

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(come_and_go, range(4))) == [0, 1, 2, 3]


def test_the_servers_session_is_its_own_so_that_no_terminal_interrupts_it(folder):
    server = Embedded(folder)
    assert os.getsid(server.pid) == server.pid
    server.close()


def test_a_server_that_outlived_its_killed_user_is_adopted_with_all_it_holds(folder):
    with process("-c", HOLD, str(folder)) as other:
        pid = int(other.stdout.readline())
        with Redis(unix_socket_path=str(folder / "redis.sock")) as client:
            client.set("kept", "1")
        other.kill()
        other.wait(10)
    assert lives(pid)
    heir = Embedded(folder)
    assert heir.pid == pid
    assert value(heir.url, "kept") == b"1"
    heir.close()
    assert eventually(lambda: not lives(pid))


def test_a_tethered_server_ends_with_the_process_that_started_it(folder):
    if not tether():
        pytest.skip("prctl(2) is Linux's")
    with process("-c", HOLD_TETHERED, str(folder)) as other:
        pid = int(other.stdout.readline())
        other.kill()
        other.wait(10)
    assert eventually(lambda: not lives(pid))


def test_a_killed_server_comes_back_under_the_same_url_with_all_it_had_written(folder):
    first = Embedded(folder)
    with Redis.from_url(first.url) as client:
        for number in range(500):
            client.rpush("list", number)
        kill(first)
        second = Embedded(folder)
        assert second.url == first.url
        assert client.llen("list") == 500
    first.close()
    second.close()


def test_what_a_crash_left_behind_does_no_harm(folder):
    folder.mkdir()
    (folder / "server.lock").write_text("999999")
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(folder / "redis.sock"))
    stale.close()
    server = Embedded(folder)
    assert value(server.url, "any") is None
    server.close()


def test_a_deep_folder_has_its_socket_elsewhere(tmp_path):
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    first, second = Embedded(deep), Embedded(deep)
    assert len(first.url.removeprefix("unix://")) <= embedded.LONGEST_SOCKET_PATH
    assert value(second.url, "any") is None
    first.close()
    second.close()


def test_a_server_that_cannot_start_is_one_clear_error_with_its_own_words(folder):
    Embedded(folder).close()
    for file in folder.glob("appendonlydir/*.manifest"):
        file.write_text("nonsense\n")
    with pytest.raises(Misconfigured, match=r"does not answer: .*(?i:manifest|aof|append)"):
        Embedded(folder)


def test_a_server_that_is_frozen_is_not_doubled(folder, monkeypatch):
    monkeypatch.setattr(embedded, "START_SECONDS", 0.3)
    server = Embedded(folder)
    os.kill(server.pid, signal.SIGSTOP)
    with pytest.raises(Misconfigured, match="does not answer") as caught:
        Embedded(folder)
    assert str(server.pid) in caught.value.problems[0].cure
    os.kill(server.pid, signal.SIGCONT)
    server.close()


def test_without_any_server_there_is_one_clear_error(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binary, "find_spec", lambda _: None)
    with pytest.raises(Misconfigured, match="REDIS_URL is not set") as caught:
        binary.locate()
    assert "apt install redis-server" in caught.value.problems[0].cure


@pytest.mark.parametrize(("told", "chosen"), [("v=7.0.15", True), ("v=5.0.7", False), ("nothing", False)])
def test_a_server_on_the_path_comes_first_unless_it_is_too_old(tmp_path, monkeypatch, told, chosen):
    script = tmp_path / "redis-server"
    script.write_text(f"#!{sys.executable} -I\nprint('Redis server {told} sha=0')\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (binary.locate() == script) is chosen
