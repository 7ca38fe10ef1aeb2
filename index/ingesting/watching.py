"""The store is kept in step with a folder for as long as it is watched."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import watchfiles

from index.ingesting import walking
from index.ingesting.arrivals import Stamp
from index.ingesting.ingest import Ingest
from index.ingesting.report import AddReport

_QUIET = 500  # milliseconds without a change, after which a file is taken for written
_LONGEST = 5_000  # milliseconds after which changes are looked at even so


def watch(
    folder: Path,
    outside: Path,
    begin: Callable[[dict[str, Stamp]], Ingest],
    stop: Event | None = None,
) -> Iterator[AddReport]:
    """Sync the folder, then again after every change in it: a report each time.

    All of it is walked each time, which costs a stat a file: no change is missed, whatever the
    system tells of it. A file that has failed is tried again when it has changed.

    Args:
        folder: which.
        outside: the store, whose own changes are none.
        begin: makes a run that passes over these failed files.
        stop: set from another thread, it ends the watch.

    Raises:
        DocumentError: see `Ingest.sync`.

    >>> from index.models.embeddings import MiniLM
    >>> def begin(failed):
    ...     return Ingest(new_store, MiniLM(), MiniLM(), failed=failed)
    >>> _ = (tmp_path / "pier.txt").write_text("The pier fell.")
    >>> reports = watch(tmp_path, new_store.folder, begin)
    >>> [Path(done.path).name for done in next(reports).added]
    ['pier.txt']
    >>> reports.close()
    """
    walking.check_folder(folder)
    failed: dict[str, Stamp] = {}
    own = str(outside.resolve())

    def of_others(_change: watchfiles.Change, path: str) -> bool:
        return path != own and not path.startswith(own + "/")

    # The first look comes with the watch already there, so that nothing falls between the two.
    changes = watchfiles.watch(
        folder,
        watch_filter=of_others,
        debounce=_LONGEST,
        step=_QUIET,
        stop_event=stop,
        rust_timeout=500,
        yield_on_timeout=True,
        raise_interrupt=True,
    )
    first = True
    for changed in changes:
        if changed or first:
            first = False
            yield begin(failed).sync(folder)
