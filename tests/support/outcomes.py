"""What became of a file that may be damaged: its document, or the line that says why not."""

from pathlib import Path

from index.document import Document
from index.errors import DocumentError
from index.readers import read


def outcome(path: Path) -> Document | str:
    try:
        return read(path)
    except DocumentError as error:
        return str(error)


def assert_read_or_one_line(path: Path) -> None:
    found = outcome(path)
    if isinstance(found, str):
        assert "\n" not in found
    else:
        assert found.text.strip()
