"""What an engine hands to verification: sentences that are not yet allowed to be shown."""

from dataclasses import dataclass

from assistant.answer import Kind
from index.catalog import DocumentInfo, StoredChunk
from index.document import Part, Span, touched


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of a document that a draft sentence rests on."""

    document: DocumentInfo
    start: int
    end: int
    page: int | None = None
    page_end: int | None = None
    heading: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    score: float = 0.0

    @classmethod
    def within(cls, chunk: StoredChunk, start: int, end: int, score: float = 0.0) -> "Evidence":
        """A span (offsets in the document) inside a chunk."""
        page, page_end = chunk.pages_of(start, end)
        parts = touched(chunk.parts, start, end)
        return cls(chunk.document, start, end, page, page_end, chunk.heading, parts, score)


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as an engine wrote it, with its evidence, the most important first.

    `added` are the spans of `text` that the program put in, in brackets; `exact` the spans that
    answer the question by themselves.
    """

    text: str
    evidence: tuple[Evidence, ...]
    added: tuple[Span, ...] = ()
    exact: tuple[Span, ...] = ()
    paragraph: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """All that an engine has to say: drafts in the order to be read, or an abstention.

    `conflicts` are groups of indices into `drafts`.
    """

    kind: Kind = "answer"
    message: str = ""
    drafts: tuple[Draft, ...] = ()
    abstained: bool = False
    confidence: float = 0.0
    conflicts: tuple[tuple[int, ...], ...] = ()
