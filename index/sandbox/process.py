"""A process that calls one function for another one, within limits that are kept from outside.

It is started anew (not forked, which threads forbid). Native code that hangs, swells or crashes in
it costs the call that did, never the program.
"""

import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil

from index.closing import close_all

_LOOK = 0.05  # seconds between looks at the process's memory
_PIPE = 1 << 20
_MIB = 1 << 20


class CallError(Exception):
    """A call that came to nothing.

    >>> process = Process("math:sqrt")
    >>> try:
    ...     process.call((-1,), seconds=10, memory=1_000)
    ... except CallError as error:
    ...     print(type(error).__name__)
    Broken
    >>> process.end()
    """


class TookTooLong(CallError):
    """It was not done within its time.

    >>> process = Process("time:sleep")
    >>> process.call((60,), seconds=0.2, memory=1_000)
    Traceback (most recent call last):
        ...
    index.sandbox.process.TookTooLong
    >>> process.end()
    """


class NeededTooMuch(CallError):
    """It needed more memory than it may have, or than there was.

    >>> process = Process("time:sleep")
    >>> process.call((60,), seconds=10, memory=1)
    Traceback (most recent call last):
        ...
    index.sandbox.process.NeededTooMuch
    >>> process.end()
    """


class Crashed(CallError):
    """The process has ended; the text says how: a signal's name, or a status.

    >>> process = Process("os:abort")
    >>> process.call((), seconds=10, memory=1_000)
    Traceback (most recent call last):
        ...
    index.sandbox.process.Crashed: SIGABRT
    >>> process.end()
    """


class Broken(CallError):
    """The function has raised what it should not; the text is the name of that error's class.

    Attributes:
        trace: its traceback.

    >>> process = Process("math:sqrt")
    >>> process.call((-1,), seconds=10, memory=1_000)
    Traceback (most recent call last):
        ...
    index.sandbox.process.Broken: ValueError
    >>> process.end()
    """

    def __init__(self, kind: str, trace: str) -> None:
        super().__init__(kind)
        self.trace = trace


class Process:
    """One process, used by one thread at a time.

    Args:
        function: what it calls, as 'module:function'; the module is imported in the process only.

    Attributes:
        calls: how many it was given.
        usable: False while it is called, and for good after a call without a reply.

    >>> process = Process("math:sqrt")
    >>> process.call((9,), seconds=10, memory=1_000), process.usable
    (3.0, True)
    >>> process.end()
    """

    def __init__(self, function: str) -> None:
        # By its path and without the working directory, where a file may be named like a module.
        program = str(Path(__file__).with_name("worker.py"))
        given, self._requests = os.pipe()
        self._replies, taken = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603 (this very interpreter)
            [sys.executable, "-P", program],
            stdin=given,
            stdout=taken,
            stderr=subprocess.DEVNULL,
            # Its own group: what it starts ends with it, and Ctrl-C is its owner's affair.
            start_new_session=True,
        )
        os.close(given)
        os.close(taken)
        self._memory = psutil.Process(self._process.pid)
        self._ending = threading.Lock()
        self._first = pickle.dumps((function, sys.path))
        self.calls = 0
        self.usable = True

    def call(self, arguments: tuple[object, ...], *, seconds: float, memory: int) -> object:
        """What the function returns; it may take so many seconds and so many MiB of memory.

        Raises:
            CallError: there is no result.
            FootnoteError, OSError: the function has raised that.
        """
        self.calls += 1
        self.usable = False
        until = time.monotonic() + seconds
        try:
            if self.calls == 1:
                self._send(self._first)
            self._send(pickle.dumps((seconds, arguments)))
            size = int.from_bytes(self._receive(8, until, memory), "big")
            reply: tuple[object, ...] = pickle.loads(self._receive(size, until, memory))  # noqa: S301
        except (EOFError, BrokenPipeError) as error:
            raise self._death() from error
        self.usable = True
        match reply:
            case ("done", result):
                return result
            case ("error", Exception() as raised):
                raise raised
            case ("memory",):
                raise NeededTooMuch
            case ("broken", str(kind), str(trace)):
                raise Broken(kind, trace)
        raise AssertionError(f"a process replied {reply[0]!r}")

    @property
    def memory(self) -> float:
        """MiB of memory that it holds; none once it has ended."""
        used = 0
        with suppress(psutil.Error):
            used = self._memory.memory_info().rss
        return used / _MIB

    def kill(self) -> None:
        """End it and whatever it has started; who waits for its reply gets an error. Any thread."""
        with self._ending:
            if self._process.returncode is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """End it and let go of it."""
        close_all(
            self.kill,
            self._waited,
            partial(os.close, self._requests),
            partial(os.close, self._replies),
        )

    def _waited(self) -> int:
        with self._ending:
            return self._process.wait()

    def _send(self, frame: bytes) -> None:
        view = memoryview(len(frame).to_bytes(8, "big") + frame)
        while view:
            view = view[os.write(self._requests, view[:_PIPE]) :]

    def _receive(self, size: int, until: float, memory: int) -> bytearray:
        pipe = self._replies
        data = bytearray()
        looked = 0.0
        while len(data) < size:
            if _readable(pipe, _LOOK):
                piece = os.read(pipe, min(size - len(data), _PIPE))
                if not piece:
                    raise EOFError
                data += piece
            now = time.monotonic()
            if now > until:
                raise TookTooLong
            if now - looked >= _LOOK:
                looked = now
                if self.memory > memory:
                    raise NeededTooMuch
        return data

    def _death(self) -> CallError:
        """What ended a process that has closed its output."""
        status = self._waited()
        if status == -signal.SIGKILL:
            # Nobody here has sent that: the system does, when memory is short.
            return NeededTooMuch()
        return Crashed(signal.Signals(-status).name if status < 0 else f"status {status}")


def _readable(pipe: int, seconds: float) -> bool:
    """Whether something, or the end, can be read within the time; any number of open files."""
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    return bool(poll.poll(seconds * 1_000))
