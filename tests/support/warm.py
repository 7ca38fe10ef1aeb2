"""A process that has loaded the program and forks: what a test starts need not load it once more.

`started` is a command, like the program's own: a real process with its own streams, folder,
environment, signals and end. It hands all of that to a fork of the loaded process, and passes on
signals and the exit status. Tests whose promise lies in the loading start the program itself.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_ENDING = ExitStack()


def started(*arguments: object) -> list[str]:
    """The command that runs `footnote` with these arguments in a fork of the loaded process."""
    given = map(str, arguments)
    return [sys.executable, "-I", "-S", str(_HERE / "warm_start.py"), _loaded(), *given]


def end() -> None:
    """End the loaded process, if there is one, and its forks."""
    _ENDING.close()
    _loaded.cache_clear()


@cache
def _loaded() -> str:
    """The address of the loaded process."""
    # Not among the tests' own files: an address has room for a hundred characters.
    folder = _ENDING.enter_context(tempfile.TemporaryDirectory(prefix="warm-", dir="/tmp"))
    address = str(Path(folder) / "socket")
    server = subprocess.Popen(
        [sys.executable, str(_HERE / "warm_server.py"), address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        cwd=_HERE.parents[1],
    )
    assert server.stdout is not None
    _ENDING.enter_context(server)  # its input is closed, which ends it
    if server.stdout.readline() != b"loaded\n":
        raise RuntimeError("the program could not be loaded")
    return address
