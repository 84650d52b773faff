"""The databases that tests run on: a SQLite file a test, and one PostgreSQL server a run, which is started here."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete

from sync.store import migrate
from sync.store.tables import metadata


def _binary(name: str) -> str | None:
    found = [*sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)]
    return str(found[0]) if found else shutil.which(name)


def _unprivileged() -> tuple[list[str], str | None]:
    """PostgreSQL refuses to run as root: return the words that make it run as somebody else, and who that is."""
    if os.geteuid() != 0:
        return [], None
    for user in ("postgres", "nobody"):
        try:
            pwd.getpwnam(user)
        except KeyError:
            continue
        if shutil.which("runuser"):
            return ["runuser", "-u", user, "--"], user
        if shutil.which("setpriv"):
            return ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"], user
    pytest.skip("root cannot start PostgreSQL, and there is nobody else to start it as")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server of our own, on a socket in a temporary folder."""
    initdb, pg_ctl = _binary("initdb"), _binary("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("there is no initdb and pg_ctl on this machine")
    prefix, user = _unprivileged()
    # Not a folder of pytest: a socket's path may have 107 characters (unix(7)), and theirs are long.
    folder = Path(tempfile.mkdtemp(prefix="tandem-pg-"))
    if user:
        shutil.chown(folder, user)
    kept, options = folder / "kept", f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=200"

    def run(*words: str) -> None:
        done = subprocess.run([*prefix, *words], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"PostgreSQL does not start here: {(done.stderr or done.stdout).strip()[-300:]}")

    run(initdb, "-D", str(kept), "-A", "trust", "-U", "tandem", "-E", "UTF8", "--no-sync")
    run(pg_ctl, "-D", str(kept), "-w", "-s", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://tandem@/postgres?host={folder}"
    finally:
        subprocess.run([*prefix, pg_ctl, "-D", str(kept), "-m", "immediate", "-s", "stop"], cwd=folder, check=False)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_server(server: str) -> str:
    migrate(server)
    return server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with our tables and nothing in them."""
    if request.param == "sqlite":
        file = tmp_path / "tandem.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        return f"sqlite:///{file}"
    return emptied(request.getfixturevalue("migrated_server"))


def emptied(address: str) -> str:
    """Take everything out of a database that has our tables, and return its address."""
    engine = create_engine(address)
    with engine.begin() as connection:
        # TRUNCATE makes new files for every table and takes longer than most tests.
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
    engine.dispose()
    return address
