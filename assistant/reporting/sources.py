"""Citations → the documents that they cite, as CSL-JSON items. What they do not state is left out.

An author is given as it is stated, in one piece: which of its words is a family name, and whether
it is a person at all, a document does not say.

Sources → BibTeX, in entry types and fields that biblatex knows; bibtex takes what it knows.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.answer import Citation
from assistant.reporting.content import folded, web_address
from index.places import shown_name

_WORD = re.compile(r"[a-z]{4,}")


@dataclass(frozen=True, slots=True)
class Source:
    """A cited document in one version; `key` names it in a bibliography and does not change.

    `file` is its file's name where it states no address. `published` and `accessed` are ISO 8601.

    >>> log = Source("log-2025-1a2b3c4d", "Tide log", "5d193048", address="https://example.org/log")
    >>> log.kind
    'webpage'
    """

    key: str
    title: str
    version: str
    author: str | None = None
    publisher: str | None = None
    address: str | None = None
    file: str | None = None
    published: str | None = None
    accessed: str | None = None
    language: str | None = None
    paged: bool = False

    @property
    def kind(self) -> str:
        """Its type in CSL: a page of the web, a publisher's paged report, or a document."""
        if self.address:
            return "webpage"
        return "report" if self.publisher and self.paged else "document"


def sources(citations: Sequence[Citation]) -> list[Source]:
    """The documents cited, each once, in the order of their first citation.

    >>> log = Citation(number=1, id="5d193048d3ad024c:0-9", document_id="log", version="5d193048",
    ...     title="Tide log", start=0, end=9, quote="High tide", date="2025-11-14")
    >>> [(source.key, source.published) for source in sources([log, log])]
    [('tide-2025-23a502e6', '2025-11-14')]
    """
    found = {(c.document_id, c.version): c for c in reversed(citations)}
    return [_source(citation) for citation in reversed(found.values())]


def csl_item(source: Source) -> dict[str, Any]:
    """The source as an item of CSL-JSON (version 1.0.2 of its schema).

    >>> csl_item(Source("log-2025", "Tide log", "5d193048", author="Ann Lee", published="2025-11"))
    {'id': 'log-2025', 'type': 'document', 'title': 'Tide log', 'author': [{'literal': 'Ann Lee'}],
    'issued': {'date-parts': [[2025, 11]]}}
    """
    item: dict[str, Any] = {"id": source.key, "type": source.kind, "title": source.title}
    if source.author:
        item["author"] = [{"literal": source.author}]
    if source.published:
        item["issued"] = _date(source.published)
    if source.publisher:
        item["publisher"] = source.publisher
    if source.address:
        item["URL"] = source.address
    if source.accessed:
        item["accessed"] = _date(source.accessed)
    if source.language:
        item["language"] = source.language
    if source.file:
        # Not 'File: …': programs read a note of that form as the value of a field.
        item["note"] = f"File {source.file}"
    return item


def csl_json(cited: Sequence[Source]) -> str:
    """The sources as CSL-JSON.

    >>> json.loads(csl_json([Source("log-2025", "Tide log", "5d193048", file="log.txt")]))
    [{'id': 'log-2025', 'type': 'document', 'title': 'Tide log', 'note': 'File log.txt'}]
    """
    return json.dumps([csl_item(source) for source in cited], ensure_ascii=False, indent=2) + "\n"


def _source(citation: Citation) -> Source:
    address = web_address(citation.source)
    path = citation.path
    return Source(
        key=_key(citation),
        title=folded(citation.title),
        version=citation.version,
        author=folded(citation.author) if citation.author else None,
        publisher=folded(citation.source) if citation.source and not address else None,
        address=address,
        file=shown_name(path) if path and not address else None,
        published=citation.date,
        accessed=citation.accessed,
        language=citation.language,
        paged=citation.page is not None,
    )


def _key(citation: Citation) -> str:
    """'preliminary-2026-1a2b3c4d': a word of the title, the year, and what no other one has."""
    plain = unicodedata.normalize("NFKD", citation.title).lower()
    word = found.group() if (found := _WORD.search(plain)) else "source"
    year = citation.date[:4] if citation.date else ""
    name = shown_name(citation.path or "")
    mark = hashlib.sha256(f"{citation.version}\n{citation.title}\n{name}".encode()).hexdigest()[:8]
    return "-".join(part for part in (word, year, mark) if part)


def _date(iso: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in iso.split("-")]]}


_TYPES = {"webpage": "online", "report": "report", "document": "misc"}
_ESCAPED = str.maketrans(
    {
        "\\": r"{\textbackslash}",
        # Even an escaped brace counts when BibTeX looks for the end of a field.
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
        "`": r"{\textasciigrave}",
        "<": r"{\textless}",
        ">": r"{\textgreater}",
        "|": r"{\textbar}",
        **{sign: f"\\{sign}" for sign in "%&$#_"},
    }
)


_LIGATURE = re.compile(r"-(?=-)|'(?=')")
"""TeX would make a dash of two hyphens, and a quotation mark of two apostrophes."""


def bibtex(cited: Sequence[Source]) -> str:
    """The sources as entries of a `.bib` file.

    >>> print(bibtex([Source("log-2025", "Tide log", "5d193048", published="2025-11-14")]))
    @misc{log-2025,
      title = {{Tide log}},
      date = {2025-11-14},
      year = {2025}
    }
    """
    return "\n".join(_entry(source) for source in cited)


def _entry(source: Source) -> str:
    fields = ",\n".join(f"  {name} = {{{value}}}" for name, value in _fields(source))
    return f"@{_TYPES[source.kind]}{{{source.key},\n{fields}\n}}\n"


def _fields(source: Source) -> Iterator[tuple[str, str]]:
    # A second pair of braces keeps BibTeX from lowering a title's capitals, and from looking for a
    # family name in an author.
    if source.author:
        yield "author", f"{{{_escaped(source.author)}}}"
    yield "title", f"{{{_escaped(source.title)}}}"
    if source.publisher:
        name = "institution" if source.kind == "report" else "organization"
        yield name, f"{{{_escaped(source.publisher)}}}"
    if source.published:
        yield "date", source.published
        yield "year", source.published[:4]
    if source.address:
        yield "url", source.address
    if source.accessed:
        yield "urldate", source.accessed
    if source.file:
        yield "note", _escaped(f"File: {source.file}")


def _escaped(text: str) -> str:
    return _LIGATURE.sub(r"\g<0>{}", text.translate(_ESCAPED))
