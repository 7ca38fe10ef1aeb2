"""Copies of uploaded files, each in a folder named by its content; for many machines in a bucket.

Where there is a bucket, each machine's folder holds what it has put there or fetched from it, under
one path on all machines, by which the catalog names a file.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import SettingsError, StoreError

if TYPE_CHECKING:
    from fsspec.spec import AbstractFileSystem

_OPTIONS: dict[str, dict[str, Any]] = {
    # So that a bucket that does not answer is not waited for without end.
    "s3": {
        "config_kwargs": {
            "connect_timeout": 5,
            "read_timeout": 60,
            "retries": {"max_attempts": 2},
        }
    },
    "file": {"auto_mkdir": True},
}
"""How each kind of bucket is reached."""


class Originals:
    """The copies of one store.

    Args:
        folder: where they are on this machine.
        bucket: where they are for all machines, like s3://bucket/folder; by default only here.

    Raises:
        StoreError: from any method, where the bucket does not answer or refuses.

    >>> bucket = (tmp_path / "bucket").as_uri()
    >>> here, there = (Originals(tmp_path / name, bucket) for name in ("here", "there"))
    >>> (here.folder / "12ab").mkdir(parents=True)
    >>> _ = (here.folder / "12ab" / "ferry.txt").write_text("The ferry sank.")
    >>> here.keep(here.folder / "12ab" / "ferry.txt")
    >>> there.fetch(there.folder / "12ab" / "ferry.txt", modified_ns=7)
    >>> [path.read_text() for path in there.all()]
    ['The ferry sank.']
    """

    def __init__(self, folder: Path, bucket: str | None = None) -> None:
        self.folder = folder.resolve()
        self._address = bucket
        self._files: tuple[AbstractFileSystem, str] | None = None
        self._kept: set[Path] = set()

    @property
    def are_elsewhere(self) -> bool:
        """Whether a copy may be there without being on this machine."""
        return self._address is not None

    def keep(self, path: Path) -> None:
        """Let all machines have a copy that is in the folder; on return it is durable."""
        if self._address is None or path in self._kept or not self._holds(path):
            return
        with self._faults(), self._bucket() as (files, root):
            files.put_file(str(path), self._key(root, path))
        self._kept.add(path)

    def fetch(self, path: Path, modified_ns: int) -> None:
        """Bring a copy that another machine has kept, unless it is here or nowhere."""
        if self._address is None or not self._holds(path) or path.exists():
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = path.with_name(f".{os.getpid()}.partial")
        with self._faults(), self._bucket() as (files, root):
            try:
                files.get_file(self._key(root, path), str(partial))
            except FileNotFoundError:
                return
        if modified_ns >= 0:
            os.utime(partial, ns=(modified_ns, modified_ns))
        partial.replace(path)

    def erase(self, folder: Path) -> None:
        """Delete the copies of one content, here and for all machines."""
        if self._address is not None:
            with self._faults(), self._bucket() as (files, root):
                key = self._key(root, folder)
                if files.exists(key):
                    files.rm(key, recursive=True)
        self._kept = {path for path in self._kept if path.parent != folder}
        if folder.exists():
            shutil.rmtree(folder)

    def all(self) -> set[Path]:
        """The paths of all copies, wherever they are."""
        if self._address is None:
            return {path for path in self.folder.rglob("*") if path.is_file()}
        with self._faults(), self._bucket() as (files, root):
            keys = files.find(root) if files.exists(root) else []
            return {self.folder / key.removeprefix(root).lstrip("/") for key in keys}

    def delete(self, path: Path) -> None:
        """Delete one copy, here and for all machines."""
        if self._address is not None:
            with self._faults(), self._bucket() as (files, root):
                files.rm_file(self._key(root, path))
        self._kept.discard(path)
        path.unlink(missing_ok=True)

    def _holds(self, path: Path) -> bool:
        return path.is_relative_to(self.folder)

    def _key(self, root: str, path: Path) -> str:
        return f"{root}/{path.relative_to(self.folder).as_posix()}"

    @contextmanager
    def _bucket(self) -> "Iterator[tuple[AbstractFileSystem, str]]":
        """What reaches the bucket, and the name of its folder there."""
        if self._files is None:
            # Whoever keeps files on one machine need not wait for it.
            from fsspec.core import url_to_fs

            options = _OPTIONS.get(str(self._address).partition("://")[0], {})
            try:
                files, root = url_to_fs(
                    self._address, use_listings_cache=False, skip_instance_cache=True, **options
                )
            except (ImportError, ValueError) as error:
                raise SettingsError(
                    f"The setting bucket (FOOTNOTE_BUCKET) cannot be used: {error}. For S3 install "
                    "'footnote-assistant[bucket]'."
                ) from error
            self._files = files, root.rstrip("/")
        yield self._files

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """What the bucket or the way to it complains of, as one line."""
        try:
            yield
        except (SettingsError, StoreError):
            raise
        except Exception as error:
            # Each kind of bucket has errors of its own, of libraries that may not be installed.
            place = str(self._address)
            raise StoreError.server("uploads", place, "FOOTNOTE_BUCKET", error) from error
