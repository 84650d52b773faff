"""`tandem up` with real processes: it ends whole, leaves nobody behind however it died, and goes on from there."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import pytest

from sync.cli.children import PROGRAMS, Children
from sync.cli.keep import FIRST, LONGEST, SETTLED, Turn, titled
from sync.cli.sandbox import REPOSITORY
from sync.cli.up import asked_to_end
from sync.sandbox.seed import database, populate
from sync.sandbox.server import Sandbox
from tests.acceptance.place import LIMITS
from tests.cli.house import PATIENCE, House, state
from tests.queue.conftest import eventually

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]

ISSUES = 12


@pytest.fixture(scope="module")
def github_and_notion():
    with Sandbox.start() as running:
        populate(running.github, REPOSITORY, ISSUES)
        for front in running.fronts.values():
            for switch in front.faults.switches.keys() & LIMITS:
                front.faults.switch(switch, 0)
        yield running


@pytest.fixture
def house(github_and_notion, tmp_path):
    """A folder with an empty database beside the repository that all share."""
    made = House(github_and_notion, database(github_and_notion.notion), tmp_path)
    for front in github_and_notion.fronts.values():
        front.faults.disarm()
    yield made
    made.close()


def agreed(house):
    return eventually(lambda: not house.differences(), PATIENCE)


def in_flight(house):
    done = subprocess.run(
        [sys.executable, "-c", COUNT, house.environment["DATABASE_URL"]], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


COUNT = """
import sys
from sync.store import open_store
with open_store(sys.argv[1]) as store:
    print(store.status("roadmap").in_flight)
"""


def test_nohup_is_respected_and_the_closing_of_a_terminal_otherwise_ends_it():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with asked_to_end() as ended:
            signal.raise_signal(signal.SIGHUP)
            assert not ended.is_set()
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        with asked_to_end() as ended:
            signal.raise_signal(signal.SIGHUP)
            assert ended.is_set()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_it_ends_amid_an_import_with_nothing_half_done_and_the_next_start_goes_on(house, number):
    house.running.fronts["notion"].faults.arm("slow", times=None, method="POST", path=r"/pages$", seconds=0.5)
    house.start()
    house.whole()
    assert eventually(house.pages, PATIENCE), house.said()
    # A terminal's Ctrl-C is heard by the whole group.
    (os.killpg if number is signal.SIGINT else os.kill)(house.up.pid, number)
    assert house.ended() == 0
    assert house.gone()
    assert 0 < len(house.pages()) < ISSUES
    assert in_flight(house) == 0
    assert "Traceback" not in house.said()
    assert "killed" not in house.said()
    house.running.fronts["notion"].faults.disarm()
    house.start()
    assert agreed(house), house.said()
    assert house.duplicates() == 0


def test_a_killed_parent_leaves_nobody_behind_and_the_next_start_works(house):
    house.start()
    house.whole()
    assert len({os.getpgid(pid) for pid in (house.up.pid, *house.parts().values())}) == 1
    assert len(house.alive()) == 5  # Redis has a session of its own
    house.kill()
    house.start()  # at once: it waits for what is left
    assert agreed(house), house.said()
    assert house.duplicates() == 0
    house.kill()
    assert house.gone()


def test_whoever_is_killed_is_started_again(house):
    house.start()
    before = house.whole()
    for name, pid in before.items():
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda name=name, pid=pid: house.parts().get(name, pid) != pid, PATIENCE)
        assert f"{name:<6} | ended with -9; started again in 1 s" in house.said()
    assert agreed(house), house.said()
    assert house.up.poll() is None


def test_a_worker_that_does_not_end_is_killed_in_the_end(house):
    house.start()
    worker = house.whole()["worker"]
    os.kill(worker, signal.SIGSTOP)
    assert eventually(lambda: state(worker) == "T", PATIENCE)
    house.up.send_signal(signal.SIGTERM)
    assert house.ended() == 0
    assert house.gone()
    assert "worker | had not ended after 8 s and was killed" in house.said()


def test_a_second_start_beside_the_first_is_refused(house):
    house.start()
    house.whole()
    assert "runs already" in house.refused()["message"]


def test_a_taken_port_is_one_clear_error_before_anything_starts(house):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        message = house.refused(WEB_PORT=str(port))["message"]
    assert f"WEB_PORT {port} cannot be opened: Address already in use" in message
    assert {each.name for each in (house.folder / "var").iterdir()} == {"up.lock"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"NOTION_TOKEN": ""}, "NOTION_TOKEN is not set"),
        ({"GITHUB_TOKEN": ""}, "GITHUB_TOKEN is not set"),
        ({"POLL_INTERVAL": "often"}, "POLL_INTERVAL: a whole number is expected"),
        ({"WEB_HOST": "0.0.0.0"}, "WEB_TOKEN is not set"),
        ({"MAPPINGS_DIR": "nowhere"}, "nowhere"),
        ({"STATE_DIR": "/dev/null/var"}, "STATE_DIR /dev/null/var cannot be used: Not a directory"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "DATABASE_URL"),
    ],
)
def test_a_bad_setting_is_one_clear_error_before_anything_starts(house, settings, message):
    assert message in house.refused(**settings)["message"]
    assert not (house.folder / "var" / "redis").exists()
    assert house.gone()


def test_a_faulty_mapping_is_told_and_the_others_run(house):
    (house.folder / "mappings" / "other.yaml").write_text("version: 1\nnonsense: true\n", encoding="utf-8")
    house.start()
    assert "nonsense" in house.said()
    assert agreed(house), house.said()


def tied(lifeline, **options):
    command = [sys.executable, "-m", "sync.cli.tied", str(lifeline), "http.server", "0", "--bind", "127.0.0.1"]
    return subprocess.Popen(command, pass_fds=[lifeline], stderr=subprocess.DEVNULL, stdout=subprocess.PIPE, **options)


def test_a_child_ends_where_the_other_end_of_its_pipe_is_gone():
    lifeline, held = os.pipe()
    with tied(lifeline, env={**os.environ, "PYTHONUNBUFFERED": "1"}) as child:
        assert b"Serving" in child.stdout.readline()
        os.close(held)
        assert child.wait(PATIENCE) == -signal.SIGTERM
    os.close(lifeline)


STARTER = """
import os, subprocess, sys
words = [sys.executable, "-m", "sync.cli.tied", sys.argv[1], "http.server", "0", "--bind", "127.0.0.1"]
child = subprocess.Popen(words, pass_fds=[int(sys.argv[1])], stderr=subprocess.DEVNULL)
print(child.pid, flush=True)
child.wait()
"""


def test_a_child_ends_with_its_killed_starter_also_where_the_pipe_says_nothing():
    lifeline, held = os.pipe()
    command = [sys.executable, "-c", STARTER, str(lifeline)]
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, pass_fds=[lifeline], stdout=subprocess.PIPE, env=env) as starter:
        pid = int(starter.stdout.readline())
        assert b"Serving" in starter.stdout.readline()
        starter.kill()
        # The test holds the pipe's other end, so that only the kernel's signal is left.
        assert starter.stdout.read() == b""
    assert eventually(lambda: state(pid) in ("Z", None), PATIENCE)
    os.close(held)
    os.close(lifeline)


def test_a_child_that_keeps_ending_is_started_ever_later_but_not_for_ever():
    turn, now = Turn(), 1000.0
    waits = []
    for _ in range(8):
        turn.began = now
        waits.append(turn.ended(now))
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert waits[-1] == LONGEST
    assert turn.ended(now + SETTLED) == FIRST


def test_what_children_say_carries_their_name_and_json_stays_json():
    assert titled("web", "ready\n") == "web    | ready\n"
    assert titled("worker", '{"event": "done"}\n') == '{"process": "worker", "event": "done"}\n'


def test_what_runs_is_what_the_procfile_names():
    assert set(PROGRAMS) == {"worker", "beat", "web"}
    assert Children({}).running == {}
