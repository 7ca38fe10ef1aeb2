"""BM25 over chunks: tantivy on disk, English stems, accents folded.

Robertson & Zaragoza 2009, 'The Probabilistic Relevance Framework: BM25 and Beyond'.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tantivy

from index.copies import WritableCopy
from index.errors import StoreError

_HEAP = 32_000_000
_ANALYZER = "english"
_CONTEXT_BOOST = 0.5
"""Weight of a match in a chunk's title and headings against one in its own words."""


@dataclass(frozen=True, slots=True)
class LexicalEntry:
    """A chunk as the lexical index takes it."""

    chunk_id: int
    document_id: str
    text: str
    context: str


class LexicalIndex:
    """One index folder. Writers exclude each other; the store's lock sees to that.

    Raises:
        StoreError: from any method, where the files cannot be read or written.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self._folder = folder
        self._files: WritableCopy | None = None
        with self._faults():
            if create:
                folder.mkdir(exist_ok=True)
                self._index = tantivy.Index(_schema(), str(folder))
            else:
                self._open()
                return
            self._index.register_tokenizer(_ANALYZER, _analyzer())

    def change(self, add: Iterable[LexicalEntry] = (), remove: Iterable[int] = ()) -> None:
        """Add and remove chunks in one commit."""
        with self._faults():
            writer = self._index.writer(_HEAP, num_threads=1)
            try:
                self._drop_unfinished()
                for chunk_id in remove:
                    # By query: `delete_documents_by_term` takes a number for a signed one and, on
                    # an unsigned field, deletes nothing.
                    this = tantivy.Query.term_query(self._index.schema, "chunk", chunk_id)
                    writer.delete_documents_by_query(this)
                for entry in add:
                    document = tantivy.Document()
                    document.add_unsigned("chunk", entry.chunk_id)
                    document.add_text("document", entry.document_id)
                    document.add_text("text", entry.text)
                    document.add_text("context", entry.context)
                    writer.add_document(document)
                writer.commit()
            finally:
                # Without it a merge may still be writing when the lock is given to another
                # process, and a writer that failed would keep others out.
                writer.wait_merging_threads()
        self.reload()

    def reload(self) -> None:
        """See what other processes have committed."""
        with self._faults():
            if self._files is not None and self._files.is_copy:
                self._open()
            else:
                self._index.reload()

    def close(self) -> None:
        """Let go of the files."""
        if self._files is not None:
            self._files.close()

    def search(
        self, question: str, k: int, documents: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """The `k` best chunks as (chunk id, BM25 score), best first; any word may match."""
        query = self._query(question)
        if documents is not None:
            within = tantivy.Query.term_set_query(self._index.schema, "document", list(documents))
            must = tantivy.Occur.Must
            unscored = tantivy.Query.const_score_query(within, 0.0)
            query = tantivy.Query.boolean_query([(must, query), (must, unscored)])
        with self._faults():
            searcher = self._index.searcher()
            hits = searcher.search(query, limit=k, count=False).hits
            return [(int(searcher.doc(at)["chunk"][0]), float(score)) for score, at in hits]

    def chunks(self, documents: Iterable[str]) -> dict[str, list[int]]:
        """The chunk ids that are held for each of the documents, one for each entry."""
        with self._faults():
            searcher = self._index.searcher()
            schema = self._index.schema
            return {
                document_id: self._all(
                    searcher, tantivy.Query.term_query(schema, "document", document_id)
                )
                for document_id in documents
            }

    def ids(self) -> list[int]:
        """The chunk id of every entry."""
        with self._faults():
            return self._all(self._index.searcher(), tantivy.Query.all_query())

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """The inverse document frequency of analysed terms, over chunks (natural logarithm)."""
        searcher = self._index.searcher()
        count = searcher.num_docs
        found = {term: searcher.doc_freq("text", term) for term in terms}
        return {
            term: math.log(1 + (max(count - n, 0) + 0.5) / (n + 0.5)) for term, n in found.items()
        }

    def mentioned(self, terms: Iterable[str]) -> set[str]:
        """Those of the analysed terms that some chunk holds, or its title or headings."""
        searcher = self._index.searcher()
        return {
            term
            for term in terms
            if any(searcher.doc_freq(field, term) for field in ("text", "context"))
        }

    def _open(self) -> None:
        self.close()
        # Opening it, tantivy makes a lock file.
        self._files = WritableCopy(self._folder)
        self._index = tantivy.Index.open(str(self._files.path))
        self._index.register_tokenizer(_ANALYZER, _analyzer())

    def _drop_unfinished(self) -> None:
        """Delete what a commit that was killed has noted of deletions.

        These files are named by the number of their commit. The next one gets the same, and tantivy
        refuses to write a file that is there. No state that anyone may read names such a file.
        """
        committed = json.loads((self._folder / "meta.json").read_bytes())["opstamp"]
        for path in self._folder.glob("*.del"):
            number = path.name.split(".")[-2]
            if number.isdecimal() and int(number) > committed:
                path.unlink()

    def _all(self, searcher: tantivy.Searcher, query: tantivy.Query) -> list[int]:
        hits = searcher.search(query, limit=max(searcher.num_docs, 1), count=False).hits
        return [int(searcher.doc(at)["chunk"][0]) for _, at in hits]

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except ValueError as error:  # what tantivy makes of all its errors
            raise StoreError.of(self._folder, error) from error

    def _query(self, question: str) -> tantivy.Query:
        parts: list[tuple[tantivy.Occur, tantivy.Query]] = []
        schema = self._index.schema
        for term in dict.fromkeys(analyzed(question)):
            own = tantivy.Query.term_query(schema, "text", term)
            context = tantivy.Query.term_query(schema, "context", term)
            parts.append((tantivy.Occur.Should, own))
            weaker = tantivy.Query.boost_query(context, _CONTEXT_BOOST)
            parts.append((tantivy.Occur.Should, weaker))
        return tantivy.Query.boolean_query(parts) if parts else tantivy.Query.empty_query()


def analyzed(text: str) -> list[str]:
    """The terms of a text as they are indexed: lower case, unaccented, stemmed."""
    return _analyzer().analyze(text)


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    steps = [
        tantivy.Filter.remove_long(60),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
    ]
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in steps:
        builder = builder.filter(step)
    return builder.build()


@cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("chunk", stored=True, indexed=True)
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field("context", tokenizer_name=_ANALYZER, index_option="freq")
    return builder.build()
