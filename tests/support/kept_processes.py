"""The processes that read files, kept for the tests that follow: to start one costs more than
what most tests then read in it.

They are real ones, and each is told where it is before it is used again. Whatever ends one in the
product while it is busy, or has found fault with it, ends it here.
"""

import os
import pickle
import sys
from pathlib import Path
from typing import ClassVar

from index.sandbox.process import CallError, Process

_CALLS = 150  # fewer than after which the product would let go of one
_MEMORY = 150  # MiB, below any limit that a test sets


class Kept(Process):
    """A process that is idle instead of ended."""

    idle: ClassVar[list["Kept"]] = []

    @classmethod
    def taken(cls, function: str) -> Process:
        """One that is idle, told where it is now; else a new one."""
        first = pickle.dumps((function, sys.path))
        while cls.idle:
            kept = cls.idle.pop()
            if kept._first == first and kept._moved():
                return kept
            kept.part()
        return cls(function)

    def _moved(self) -> bool:
        """Whether it is alive and has this process's folder and environment now."""
        here = ("kept_processes:move", (str(Path.cwd()), dict(os.environ)))
        try:
            self.call(here, seconds=30, memory=_MEMORY)
        except CallError:
            return False
        return True

    def kill(self) -> None:
        """End it if it is busy or of no more use."""
        if not self.usable:
            super().kill()

    def end(self) -> None:
        """Let it be idle if it is of use."""
        if self.usable and self.calls < _CALLS and self.memory < _MEMORY:
            self.idle.append(self)
        else:
            self.part()

    def part(self) -> None:
        """End it for good."""
        self.usable = False
        super().end()


def move(folder: str, environment: dict[str, str]) -> None:
    """Be where the test is; called in the process."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
