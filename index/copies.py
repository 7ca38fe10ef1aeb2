"""Copies of read-only folders, for libraries that write where they only read."""

import os
import shutil
import tempfile
from pathlib import Path

from index.closing import closed_on_failure


class WritableCopy:
    """`path` is the folder itself, or a copy of it where it is read-only; `close` deletes that."""

    def __init__(self, folder: Path) -> None:
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self.path = folder
        if folder.exists() and not os.access(folder, os.W_OK):
            self._copy = tempfile.TemporaryDirectory(prefix="footnote-", ignore_cleanup_errors=True)
            self.path = Path(self._copy.name)
            with closed_on_failure(self.close):
                # Not `copytree`, which copies what forbids writing too.
                for path in sorted(folder.rglob("*")):
                    target = self.path / path.relative_to(folder)
                    if path.is_dir():
                        target.mkdir()
                    else:
                        shutil.copyfile(path, target)
                        target.chmod(0o600)

    @property
    def is_copy(self) -> bool:
        """Whether it will not see what others write."""
        return self._copy is not None

    def close(self) -> None:
        """Delete the copy."""
        if self._copy is not None:
            self._copy.cleanup()
