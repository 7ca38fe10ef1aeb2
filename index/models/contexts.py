"""What is embedded and indexed of a chunk: its words, and before them where it stands."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from index.document import Chunk, Document, Table, readable_stem
from index.models.embeddings import WordEnds
from index.places import innermost_name
from index.sentences import without_figures

CONTEXT_TOKENS = 48
"""At most so many tokens go to what is embedded before a chunk."""

_NAME_TOKENS = 16
"""At most so many of them are the file's name."""

TABLE_REACH = 100_000
"""Characters of a table's rows that are embedded: beyond, one row is like another to the model, and
rows are found by their words."""

_CODE = re.compile(r"(?=\w*\d)[0-9a-f-]{8,}|\d{9,}|\w{24,}", re.IGNORECASE)
"""What in a file's name is a checksum, a number of a database or the like."""


def contexts(
    document: Document, chunks: Sequence[Chunk], word_ends: WordEnds, place: str = ""
) -> list[str]:
    """For each chunk what is embedded before its own words.

    That is the name of its file where it tells more than the title, the title, the headings above
    it, and the row that names the columns where the chunk begins further down in a table. `place`
    is the file's path; other documents have none.

    >>> from index.document import Heading
    >>> from index.models.embeddings import MiniLM
    >>> text = "Tolls A ton costs a shilling."
    >>> document = Document(text, "Port rules", "text/plain", headings=(Heading(1, 0, 5),))
    >>> contexts(document, [Chunk(6, 29)], MiniLM().word_ends, place="/news/ferry.txt")
    ['Ferry · Port rules · Tolls']
    """
    name = _name(place, document.title, word_ends)
    full = []
    for chunk in chunks:
        path = [h for h in document.heading_path(chunk.start) if h != document.title]
        table = document.table_at(chunk.start)
        if table is not None and chunk.start >= table.header.end:
            path.append(document.text[table.header.start : table.header.end])
        full.append(" · ".join([document.title, *path]))
    distinct = list(dict.fromkeys(full))
    room = CONTEXT_TOKENS - len(word_ends([name])[0])
    short = {}
    for context, ends in zip(distinct, word_ends(distinct), strict=True):
        # The innermost headings say most about the chunk, so the front gives way.
        excess = len(ends) - room
        kept = context[ends[excess - 1] :].strip() if excess > 0 else context
        short[context] = name + kept
    return [short[context] for context in full]


def has_vector(start: int, table: Table | None) -> bool:
    """Whether what begins at a place, in this table or in none, is embedded and not only indexed.

    >>> from index.document import Span, Table
    >>> has_vector(5_000_000, None), has_vector(5_000_000, Table(0, 9_000_000, Span(0, 20)))
    (True, False)
    """
    return table is None or start - table.start <= TABLE_REACH


def embedded(context: str, text: str) -> str:
    """What is embedded of a chunk: where it stands, and its words.

    Rows of figures are embedded without them: to the model, one figure is like another.

    >>> print(embedded("Port rules · Tolls", "Ships 12 15"))
    Port rules · Tolls
    Ships
    """
    return f"{context}\n{without_figures(text)}"


def _telling_name(place: str, title: str) -> str:
    """The words of a file's name, where they hold one that the title has not; else ''."""
    if not PurePath(place).is_absolute():
        return ""
    own = innermost_name(place)
    if not own:
        return ""
    words = [word for word in readable_stem(own).split() if not _CODE.fullmatch(word)]
    said = title.casefold()
    return " ".join(words) if any(word.casefold() not in said for word in words) else ""


def _name(place: str, title: str, word_ends: WordEnds) -> str:
    """What is put before the title: the file's name, cut where it is long, or ''."""
    name = _telling_name(place, title)
    ends = word_ends([name])[0]
    short = name[: ends[_NAME_TOKENS - 1]] if len(ends) > _NAME_TOKENS else name
    return f"{short} · " if short else ""
