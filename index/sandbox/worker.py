"""The process that calls a function for another one: requests come in by its input, replies leave.

Started by `process.py`, never imported. A frame is its length (8 bytes, big-endian) and that
many bytes of pickle. The first frame names the function and where Python finds it, each later one
is a call, answered by one reply in order.
"""

import importlib
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

_LEFT_ALONE = 5
"""Seconds beyond its limit after which it ends itself, in case its owner no longer can."""


def _serve() -> None:
    # What a parser prints, or what a program that it starts reads, must not meet the frames.
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    for descriptor in (0, 1):
        os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    first = _frame(requests)
    if first is None:
        return
    named, sys.path[:] = pickle.loads(first)  # noqa: S301 (from the process that started this one)
    module, name = named.split(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    while (frame := _frame(requests)) is not None:
        seconds, arguments = pickle.loads(frame)  # noqa: S301
        signal.alarm(int(seconds) + _LEFT_ALONE)
        reply = _reply(function, arguments)
        signal.alarm(0)
        replies.write(len(reply).to_bytes(8, "big"))
        replies.write(reply)
        replies.flush()
        del reply


def _reply(function: Callable[..., Any], arguments: tuple[Any, ...]) -> bytes:
    """('done', what the function returns) or why there is nothing.

    That is ('error', the error) for one that is meant for the user, ('memory',), or ('broken',
    the name of the error's class, its traceback).
    """
    from index.errors import FootnoteError

    try:
        return pickle.dumps(("done", function(*arguments)), protocol=5)
    except MemoryError:
        return pickle.dumps(("memory",))
    except (FootnoteError, OSError) as error:
        error.__cause__ = error.__context__ = None
        return pickle.dumps(("error", error))
    except BaseException as error:  # noqa: BLE001 (a parser may fail in any way at all)
        return pickle.dumps(("broken", type(error).__name__, traceback.format_exc()))


def _frame(requests: BinaryIO) -> bytes | None:
    head = requests.read(8)
    return requests.read(int.from_bytes(head, "big")) if len(head) == 8 else None


if __name__ == "__main__":
    _serve()
