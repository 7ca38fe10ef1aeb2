"""Zeros where Chroma's graph files hold room for vectors to come.

Chroma (1.5) writes that room down as it finds it in memory, and memory that is used again still
holds what it held before: vectors of deleted documents, even of other stores. hnswlib's header says
how many vectors there are, and nothing behind them is ever read before it is written.
"""

import os
import struct
from pathlib import Path

from index.errors import StoreError

_HEADER = struct.Struct("<i4Q")
"""Version, then offset, room and number of vectors, and bytes of a vector with its links."""

_FORM = 1
_BYTES_OF_A_LENGTH = 4


class Slack:
    """The room in the graph files of one Chroma folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[Path, int] = {}

    def erase(self) -> None:
        """Write zeros there, in the graphs that were written since the last time.

        The caller keeps out whoever else may write them.

        Raises:
            StoreError: the files are of a form that is not known here.
        """
        for header in self._folder.glob("*/header.bin"):
            written = header.stat().st_mtime_ns
            if self._seen.get(header) != written:
                _erase(header)
                self._seen[header] = written


def _erase(header: Path) -> None:
    form, _, room, count, size = _HEADER.unpack(header.read_bytes()[: _HEADER.size])
    rows, lengths = header.with_name("data_level0.bin"), header.with_name("length.bin")
    if form != _FORM or count > room or rows.stat().st_size > room * size:
        raise StoreError(
            f"Chroma's files in {header.parent} are of a form that this version does not know, so "
            "what is erased may leave traces there: install the locked dependencies."
        )
    for path, used in ((rows, count * size), (lengths, count * _BYTES_OF_A_LENGTH)):
        free = path.stat().st_size - used
        if free > 0:
            with path.open("r+b") as file:
                file.seek(used)
                file.write(bytes(free))
                file.flush()
                os.fsync(file.fileno())
