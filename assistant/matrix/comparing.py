"""Documents beside each other: points as rows, documents as columns, each cell cited.

Points are questions, or the clauses that both have. Of two versions of one document: what changed,
clause by clause. And a timeline: what the documents say of each day, in order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher

from assistant.answer import Passage
from assistant.language.terms import content_terms
from assistant.matrix.cells import Source
from assistant.matrix.matrix import Cell, Grid, GridRow, Matrix
from assistant.messages import DATED_ACCOUNTS, NOTHING_DIFFERS
from assistant.reading.answer_span import collapse_whitespace
from assistant.reading.timeline import Account, Piece, dated_events
from index.document import Span
from index.errors import QuestionError

_SAME_HEADING = 0.5
"""The share of their content words that headings of one clause have in common."""


def transposed(matrix: Matrix) -> Grid:
    """A matrix with its questions as rows and its documents as columns.

    >>> grid = transposed(demo.matrix("Cause: Why did Gate 3 fail?"))
    >>> len(grid.heads), [row.label for row in grid.rows]
    (7, ['Cause'])
    """
    return Grid(
        title=matrix.title,
        corner="Point",
        heads=tuple(row.title for row in matrix.rows),
        questions=matrix.grid.questions,
        rows=tuple(
            GridRow(label=column.name, cells=tuple(row.cells[at] for row in matrix.rows))
            for at, column in enumerate(matrix.columns)
        ),
        created=matrix.created,
        notices=matrix.notices,
    )


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of a document below one heading, and its sentences."""

    heading: str
    sentences: tuple[Span, ...]


def clause_changes(older: Source, newer: Source) -> Grid:
    """What changed between two versions of a document: a row for each change, in order.

    >>> info = demo.documents()[0]
    >>> source = Source(info, demo.document(info.id))
    >>> clause_changes(source, source).rows
    ()
    """
    heads = (f"before ({older.info.version[:8]})", f"now ({newer.info.version[:8]})")
    return _compared(older, newer, newer.info.title, heads)


def clause_differences(one: Source, other: Source) -> Grid:
    """What two documents say differently, clause by clause of those that both have.

    Raises:
        QuestionError: they have no clause in common.

    >>> info, source = demo.documents()[0], demo.document(demo.documents()[0].id)
    >>> clause_differences(Source(info, source), Source(info, source)).notices
    ('Nothing differs in words.',)
    """
    if not any(before and after and after.heading for before, after in _pairs(one, other)):
        raise QuestionError(
            f"“{one.info.title}” and “{other.info.title}” have no clause in common by its heading: "
            "say what is to be compared, point by point."
        )
    return _compared(one, other, "Comparison", (one.info.title, other.info.title))


def _compared(one: Source, other: Source, title: str, heads: tuple[str, str]) -> Grid:
    pairs = _pairs(one, other)
    rows = [row for before, after in pairs for row in _changes(one, other, before, after)]
    return Grid(
        title=title,
        corner="Clause",
        heads=heads,
        rows=tuple(rows),
        created=datetime.now(UTC),
        notices=() if rows else (NOTHING_DIFFERS,),
    )


def _clauses(source: Source) -> list[_Clause]:
    headings = {Span(one.start, one.end) for one in source.document.headings}
    found: dict[str, list[Span]] = {}
    for span, _ in source.sentences:
        path = source.document.heading_path(span.start)
        name = " › ".join(path[1:] or path)
        if not any(one.start <= span.start and span.end <= one.end for one in headings):
            found.setdefault(name, []).append(span)
    return [_Clause(name, tuple(spans)) for name, spans in found.items()]


def _pairs(one: Source, other: Source) -> list[tuple[_Clause | None, _Clause | None]]:
    """Clauses of headings that are alike, in the order of the other; then those it has not."""
    left, paired = _clauses(one), list[tuple[_Clause | None, _Clause | None]]()
    for clause in _clauses(other):
        like = max(left, key=lambda own: _likeness(own.heading, clause.heading), default=None)
        if like is None or _likeness(like.heading, clause.heading) < _SAME_HEADING:
            paired.append((None, clause))
        else:
            left.remove(like)
            paired.append((like, clause))
    return [*paired, *((clause, None) for clause in left)]


def _likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    mine, theirs = content_terms(one), content_terms(other)
    return len(mine & theirs) / max(1, len(mine | theirs))


def _changes(
    older: Source, newer: Source, before: _Clause | None, after: _Clause | None
) -> Iterator[GridRow]:
    old, new = (one.sentences if one else () for one in (before, after))
    label = (after or before or _Clause("", ())).heading
    said, says = (
        [collapse_whitespace(source.document.text[slice(*span)]) for span in spans]
        for source, spans in ((older, old), (newer, new))
    )
    matcher = SequenceMatcher(None, said, says, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            cells = (_quoted(older, old[a:b]), _quoted(newer, new[c:d]))
            yield GridRow(label=label, cells=cells)


def _quoted(source: Source, spans: Sequence[Span]) -> Cell:
    """Sentences as they stand, each cited."""
    if not spans:
        return Cell(state="not_found")
    text = " ".join(collapse_whitespace(source.document.text[slice(*span)]) for span in spans)
    citations = tuple(
        source.citation(span, number, 1.0) for number, span in enumerate(spans, start=1)
    )
    return Cell(state="answered", text=text, value=text, citations=citations, confidence=1.0)


# Timelines -------------------------------------------------------------------------------------


def timeline(topic: str, passages: Sequence[Passage], sources: dict[str, Source]) -> Grid:
    """What the passages tell of a topic that has a date: a row for each event, in order.

    Accounts of one event in several documents stand in one row; it differs where their figures do.

    Args:
        topic: what it is about.
        passages: those found for it.
        sources: their documents, by id.

    >>> timeline("the flood", [], {}).rows
    ()
    """
    events = dated_events(
        topic,
        (
            Piece(
                one.document_id,
                one.start,
                one.text,
                " ".join([one.title, *one.heading]),
                _apart(sources[one.document_id]),
            )
            for one in passages
        ),
    )
    return Grid(
        title=topic,
        corner="When",
        heads=(DATED_ACCOUNTS,),
        rows=tuple(_event(one, sources) for one in events),
        created=datetime.now(UTC),
    )


def _apart(source: Source) -> tuple[Span, ...]:
    """The spans of a document that tell of no event."""
    own = source.document.date_span
    headers = (table.header for table in source.document.tables)
    return (*headers, own) if own is not None else tuple(headers)


def _event(accounts: Sequence[Account], sources: dict[str, Source]) -> GridRow:
    first = accounts[0]
    differ = len({(one.day, one.time) for one in accounts}) > 1
    citations = tuple(
        sources[one.document_id].citation(one.span, number, 1.0)
        for number, one in enumerate(accounts, start=1)
    )
    texts = list(dict.fromkeys(one.text for one in accounts))
    cell = Cell(
        state="differs" if differ else "answered",
        text=" / ".join(texts),
        value=None if differ else first.text,
        citations=citations,
        confidence=1.0,
    )
    return GridRow(
        label=" ".join(filter(None, (first.day, first.time))), date=first.day, cells=(cell,)
    )
