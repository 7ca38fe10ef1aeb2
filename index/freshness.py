"""Whether documents still are what their files hold, by the look of the files alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from index.catalog import DocumentInfo, Location
from index.errors import DocumentError
from index.regular import status
from index.walking import is_gone

State = Literal["ready", "changed", "gone"]
"""Of a document that can be asked: its file is as it was read, has changed since, or is gone."""


def states(
    documents: Sequence[DocumentInfo], locations: Mapping[str, Location]
) -> dict[str, State]:
    """The state of each document, by its id; one that is from no file is ready.

    Args:
        documents: of a store.
        locations: what is known of the places of their files.
    """
    return {one.id: _state(locations.get(one.path or "")) for one in documents}


def _state(known: Location | None) -> State:
    if known is None or not Path(known.location).is_absolute():
        return "ready"
    if is_gone(known.location):
        return "gone"
    try:
        now = status(Path(known.location))
    except (DocumentError, OSError):  # it is there, and something else by now
        return "changed"
    same = (known.size, known.modified_ns) == (now.st_size, now.st_mtime_ns)
    return "ready" if same else "changed"
