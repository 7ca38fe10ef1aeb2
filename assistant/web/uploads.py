"""What browsers upload: received into a folder each, used by the same browser alone, removed again.

The page's components name an upload by its path. A path counts only as far as it was given out here
to the browser that names it; what else the machine holds is nothing that can be named.
"""

import os
import shutil
import stat
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from gradio.route_utils import upload_fn
from gradio.routes import file_upload_statuses
from gradio.utils import get_upload_folder
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, HTTPConnection

from assistant.web import texts
from assistant.web.hosts import UPLOAD, Refused, counted
from assistant.web.session import visitor

_MIB = 1 << 20
_UNREADABLE = "This is no upload that can be read."
_FILES = 2_000
"""The most files of one browser that wait to be taken."""

_TIMES = 10
"""How many of the largest files may wait of one browser."""

_BROWSERS = 4
"""How many browsers' files may wait in all."""

_UNATTENDED, _ABANDONED = 10 * 60, 24 * 60 * 60
"""Seconds after which an upload goes that no open page waits for, and one that an event was given
and has not taken."""


@dataclass(eq=False)
class _Upload:
    """One upload with its files, which are all in a folder of its own."""

    owner: str
    folder: Path
    size: int = 0
    paths: list[str] = field(default_factory=list)
    used: bool = False
    began: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        """Whether everything that it brought has been taken."""
        return bool(self.paths) and not any(map(os.path.lexists, self.paths))


class Uploads:
    """The uploads of one served page; `file_limit` is the largest file, in MiB.

    >>> uploads = Uploads(file_limit=64)
    >>> uploads.left_out.format("film.mov")
    'film.mov is left out: it has more than 64 MiB (FOOTNOTE_FILE_LIMIT).'
    >>> uploads.close()
    """

    def __init__(self, file_limit: int) -> None:
        self.largest = file_limit * _MIB
        # In Gradio's own folder: what lies there its components neither read nor copy.
        within = Path(get_upload_folder())
        within.mkdir(parents=True, exist_ok=True)
        self._temporary = tempfile.TemporaryDirectory(
            prefix="footnote-", dir=within, ignore_cleanup_errors=True
        )
        self.folder = Path(self._temporary.name).resolve()
        self._uploads: list[_Upload] = []
        self._pages: Counter[str] = Counter()

    @property
    def left_out(self) -> str:
        """What is said of a file that is too large, with its name in the place of the braces."""
        return texts.LEFT_OUT.replace("{most}", f"{self.largest // _MIB:,}")

    def routes(self) -> APIRouter:
        """Where the page sends files, in the place of Gradio's own route."""
        router = APIRouter()
        router.add_api_route(UPLOAD, self._receive, methods=["POST"])
        return router

    def gives(self, request: HTTPConnection, path: object) -> bool:
        """Whether `path` is a regular file that the same browser has uploaded and not yet used."""
        owner = visitor(request)
        found = next((one for one in self._uploads if path in one.paths), None)
        if not owner or found is None or found.owner != owner or not isinstance(path, str):
            return False
        try:
            told = os.lstat(path)
        except OSError:
            return False
        own = Path(path).resolve().is_relative_to(found.folder)
        return own and stat.S_ISREG(told.st_mode) and told.st_size <= self.largest

    def use(self, path: str) -> None:
        """Leave an upload to the event that it is given to, which deletes it."""
        for one in self._uploads:
            one.used |= path in one.paths

    def opened(self, request: HTTPConnection) -> None:
        """A page of the browser is there."""
        self._pages[visitor(request)] += 1

    def left(self, request: HTTPConnection) -> None:
        """A page of the browser is gone; with the last one goes what it has not used."""
        owner = visitor(request)
        self._pages[owner] -= 1
        if self._pages[owner] > 0:
            return
        del self._pages[owner]
        for one in list(self._uploads):
            if one.owner == owner and one.paths and not one.used:
                self._drop(one)

    def sweep(self) -> None:
        """Remove what nobody will come for."""
        now = time.monotonic()
        for one in list(self._uploads):
            lasts = _ABANDONED if one.used or self._pages[one.owner] else _UNATTENDED
            if one.is_over or now - one.began > lasts:
                self._drop(one)
        # Gradio makes an empty file beside each that an event takes.
        for path in self.folder.iterdir():
            if path.is_file():
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove everything."""
        self._temporary.cleanup()

    async def _receive(self, request: Request, upload_id: str | None = None) -> Response:
        owner = visitor(request)
        if not owner:
            raise Refused(403, "Only a browser that keeps this page's cookie can add files.")
        self.sweep()
        upload = _Upload(owner, Path(tempfile.mkdtemp(dir=self.folder)))
        self._uploads.append(upload)
        try:
            upload.paths = await self._files(upload, request, upload_id)
        except ClientDisconnect:
            self._drop(upload)
            return PlainTextResponse("The upload broke off.", 400)
        except BaseException:
            self._drop(upload)
            raise
        finally:
            if upload_id:
                file_upload_statuses.set_done(upload_id)
        return JSONResponse(upload.paths)

    async def _files(self, upload: _Upload, request: Request, upload_id: str | None) -> list[str]:
        """The paths of the files in a request.

        Raises:
            Refused: it is too much, or no upload at all.
        """
        self._allow(upload, _declared(request))
        limited = Request(request.scope, counted(request.receive, partial(self._grow, upload)))
        try:
            paths, _, _ = await upload_fn(
                limited,
                str(upload.folder),
                self.largest,
                upload_id,
                upload_progress=file_upload_statuses if upload_id else None,
            )
        except HTTPException as error:
            raise Refused(400, _UNREADABLE) from error
        except MultiPartException as error:
            if str(self.largest) not in error.message:
                raise Refused(400, _UNREADABLE) from error
            sentence = f"A file has more than {self.largest // _MIB:,} MiB; at most so many are "
            raise Refused(413, f"{sentence}taken (FOOTNOTE_FILE_LIMIT).") from error
        except OSError as error:
            raise Refused(507, "The temporary folder of the server takes no more files.") from error
        waiting = sum(len(one.paths) for one in self._uploads if one.owner == upload.owner)
        if waiting + len(paths) > _FILES:
            raise Refused(413, f"At most {_FILES:,} files can wait to be added.")
        return [str(path) for path in paths]

    def _grow(self, upload: _Upload, more: int) -> None:
        self._allow(upload, more)
        upload.size += more

    def _allow(self, upload: _Upload, more: int) -> None:
        """Raise `Refused` where `more` bytes are more than may wait."""
        most = _TIMES * self.largest
        own = sum(one.size for one in self._uploads if one.owner == upload.owner)
        if own + more > most:
            raise Refused(413, f"At most {most // _MIB:,} MiB can be added at once.")
        if sum(one.size for one in self._uploads) + more > _BROWSERS * most:
            raise Refused(503, "Others are adding many files; try again in a few minutes.")

    def _drop(self, upload: _Upload) -> None:
        shutil.rmtree(upload.folder, ignore_errors=True)
        self._uploads.remove(upload)


def _declared(request: Request) -> int:
    """The bytes that a request says it has; 0 where it does not say."""
    said = request.headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() else 0
