"""Readers that go wrong in every way, told by the file's name; run in worker processes only."""

import os
import signal
import sys
import time

from index.document import Document
from index.readers.reading import read_bytes
from index.sandbox.isolation import LANGUAGES


def read(data: bytes, name: str, languages: str = LANGUAGES) -> Document:
    """The document, if the file is not called after a fault."""
    match name.split(".")[0].split(" ")[0]:
        case "bad":
            raise RuntimeError("index 7\nout of range")
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "leave":
            sys.exit(3)
        case "hang":
            time.sleep(600)
        case "swell":
            held = []
            while True:
                held.append(bytearray(os.urandom(1 << 20)))
        case "chatter":
            sys.stdout.write("x" * 100_000)
            os.write(1, b"not a frame")
        case "slow":
            time.sleep(0.5)
    return read_bytes(data, name, languages)


def refuse(_data: bytes, name: str, _languages: str) -> Document:
    """No file may be read with this one."""
    raise AssertionError(f"{name} was read")


def draw(path: str, _media_type: str, page: int, width: int) -> tuple[bytes, int, int, float]:
    """A page of nothing, if the file is not called after a fault."""
    read(b"A page.", os.path.basename(path))  # noqa: PTH119
    return b"", width, page, 1.0
