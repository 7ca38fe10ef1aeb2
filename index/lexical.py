"""BM25 over chunks: tantivy on disk, English stems, accents folded.

Robertson & Zaragoza 2009, 'The Probabilistic Relevance Framework: BM25 and Beyond'.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tantivy

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
    """One index folder. Writers exclude each other; the store's lock sees to that."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._index = tantivy.Index(_schema(), str(folder))
        self._index.register_tokenizer(_ANALYZER, _analyzer())

    def change(self, add: Iterable[LexicalEntry] = (), remove: Iterable[int] = ()) -> None:
        """Add and remove chunks in one commit."""
        writer = self._index.writer(_HEAP, num_threads=1)
        for chunk_id in remove:
            writer.delete_documents_by_term("chunk", chunk_id)
        for entry in add:
            document = tantivy.Document()
            document.add_unsigned("chunk", entry.chunk_id)
            document.add_text("document", entry.document_id)
            document.add_text("text", entry.text)
            document.add_text("context", entry.context)
            writer.add_document(document)
        writer.commit()
        # Without it a merge may still be writing when the lock is given to another process.
        writer.wait_merging_threads()
        self.reload()

    def reload(self) -> None:
        """See what other processes have committed."""
        self._index.reload()

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
        searcher = self._index.searcher()
        hits = searcher.search(query, limit=k, count=False).hits
        return [(int(searcher.doc(at)["chunk"][0]), float(score)) for score, at in hits]

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """The inverse document frequency of analysed terms, over chunks (natural logarithm)."""
        searcher = self._index.searcher()
        count = searcher.num_docs
        found = {term: searcher.doc_freq("text", term) for term in terms}
        return {
            term: math.log(1 + (max(count - n, 0) + 0.5) / (n + 0.5)) for term, n in found.items()
        }

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
