"""What is written and not yet verified: the claims an engine hands on, and a user's own text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer import Kind
from index.document import Part, Span, touched
from index.store.catalog import DocumentInfo, StoredChunk
from index.tables.joining import Key
from index.tables.query import Relation, TableQuery


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of a document that a draft sentence rests on.

    >>> chunk = passages[0].chunk
    >>> Evidence.within(chunk, chunk.start, chunk.end).page
    2
    """

    document: DocumentInfo
    start: int
    end: int
    page: int | None = None
    page_end: int | None = None
    page_label: str | None = None
    heading: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    score: float = 0.0

    @classmethod
    def within(cls, chunk: StoredChunk, start: int, end: int, score: float = 0.0) -> "Evidence":
        """A span (offsets in the document) inside a chunk."""
        page, page_end = chunk.pages_of(start, end)
        parts = touched(chunk.parts, start, end)
        return cls(
            chunk.document,
            start,
            end,
            page,
            page_end,
            chunk.label_of(start, end),
            chunk.heading,
            parts,
            score,
        )

    @classmethod
    def row_of(
        cls, chunk: StoredChunk, start: int, end: int, score: float = 0.0
    ) -> "list[Evidence]":
        """A sentence inside a chunk; with the names of the columns where it is a table's row."""
        row = chunk.table_row(start)
        header = [cls.within(chunk, *row[0].header)] if row is not None else []
        return [cls.within(chunk, start, end, score), *header]


@dataclass(frozen=True, slots=True)
class JoinedTable:
    """A second table, whose rows those of the first name by a key.

    >>> JoinedTable("d1", "ab12", 1, Key(0, 2)).key.other
    2
    """

    document_id: str
    version: str
    number: int
    key: Key


@dataclass(frozen=True, slots=True)
class Tabulated:
    """The query of a table whose result a sentence tells; the sentence is checked by asking again.

    With `distinct` it tells how many groups there are; with a `relation` how the figure is to that
    of the query `against`. The table may be `joined` with another.

    >>> Tabulated("d1", "ab12", 0, TableQuery("count")).query.measure
    'count'
    """

    document_id: str
    version: str
    number: int
    query: TableQuery
    distinct: bool = False
    relation: Relation | None = None
    against: TableQuery | None = None
    percent: bool = False
    joined: JoinedTable | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence as an engine wrote it, with its evidence, the most important first.

    `added` are the spans of `text` that the program put in, in brackets; `exact` the spans that
    answer the question by themselves. Of a sentence that is `judged`, a model that reads has
    confirmed it by the evidence; `around` is what may name whom and what that is about. What is
    `tabulated` tells the result of a query. By what is `superseded` a later document corrects it.

    >>> claim = Claim("It broke at noon.", evidence=(), exact=(Span(9, 16),))
    >>> [claim.text[start:end] for start, end in claim.exact]
    ['at noon']
    """

    text: str
    evidence: tuple[Evidence, ...]
    added: tuple[Span, ...] = ()
    exact: tuple[Span, ...] = ()
    paragraph: bool = False
    around: tuple[Evidence, ...] = ()
    judged: bool = False
    tabulated: Tabulated | None = None
    superseded: tuple[Evidence, ...] = ()

    @property
    def own_words(self) -> str:
        """The text without what the program added."""
        text = self.text
        for start, end in reversed(self.added):
            text = text[:start] + text[end:]
        return text.strip()


def add_words(draft: Claim, additions: Sequence[tuple[int, str]]) -> Claim:
    """The draft with words of the program put in, in brackets, at places in order.

    `additions` are (offset in the draft's text, words with their space); spans of the draft that
    they come before move on.

    >>> claim = add_words(Claim("She closed it.", ()), [(0, "[Ann Lee:] ")])
    >>> claim.text, claim.added
    ('[Ann Lee:] She closed it.', (Span(start=0, end=10),))
    """
    text, added, done = "", list[Span](), 0
    for at, words in additions:
        text += draft.text[done:at]
        start = len(text) + len(words) - len(words.lstrip())
        text, done = text + words, at
        added.append(Span(start, start + len(words.strip())))

    def moved(offset: int, *, end: bool = False) -> int:
        return offset + sum(
            len(w) for at, w in additions if at < offset or (at == offset and not end)
        )

    exact = tuple(Span(moved(start), moved(stop, end=True)) for start, stop in draft.exact)
    return replace(draft, text=text + draft.text[done:], added=tuple(added), exact=exact)


@dataclass(frozen=True, slots=True)
class ProposedAnswer:
    """All that an engine has to say: drafts in the order to be read, or an abstention.

    `conflicts` are groups of indices into `claims`, `notices` remarks beside the answer.

    >>> proposed = ProposedAnswer(claims=(Claim("The dam held.", ()),), confidence=0.9)
    >>> len(proposed.claims), proposed.abstained
    (1, False)
    """

    kind: Kind = "answer"
    message: str = ""
    claims: tuple[Claim, ...] = ()
    abstained: bool = False
    confidence: float = 0.0
    conflicts: tuple[tuple[int, ...], ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A draft: its text, and what of that is no Markdown.

    `literal` are the spans in which a sign stands for itself, `prose` those that are read for
    sentences: None where all is Markdown, whose paragraphs are found by parsing it.

    >>> Manuscript("It *held*.").literal, Manuscript.plain("It *held*.").literal
    ((), (Span(start=0, end=10),))
    """

    text: str
    literal: tuple[Span, ...] = ()
    prose: tuple[Span, ...] | None = None

    @classmethod
    def plain(cls, text: str) -> "Manuscript":
        """A text in which nothing is Markdown."""
        whole = (Span(0, len(text)),)
        return cls(text, whole, whole)
