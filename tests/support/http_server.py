"""A real server of `footnote serve` in a process of its own, and what talks to it."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import warm

ROOT = Path(__file__).parents[2]


@contextmanager
def server(
    store: Path, *options: object, stderr: IO[str] | None = None, **environment: str
) -> Iterator[str]:
    """The address of a server of this store, which is ended as a person would end it."""
    command = warm.started("serve", "--no-browser", "--port", 0, "--store", store, *options)
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        found = re.search(r"http://\S+", said)
        assert found, f"the server said {said!r}"
        yield found[0]
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()
