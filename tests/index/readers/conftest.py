"""What tests of readers share: files with a given content."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[bytes | str, str], Path]:
    """Writes a file's content under a name and tells where it is."""

    def save(content: bytes | str, name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return save
