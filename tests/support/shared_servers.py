"""A real PostgreSQL and a real Chroma server, which tests stop and start again."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import httpx
import pytest
from nginx import free_port

_FOUND = shutil.which("initdb") or next(
    (str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None
)
_PROGRAMS = Path(_FOUND).resolve().parent if _FOUND else Path()
CHROMA = Path(sys.executable).with_name("chroma")

needed = pytest.mark.skipif(
    _FOUND is None or find_spec("psycopg") is None,
    reason="there is no PostgreSQL, or no driver for it",
)

has_s3 = find_spec("moto") is not None and find_spec("s3fs") is not None

_SECONDS = 30


class _Server:
    """A process that listens on a port of this machine."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="footnote-server-"))
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        log = (self.folder / "log.txt").open("ab")
        with log:
            self._process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, cwd=self.folder
            )
        _until(self.answers)

    how = signal.SIGKILL

    def stop(self) -> None:
        """End it in the middle of whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(self.how)
            process.wait(_SECONDS)

    def end(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgresServer(_Server):
    """A cluster of its own, of which each test has a database."""

    # At once, as in a crash; killed, its other processes would go on for a while.
    how = signal.SIGQUIT

    def __init__(self, *, fsync: bool = False) -> None:
        super().__init__()
        self._fsync = "on" if fsync else "off"
        self._numbers = count(1)
        # It refuses to run as root.
        self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        else:
            self._as = []
        made = [*self._as, str(_PROGRAMS / "initdb"), "-D", str(self.folder / "data")]
        made += ["--no-sync", "-A", "trust", "-U", "footnote", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(made, check=True, capture_output=True, cwd=self.folder)

    def command(self) -> list[str]:
        given = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": self._fsync,
        }
        settings = [part for name, of in given.items() for part in ("-c", f"{name}={of}")]
        return [*self._as, str(_PROGRAMS / "postgres"), "-D", str(self.folder / "data"), *settings]

    def answers(self) -> bool:
        asked = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "footnote", "-q", "-d", "postgres"]
        return subprocess.run([str(_PROGRAMS / "pg_isready"), *asked]).returncode == 0

    def sql(self, statement: str, database: str = "postgres") -> None:
        asked = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "footnote", "-q", "-d", database]
        subprocess.run(["psql", *asked, "-c", statement], check=True, capture_output=True)

    def copied(self, address: str) -> str:
        """The address of a new database, restored from a back-up of another."""
        made = self.database()
        by = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "footnote", "-Fc"]
        back_up = ["pg_dump", *by, address.rpartition("/")[2]]
        kept = subprocess.run(back_up, check=True, capture_output=True).stdout
        restore = ["pg_restore", *by, "-d", made.rpartition("/")[2]]
        subprocess.run(restore, input=kept, check=True, capture_output=True)
        return made

    def database(self) -> str:
        """The address of a new database."""
        name = f"store{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name}")
        return f"postgresql://footnote:secret@127.0.0.1:{self.port}/{name}"


class ChromaRunning(_Server):
    """`chroma run`, as it comes with chromadb."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        where = ["--host", "127.0.0.1", "--port", str(self.port)]
        return [str(CHROMA), "run", "--path", str(self.folder / "data"), *where]

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/api/v2/heartbeat").is_success
        except httpx.TransportError:
            return False


class S3Server(_Server):
    """A server that speaks S3, in memory: what was in it is gone with it."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]

    def answers(self) -> bool:
        try:
            return httpx.put(f"{self.address}/footnote").is_success
        except httpx.TransportError:
            return False


def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)
