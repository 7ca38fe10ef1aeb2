"""What a run tells of each file as soon as it is certain, and of what it passes over."""

import logging

from index.errors import FootnoteError
from index.ingesting.report import (
    AddReport,
    FileDone,
    Outcome,
    Progress,
    UnreadFiles,
    unread_reason,
)
from index.ingesting.walking import printable_path

log = logging.getLogger(__name__)


class Telling:
    """What one run tells, in the order in which it is certain.

    Args:
        progress: is told of each file.

    Attributes:
        total: the files of which will be told, as far as is known.

    >>> told = Telling(None)
    >>> told.total += 1
    >>> told.tell("pier.txt", "failed", reason="The file is empty.")
    >>> [(done.path, done.done, done.total) for done in told.report().failed]
    [('pier.txt', 1, 1)]
    """

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._done: list[FileDone] = []
        self.total = 0

    def tell(
        self,
        path: str,
        outcome: Outcome,
        document_id: str | None = None,
        reason: str | None = None,
        *,
        characters: int = 0,
        files: int = 1,
    ) -> None:
        """Tell what became of a file; see `FileDone`."""
        done = FileDone(
            path, outcome, document_id, reason, len(self._done) + 1, self.total, characters, files
        )
        log.info("%s: %s %s", path, outcome, reason or "")
        self._done.append(done)
        if self._progress:
            self._progress(done)

    def tell_unread(self, unread: UnreadFiles, holder: str = "") -> None:
        """Tell of the files of a folder, or of what a file holds, that are of no kind to read."""
        self.total += len(unread.first) + bool(unread.more)
        for file in unread.first:
            self.tell(printable_path(file), "passed over", reason=unread_reason(file))
        if unread.more:
            self.tell(holder, "passed over", reason=unread.rest, files=unread.more)

    def report(self) -> AddReport:
        """All of it."""

        def of(outcome: Outcome) -> tuple[FileDone, ...]:
            return tuple(done for done in self._done if done.outcome == outcome)

        return AddReport(
            *(of("added"), of("updated"), of("unchanged")),
            *(of("failed"), of("removed"), of("passed over")),
        )


def reason_of(shown: str, error: Exception) -> str:
    """Why a file failed, in one line; what nobody foresaw is in the log.

    >>> reason_of("pier.txt", PermissionError(13, "Permission denied"))
    'It cannot be read: Permission denied.'
    """
    if isinstance(error, FootnoteError):
        return str(error)
    if isinstance(error, OSError):
        return f"It cannot be read: {error.strerror or error}."
    log.error("%s: unexpected error", shown, exc_info=error)
    return f"Reading it ended in an unexpected error ({type(error).__name__}); the log tells more."
