"""Unpacks files that hold others a few members at a time; run in worker processes only."""

from unittest import mock

from index.readers import containers
from index.readers.containers import Cursor, Slice


def unpacked(data: bytes, name: str, start: Cursor, most: int) -> Slice:
    """The next seven members."""
    with mock.patch.object(containers, "_SLICE_MEMBERS", 7):
        return containers.unpacked(data, name, start, most)
