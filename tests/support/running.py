"""The `footnote` command run in this process or in one of its own."""

import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import warm

from assistant.cli import main

COMMAND = str(Path(sys.executable).with_name("footnote"))


@dataclass(frozen=True)
class Run:
    """What it printed, and its exit status."""

    status: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Run:
    """Run it in this process, which takes it no time to start."""
    capsys.readouterr()
    interrupted = signal.getsignal(signal.SIGINT)
    try:
        main([str(argument) for argument in arguments])
        status = 0
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else int(left.code is not None)
    finally:
        signal.signal(signal.SIGINT, interrupted)
    return Run(status, *capsys.readouterr())


def process(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run it in a process of its own, which need not load what it uses."""
    return _ran(warm.started(*arguments), options)


def fresh(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Start it as a shell does."""
    return _ran([COMMAND, *map(str, arguments)], options)


def _ran(command: list[str], options: dict[str, object]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)  # type: ignore[call-overload]


def one_line(err: str) -> bool:
    """Whether an error was told in one line."""
    return err.startswith("footnote: ") and err.endswith("\n") and err.count("\n") == 1
