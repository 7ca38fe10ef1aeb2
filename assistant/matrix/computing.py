"""Documents and questions → a matrix: known cells are taken, the others worked out side by side."""

import hashlib
import os
import queue
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from assistant.answer import Answer
from assistant.conversations.cells import KeptCells
from assistant.matrix.cells import Source, cell_of
from assistant.matrix.columns import Column
from assistant.matrix.matrix import Cell, Matrix, Row
from assistant.messages import ROW_GONE
from index.document import Document
from index.errors import UnknownDocument
from index.store.catalog import DocumentInfo

_FORM = 1
"""Of what a cell is made of an answer; raised, kept cells are worked out anew."""
_MOST_AT_ONCE = 4

Ask = Callable[[str, str], Answer]
Progress = Callable[[int, int, str], None]
_Told = tuple[DocumentInfo, Column, Cell] | DocumentInfo | BaseException | None


@dataclass(frozen=True)
class Work:
    """What a matrix is made with.

    Attributes:
        ask: answers a question from one document, by its id.
        read: the document of an id and version.
        kept: where cells are looked up and kept.
        engine: the name of what answers.
        made_by: what else makes an answer what it is: models, thresholds.

    >>> work = Work(demo.query, demo.document, KeptCells(tmp_path), engine="reader")
    >>> len(work.key(Column(name="Law", question="Which law governs?")))
    64
    """

    ask: Ask
    read: Callable[[str, str], Document]
    kept: KeptCells
    engine: str
    made_by: Sequence[str] = ()

    def key(self, column: Column) -> str:
        """What names a column's cells: question, form, what answers, and this program."""
        told = (column.key, self.engine, version("footnote-assistant"), str(_FORM), *self.made_by)
        return hashlib.sha256("\0".join(told).encode()).hexdigest()


def compute_matrix(
    work: Work,
    documents: Sequence[DocumentInfo],
    columns: Sequence[Column],
    *,
    title: str,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Matrix:
    """The matrix of these documents and columns; each cell is kept as soon as it is there.

    Args:
        work: what it is made with.
        documents: its rows.
        columns: its questions.
        title: what it is called.
        fresh: whether cells that are known are worked out all the same.
        progress: is told how many cells of how many are there, and of which document the last is.

    Raises:
        FootnoteError: as asking does. What was worked out before is kept.
    """
    keys = {column.name: work.key(column) for column in columns}
    cells = {} if fresh else _known(work.kept, documents, keys)
    todo = {
        one.id: missing
        for one in documents
        if (missing := [c for c in columns if (one.id, c.name) not in cells])
    }
    by_id = {one.id: one for one in documents}
    total, done = len(documents) * len(columns), len(cells)
    if progress is not None:
        progress(done, total, "")
    gone: list[DocumentInfo] = []
    missing_rows = [(by_id[id_], missing) for id_, missing in todo.items()]
    with closing(_worked_out(work, missing_rows)) as worked_out:
        for told in worked_out:
            if isinstance(told, DocumentInfo):
                gone.append(told)
                continue
            info, column, cell = told
            cells[info.id, column.name] = cell
            # What stands in for an engine that failed is not what was asked for.
            if cell.engine == work.engine:
                key = keys[column.name], info.version, info.id
                work.kept.keep({key: cell.model_dump_json()})
            done += 1
            if progress is not None:
                progress(done, total, info.title)
    rows = [
        Row(
            document_id=one.id,
            version=one.version,
            title=one.title,
            date=one.date,
            path=one.path,
            cells=tuple(cells[one.id, column.name] for column in columns),
        )
        for one in documents
        if one not in gone
    ]
    return Matrix(
        title=title,
        columns=tuple(columns),
        rows=tuple(rows),
        created=datetime.now(UTC),
        computed=sum(len(missing) for id_, missing in todo.items() if by_id[id_] not in gone),
        notices=tuple(ROW_GONE.format(one.title) for one in gone),
    )


def _known(
    kept: KeptCells, documents: Sequence[DocumentInfo], keys: dict[str, str]
) -> dict[tuple[str, str], Cell]:
    found = kept.known(list(keys.values()), [one.version for one in documents])
    return {
        (one.id, name): Cell.model_validate_json(found[key, one.version, one.id])
        for one in documents
        for name, key in keys.items()
        if (key, one.version, one.id) in found
    }


def _worked_out(
    work: Work, rows: Sequence[tuple[DocumentInfo, Sequence[Column]]]
) -> Generator[tuple[DocumentInfo, Column, Cell] | DocumentInfo, None, None]:
    """Each cell as soon as it is there; of a document that is gone meanwhile, the document.

    A thread works out a row after another, so that the questions of a row find what was embedded
    and read for those before them. Left early, the cells under way are waited for.
    """
    told: queue.SimpleQueue[_Told] = queue.SimpleQueue()
    waiting: queue.SimpleQueue[tuple[DocumentInfo, Sequence[Column]]] = queue.SimpleQueue()
    left = threading.Event()
    for one in rows:
        waiting.put(one)

    def serve() -> None:
        with suppress(queue.Empty):
            while not left.is_set():
                _row(work, *waiting.get_nowait(), told, left)

    workers = max(1, min(_MOST_AT_ONCE, os.cpu_count() or 1, len(rows)))
    # Of the kind that a process does not wait for: it may be left at any instant.
    threads = [
        threading.Thread(target=copy_context().run, args=(serve,), name="matrix", daemon=True)
        for _ in range(workers)
    ]
    try:
        for thread in threads:
            thread.start()
        under_way = len(rows)
        while under_way:
            match told.get():
                case None:
                    under_way -= 1
                case BaseException() as error:
                    raise error
                case found:
                    yield found
    finally:
        left.set()
        for thread in threads:
            thread.join()


def _row(
    work: Work,
    info: DocumentInfo,
    columns: Sequence[Column],
    told: "queue.SimpleQueue[_Told]",
    left: threading.Event,
) -> None:
    """Tell the cells of a row, each as soon as it is there, and at last that it is over."""
    try:
        source = Source(info, work.read(info.id, info.version))
        for column in columns:
            if left.is_set():
                return
            answer = work.ask(column.question, info.id)
            told.put((info, column, cell_of(answer, column, source)))
    except UnknownDocument:
        told.put(info)
    except BaseException as error:  # noqa: BLE001 (it is raised where the cells are awaited)
        told.put(error)
    finally:
        told.put(None)
