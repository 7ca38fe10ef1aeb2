"""A store as those see it who may read some of its documents, as if there were no others.

What is counted, ranked and compared is taken from what they may read alone: the frequencies of
words and the lengths of passages for BM25, the words that names and misspellings are looked up in,
and the vectors, which are compared one by one and not through a graph that others have part in.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache

from sqlalchemy.engine import Connection

from index.document import Document, LeftOut
from index.errors import CollectionError, UnknownDocument
from index.layout import Rectangle
from index.models.embeddings import Vectors
from index.store import collections, opening, queries
from index.store.allowed import Known, Reader
from index.store.catalog import Catalog, DocumentInfo, Location, StoredChunk
from index.store.corrections import Corrections
from index.store.engines import IndexSet
from index.store.lexical import (
    FIELDS,
    LexicalIndex,
    Term,
    analyzed,
    beginnings,
    inverse_frequency,
)
from index.store.queries import Origin, Version
from index.store.store import Hits, Snapshot, Store
from index.store.typed_tables import TableInfo
from index.store.watches import Watched

_K1, _B = 1.2, 0.75
"""The constants of BM25, as tantivy has them."""

_CANDIDATES = 2
"""Times as many chunks are scored here as are wanted: what brings them up knows one thing of all
chunks, how long they are at the mean, and what scores them knows only of those that may be read."""

_MOST_SPELLED_ALIKE = 1_000

_OF_THE_WHOLE = frozenset(
    {"_changing", "back_up", "check", "copies", "holding", "places", "same_content", "telling"}
)
"""What tells of all documents, or changes them."""


class LimitedSnapshot(Snapshot):
    """One consistent state of what someone may read.

    >>> reader = Reader(frozenset({"person:ann"}))
    >>> state = (store.catalog, store.indexes, connection)
    >>> LimitedSnapshot(*state, Known(), reader).lexical("the sirens", k=5)
    []
    """

    def __init__(
        self,
        catalog: Catalog,
        indexes: IndexSet,
        connection: Connection,
        known: Known,
        reader: Reader,
    ) -> None:
        super().__init__(catalog, indexes, connection)
        self._known = known
        self._allowed = known.allowed(connection, self._state, reader)

    def nearest(self, vector: Vectors, k: int, documents: Sequence[str] | None = None) -> Hits:
        """(chunk id, cosine similarity), best first."""
        some = None if documents is None else self.chunk_ids(documents)
        vectors = self._indexes.vectors(self._state.edition)
        return self._known.nearest(vectors, self._state, self._allowed, vector, k, some)

    def lexical(self, question: str, k: int, documents: Sequence[str] | None = None) -> Hits:
        """(chunk id, BM25 score), best first."""
        within = self._allowed.limit if documents is None else self._within(documents)
        index = self._lexical
        terms = index.terms(question)
        rarity = self._rarity(terms)
        everywhere = index.frequencies(terms)
        boosts = {
            term: rare / inverse_frequency(everywhere[term], index.count)
            for term, rare in rarity.items()
            if everywhere[term]
        }
        if not boosts or within == []:
            return []
        hits = index.search(question, _CANDIDATES * k, within, boosts)
        found = queries.live_chunks(self._connection, [id_ for id_, _ in hits])
        scored = [(id_, self._score(chunk, rarity)) for id_, chunk in found.items()]
        return sorted(scored, key=lambda hit: (-hit[1], hit[0]))[:k]

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """The inverse document frequency of analysed terms."""
        return {term: rare for (_, term), rare in self._rarity(("text", t) for t in terms).items()}

    def mentioned(self, terms: Iterable[str]) -> set[str]:
        """Those of the analysed terms that stand in a document, or in its title or headings."""
        wanted = set(terms)
        if not self._in_step:
            return wanted
        fields = [(field, term) for term in wanted for field in ("text", "context")]
        return {term for (_, term), count in self._frequencies(fields).items() if count}

    def spelled_like(self, term: str, k: int) -> list[int]:
        """Chunks that hold a term one letter away from an analysed one."""
        found = self._lexical.spelled_like(term, _MOST_SPELLED_ALIKE, self._allowed.limit)
        return sorted(found)[:k]

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]:
        """The live ones among these chunks."""
        found = super().chunks(ids)
        return {
            id_: one for id_, one in found.items() if one.document.id in self._allowed.documents
        }

    def chunk_ids(self, documents: Sequence[str]) -> list[int]:
        """All chunks of these documents in reading order."""
        return super().chunk_ids(self._within(documents))

    @property
    def _lexical(self) -> LexicalIndex:
        return self._indexes.lexical(self._state)

    def _within(self, documents: Sequence[str]) -> list[str]:
        return sorted(self._allowed.documents.intersection(documents))

    def _frequencies(self, terms: Iterable[Term]) -> dict[Term, int]:
        wanted, known = list(terms), self._allowed.frequencies
        new = [term for term in wanted if term not in known]
        known |= self._lexical.frequencies(new, self._allowed.limit, exactly=True)
        return {term: known[term] for term in wanted}

    def _rarity(self, terms: Iterable[Term]) -> dict[Term, float]:
        count = len(self._allowed.chunks)
        found = self._frequencies(terms)
        return {term: inverse_frequency(n, count) for term, n in found.items()}

    def _score(self, chunk: StoredChunk, rarity: Mapping[Term, float]) -> float:
        counts = _counted(chunk.text, _context(chunk))
        length = len(chunk.text) / self._allowed.length
        score = 0.0
        for term, rare in rarity.items():
            times = counts[term]
            if times:
                share = length if term[0] != "context" else 1.0
                norm = _K1 * (1 - _B + _B * share)
                score += FIELDS[term[0]] * rare * times * (_K1 + 1) / (times + norm)
        return score


def _context(chunk: StoredChunk) -> str:
    """What stands above a chunk: titles, headings, and the names of its table's columns."""
    row = chunk.table_row(chunk.start)
    return " · ".join([chunk.document.title, *chunk.heading, *([row[1]] if row else [])])


@lru_cache(maxsize=16_384)
def _counted(text: str, context: str) -> Counter[Term]:
    """How often each term stands in a chunk, by field."""
    own, above = analyzed(text), analyzed(context)
    found: Counter[Term] = Counter(("text", term) for term in own)
    found.update(("context", term) for term in above)
    found.update(("beginnings", term) for term in beginnings([*above, *own]))
    return found


class LimitedStore(Store):
    """An opened store, of which someone sees what they may read. Closing it is the other's matter.

    Args:
        store: the whole of it.
        reader: who reads.

    >>> limited = LimitedStore(store, Reader(frozenset({"person:ann"})))
    >>> limited.documents(), limited.is_empty()
    ([], True)
    >>> limited.document(report.id)
    Traceback (most recent call last):
        ...
    index.errors.UnknownDocument: No document has the id ...
    """

    def __init__(self, store: Store, reader: Reader) -> None:
        vars(self).update(vars(store))
        self.whole, self.reader = store, reader

    def close(self) -> None:
        """Nothing: see the class."""

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Search in one consistent state; writers wait meanwhile."""
        with self._searching() as connection:
            opening.check_unchanged(self.catalog, connection, self._embedder)
            state = (self.catalog, self.indexes, connection)
            yield LimitedSnapshot(*state, self.known, self.reader)

    def is_empty(self) -> bool:
        """Whether nothing can be found."""
        return not self._allowed()

    def documents(self) -> list[DocumentInfo]:
        """All live documents that may be read, the latest first."""
        allowed = self._allowed()
        return [one for one in super().documents() if one.id in allowed]

    def left_out(self, document_id: str | None = None) -> dict[str, list[LeftOut]]:
        """What live documents, or one of them, do not have of their files, by id."""
        allowed = self._allowed()
        found = super().left_out(document_id)
        return {id_: left for id_, left in found.items() if id_ in allowed}

    def live_among(self, document_ids: Sequence[str]) -> set[str]:
        """Those of the ids whose document is live and may be read."""
        return super().live_among(document_ids) & self._allowed()

    def document(self, document_id: str, version: str | None = None) -> Document:
        """A document with its text; raises UnknownDocument."""
        self._permit(document_id)
        return super().document(document_id, version)

    def versions_named(self, prefix: str) -> list[Version]:
        """The readable versions whose hash begins with these digits, live ones first."""
        return self._of_allowed(super().versions_named(prefix))

    def versions_of(self, document_id: str) -> list[str]:
        """The hashes of the readable versions of a document, the latest first."""
        return super().versions_of(document_id) if document_id in self._allowed() else []

    def replaced_holding(self, words: Sequence[str]) -> list[Version]:
        """The replaced versions in whose text all of the words stand, whatever their case."""
        return self._of_allowed(super().replaced_holding(words))

    def live_version(self, document_id: str) -> Version:
        """The version of a document that is searched; raises UnknownDocument."""
        self._permit(document_id)
        return super().live_version(document_id)

    def excerpt(self, document_id: str, version: str, start: int, end: int) -> str:
        """The words of a span of a version; raises UnknownDocument."""
        self._permit(document_id)
        return super().excerpt(document_id, version, start, end)

    def tables(self, documents: Sequence[str]) -> list[TableInfo]:
        """The tables of these live documents that can be asked, each with its file."""
        return super().tables(sorted(self._allowed().intersection(documents)))

    def rectangles(self, document_id: str, version: str, start: int, end: int) -> list[Rectangle]:
        """Where a span is printed, line by line; raises UnknownDocument."""
        self._permit(document_id)
        return super().rectangles(document_id, version, start, end)

    def page_lines(
        self, document_id: str, page: int, version: str | None = None
    ) -> list[tuple[str, Rectangle]]:
        """The printed lines of a page, each with its place; raises UnknownDocument."""
        self._permit(document_id)
        return super().page_lines(document_id, page, version)

    def origin(self, document_id: str, version: str | None = None) -> Origin:
        """What a version, by default the live one, was read from; raises UnknownDocument."""
        self._permit(document_id)
        return super().origin(document_id, version)

    def locations(self, places: Sequence[str]) -> dict[str, Location]:
        """What is known of the files at these places, by place."""
        allowed = self._allowed()
        found = super().locations(places)
        return {place: one for place, one in found.items() if one.document_id in allowed}

    def inside(self, places: Sequence[str]) -> dict[str, list[Location]]:
        """What is known of places inside these files, by file."""
        allowed = self._allowed()
        found = super().inside(places)
        return {
            file: mine
            for file, known in found.items()
            if (mine := [one for one in known if one.document_id in allowed])
        }

    def watched(self) -> list[Watched]:
        """None: folders are kept in step for the whole store."""
        return []

    def correct(self, document_id: str, wanted: Corrections) -> DocumentInfo:
        """Correct what was read of a document, for all who read it; raises as the other does.

        Raises:
            CollectionError: it is in a collection to which whoever asks may not add.
        """
        self.check_changeable(document_id)
        return self.whole.correct(document_id, wanted)

    def check_changeable(self, document_id: str) -> None:
        """Raise what `correct` does, where whoever asks may not change it for all who read it."""
        self._permit(document_id)
        with self._reading() as connection:
            self._require_role(connection, collections.holding(connection, document_id))

    def remove(self, document_id: str) -> None:
        """Take a document out of the collections to which one may add; out of the last, delete it.

        Raises:
            UnknownDocument: there is none such.
            CollectionError: it is in no collection to which whoever asks may add.
        """
        self._permit(document_id)
        with self.whole.collecting() as connection:
            held = collections.holding(connection, document_id)
            own = {name for name in held if self._may_add(connection, name)}
            if not own:
                self._require_role(connection, held)
            for name in own:
                collections.take(connection, name, [document_id])
        if held == own:
            self.whole.remove(document_id)

    def __getattribute__(self, name: str) -> object:
        if name in _OF_THE_WHOLE:
            raise CollectionError.of_the_whole()
        return super().__getattribute__(name)

    def _allowed(self) -> frozenset[str]:
        with self._reading() as connection:
            state = self.catalog.state(connection)
            return self.known.allowed(connection, state, self.reader).documents

    def _permit(self, document_id: str) -> None:
        """Raise UnknownDocument for one that may not be read, as for one that there is not."""
        if document_id not in self._allowed():
            raise UnknownDocument.named(document_id)

    def _of_allowed(self, found: Sequence[Version]) -> list[Version]:
        allowed = self._allowed()
        return [one for one in found if one.document_id in allowed]

    def _may_add(self, connection: Connection, name: str) -> bool:
        return name in self.reader.may_read(connection) and bool(
            self.reader.roles(connection, name) & {"contributor", "owner"}
        )

    def _require_role(self, connection: Connection, names: Collection[str]) -> None:
        for name in sorted(names):
            if not self._may_add(connection, name):
                raise CollectionError(
                    "This document is also in a collection to which you may only look: ask one of "
                    "its owners."
                )
