"""What a query of a table comes to, as a sentence with its rows; and whether such a sentence holds.

Every figure has two paths: DuckDB over the table's file, and plain Python over the cells of the
document's text. What is shown is worded from the second, where both agree; a sentence is checked by
making it anew.
"""

import re
from collections.abc import Sequence

from assistant.draft import Claim, Evidence, Tabulated
from assistant.models.memory import Memory
from assistant.table_qa.result_wording import Wording
from index.document import Document, Span, printed_label
from index.store.catalog import DocumentInfo
from index.store.store import Store
from index.tables.columns import TypedTable, typed_table
from index.tables.joining import join
from index.tables.plain import compute
from index.tables.query import ROWS_CITED

_UNITS_STATED = re.compile(
    r"\bin (?:(?:US|U\.S\.) )?(?:[$€£¥] ?|dollars? |euros? |pounds )?"
    r"(?:thousands|millions|billions|000s)\b(?: of [\w.]+(?: [\w.]+)?(?=\)))?",
    re.IGNORECASE,
)
_UNITS_REACH = 300
_typed: Memory[tuple[str, int, int], tuple[TypedTable, ...]] = Memory(8)
"""The tables asked last, by version, number and what their cells hold and do not show."""


def table_of(document: Document, version: str, number: int) -> TypedTable | None:
    """A table of a document with its typed columns, made from its text.

    >>> text = "Ship | Tons" + chr(10) + "Ann | 5" + chr(10) + "Bob | 7"
    >>> from index.document import Table
    >>> port = Document(text, "Port", "text/csv", tables=(Table(0, 27, Span(0, 11)),))
    >>> table_of(port, port.version, 0).columns[1].kind
    'number'
    """
    key = version, number, hash(document.stored)
    known = _typed.of([key])
    if key not in known:
        found = (
            typed_table(document, document.tables[number])
            if number < len(document.tables)
            else None
        )
        known = {key: () if found is None else (found,)}
    _typed.keep(known)
    return next(iter(known[key]), None)


Source = tuple[DocumentInfo, Document]
"""A document in which a table stands."""


def tabulated_claim(
    info: DocumentInfo, document: Document, asked: Tabulated, other: Source | None = None
) -> Claim | None:
    """The sentence that answers a query, with the rows that it rests on; None where there is none.

    Args:
        info: of the document of the table.
        document: where it stands.
        asked: what is asked of it.
        other: where the table stands that it is joined with.

    >>> from index.document import Table
    >>> text = "Ship | Tons" + chr(10) + "Ann | 5" + chr(10) + "Bob | 7"
    >>> port = Document(text, "Port", "text/csv", tables=(Table(0, 27, Span(0, 11)),))
    >>> from index.tables.query import TableQuery
    >>> summed = Tabulated("d1", port.version, 0, TableQuery("sum", 1))
    >>> print(tabulated_claim(demo.documents()[0], port, summed).text)
    [Computed: sum of Tons in “...”, over 2 rows: 12]
    """
    tables = asked_table(document, asked, None if other is None else other[1])
    if tables is None:
        return None
    table, second, matched = tables
    result = compute(table, asked.query)
    against = None if asked.against is None else compute(table, asked.against)
    units = _units_above(document.text, table.table.start)
    stated = document.text[slice(*units)] if units and asked.query.measure != "count" else ""
    worded = Wording(table, asked, result, stated)
    title = info.title if other is None else f"{info.title}” with “{other[0].title}"
    told = worded.sentence(title) if against is None else worded.related(title, against)
    if told is None:
        return None
    text, exact = told
    first = [*result.first[:ROWS_CITED], *(against.first[:ROWS_CITED] if against else ())]
    rows = [table.row(row) for row in first]
    around = [units, table.table.header] if stated and units else [table.table.header]
    spans = _joined([*around, *rows], document.text)
    evidence = tuple(evidence_of(info, document, span) for span in spans)
    if second is not None and other is not None:
        named = sorted({row for one in first if (row := matched[one]) is not None})
        rows = [second.row(row) for row in named[:ROWS_CITED]]
        spans = _joined([second.table.header, *rows], other[1].text)
        evidence += tuple(evidence_of(*other, span) for span in spans)
    return Claim(text, evidence, (Span(0, len(text)),), exact, tabulated=asked)


def asked_table(
    document: Document, asked: Tabulated, other: Document | None
) -> tuple[TypedTable, TypedTable | None, list[int | None]] | None:
    """The table that is asked; where it is joined, the second one and its row for each of its own.

    >>> port = Document("The pier fell.", "Port", "text/plain")
    >>> from index.tables.query import TableQuery
    >>> asked_table(port, Tabulated("d1", port.version, 0, TableQuery("count")), None) is None
    True
    """
    table = table_of(document, asked.version, asked.number)
    joined = asked.joined
    if table is None or joined is None:
        return None if table is None else (table, None, [])
    second = None if other is None else table_of(other, joined.version, joined.number)
    if second is None:
        return None
    both, matched = join(table, second, joined.key)
    return both, second, matched


def holds(store: Store, claim: Claim) -> bool:
    """Whether a tabulated sentence comes out the same when it is made anew from the stored text.

    Raises:
        UnknownDocument: it was removed.

    >>> holds(store, Claim("It held.", ()))
    False
    """
    asked = claim.tabulated
    if asked is None or not claim.evidence:
        return False
    info = claim.evidence[0].document
    if (info.id, info.version) != (asked.document_id, asked.version):
        return False
    document = store.document(asked.document_id, asked.version)
    other = None
    if asked.joined is not None:
        second = asked.joined.document_id, asked.joined.version
        cited = (one.document for one in claim.evidence)
        named = next((one for one in cited if (one.id, one.version) == second), None)
        if named is None:
            return False
        other = named, store.document(*second)
    made = tabulated_claim(info, document, asked, other)
    return made is not None and (made.text, made.exact, made.evidence) == (
        claim.text,
        claim.exact,
        claim.evidence,
    )


def _units_above(text: str, start: int) -> Span | None:
    """Where the words above a table, or those before them, state the scale of its figures."""
    above = max(start - _UNITS_REACH, 0)
    found = list(_UNITS_STATED.finditer(text, above, start))
    return Span(*found[-1].span()) if found else None


def _joined(spans: Sequence[Span], text: str) -> list[Span]:
    """Spans of lines in order, those that follow one another as one."""
    joined: list[Span] = []
    for span in sorted(set(spans)):
        if joined and not text[joined[-1].end : span.start].strip():
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def evidence_of(info: DocumentInfo, document: Document, span: Span) -> Evidence:
    """A span of a document with the page and the headings that it stands under.

    >>> port = Document("The pier fell.", "Port", "text/plain")
    >>> evidence_of(demo.documents()[0], port, Span(4, 8)).start
    4
    """
    return Evidence(
        info,
        span.start,
        span.end,
        document.page_at(span.start),
        document.page_at(max(span.end - 1, span.start)),
        printed_label(document.pages, span.start, span.end),
        document.heading_path(span.start),
        document.parts_at(span.start, span.end),
    )
