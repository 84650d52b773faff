"""A document whose console blocks are carried out: what they print is what stands there, or is put there."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx

PORT = "8090"
"""The port that the document shows."""
BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
VARYING = {
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b": "0f3c0000-0000-8000-8000-000000000000",
    r"\b20\d\d-\d\d-\d\d \d\d:\d\d\b": "2026-11-25 09:00",
    r"\b\d+ s\b": "4 s",
    r"\bp\d+\b": "p65",
    r"─+": "─",
    r"\b\d+ calls? to GitHub, \d+ to Notion": "2 calls to GitHub, 1 to Notion",
}
"""What may differ from run to run, and what stands for it when two are compared."""
LAST = "Ctrl-C ends it"


class Tour:
    """The terminals of somebody who follows the document."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, str(_free())
        self._sandbox: subprocess.Popen[str] | None = None
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        self._env = {**kept, "PATH": path, "COLUMNS": "112", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}

    def told(self, document: str) -> str:
        """Return the document with what its commands print now."""
        try:
            return BLOCK.sub(lambda block: self._block(block[0]), document)
        finally:
            if self._sandbox is not None:
                self._sandbox.terminate()
                self._sandbox.communicate(timeout=30)

    def _block(self, block: str) -> str:
        commands = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
        return "".join(f"$ {command}\n{self._run(command)}" for command in commands)

    def _run(self, command: str) -> str:
        typed = command.replace(PORT, self._port)
        if command.startswith("export "):
            name, _, value = typed.removeprefix("export ").partition("=")
            self._env[name] = value
            return ""
        if command == "tandem sandbox":
            return self._shown(self._serve())
        if command.startswith("curl "):
            self._wait_for_a_new_minute()
        words = ["bash", "-c", typed]
        ran = subprocess.run(words, cwd=self._folder, env=self._env, capture_output=True, check=False, timeout=90)
        return self._shown((ran.stdout + ran.stderr).decode())

    def _serve(self) -> str:
        command = [sys.executable, "-m", "sync", "sandbox", "--port", self._port]
        self._sandbox = subprocess.Popen(command, cwd=self._folder, env=self._env, stdout=subprocess.PIPE, text=True)
        assert self._sandbox.stdout is not None
        lines = []
        while not lines or not lines[-1].startswith(LAST):
            lines.append(self._sandbox.stdout.readline())
            assert lines[-1], "the sandbox ended"
        return "".join(lines)

    def _wait_for_a_new_minute(self) -> None:
        """Set the sandbox's clock so that the next commands are carried out within one minute, and after all before."""
        state = httpx.get(f"http://127.0.0.1:{self._port}/_sandbox", trust_env=False, timeout=10).json()
        second = float(state["now"][17:19])
        if 2 <= second < 20:
            return
        url = f"http://127.0.0.1:{self._port}/_sandbox/clock"
        httpx.post(url, json={"advance": 62 - second}, trust_env=False, timeout=10).raise_for_status()

    def _shown(self, output: str) -> str:
        lines = [line.rstrip() for line in output.replace(self._port, PORT).splitlines()]
        return "".join(f"{line}\n" for line in lines)


def alike(document: str) -> str:
    """Return the document without what may differ."""
    for pattern, stands in VARYING.items():
        document = re.sub(pattern, stands, document)
    return re.sub(r" {2,}", "  ", document)


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
