"""BM25 over chunks: tantivy on disk, stems of English, Arabic, Russian and Greek, accents folded.

Where words stand without spaces between them (Chinese, Japanese, Thai and the like, and Korean
with its particles), two neighbouring characters make a term, as Lucene's analyser for these does.
Of long words the beginnings are terms as well: over languages that is as good as a stemmer for
each, with no need to know the language, and finds compounds (McNamee & Mayfield 2004, 'Character
N-Gram Tokenization for European Language Text Retrieval'; figures in `benchmarks/README.md`).
Robertson & Zaragoza 2009, 'The Probabilistic Relevance Framework: BM25 and Beyond'.
"""

import json
import math
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import tantivy

from index.closing import closed_on_failure
from index.errors import StoreError
from index.store.files import WritableCopy

_HEAP = 32_000_000
_ANALYZER = "english"
_ATTEMPTS = 5
_STEMMED = ("english", "arabic", "russian", "greek")
"""Stemmers side by side: each leaves other scripts alone."""

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]+"
)
"""Thai and Lao, Burmese, Khmer, kana, Chinese characters, Hangul."""

_JOINING = re.compile(
    "[\u093c\u094d\u09bc\u09cd\u0a3c\u0a4d\u0abc\u0acd\u0b3c\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]"
)
"""Signs that join two letters of an Indian script, and that tantivy takes for the end of a word."""

_BEGINNING = 5
"""Letters of the beginning of a word."""

Term = tuple[str, str]
"""A field of the index and an analysed term in it."""

FIELDS = {"text": 1.0, "context": 0.5, "beginnings": 1.0}
"""What a match counts in a chunk's own words, in its title and headings, in beginnings of words."""


@dataclass(frozen=True, slots=True)
class LexicalEntry:
    """A chunk as the lexical index takes it.

    >>> index = LexicalIndex(tmp_path / "lexical", create=True)
    >>> index.change(add=[LexicalEntry(7, "d1", text="It sank at noon.", context="The ferry")])
    >>> index.mentioned(["ferri", "pier"])
    {'ferri'}
    """

    chunk_id: int
    document_id: str
    text: str
    context: str


class LexicalIndex:
    """One index folder. Thread-safe; writers exclude each other, to which the store's lock sees.

    A thread that searches keeps the state that it began in, whatever others reload or close.

    Raises:
        StoreError: from any method, where the files cannot be read or written.

    >>> index = LexicalIndex(tmp_path / "lexical", create=True)
    >>> index.change(add=[LexicalEntry(7, "d1", "The ferry sank at noon.", context="News")])
    >>> [chunk_id for chunk_id, _ in index.search("Which ferries sank?", k=5)]
    [7]
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self._folder = folder
        self._files: WritableCopy | None = None
        self._index: tantivy.Index | None = None
        self._has_beginnings = False
        # The index is not opened or closed while a thread takes a searcher of it.
        self._mutex = threading.RLock()
        with self._mutex, self._faults():
            if create:
                folder.mkdir(exist_ok=True)
                self._has_beginnings = True
                self._index = _set_up(tantivy.Index(_schema(), str(folder)))
            else:
                self._opened()

    def change(self, add: Iterable[LexicalEntry] = (), remove: Iterable[int] = ()) -> None:
        """Add and remove chunks in one commit."""
        with self._faults():
            with self._mutex:
                index = self._opened()
            # Not under the mutex: others search on until it is committed.
            writer = index.writer(_HEAP, num_threads=1)
            try:
                self._drop_unfinished()
                for chunk_id in remove:
                    # By query: `delete_documents_by_term` takes a number for a signed one and, on
                    # an unsigned field, deletes nothing.
                    this = tantivy.Query.term_query(_schema(), "chunk", chunk_id)
                    writer.delete_documents_by_query(this)
                for entry in add:
                    document = tantivy.Document()
                    document.add_unsigned("chunk", entry.chunk_id)
                    document.add_text("document", entry.document_id)
                    document.add_text("text", _paired(entry.text))
                    document.add_text("context", _paired(entry.context))
                    if self._has_beginnings:
                        words = analyzed(f"{entry.context} {entry.text}")
                        document.add_text("beginnings", " ".join(beginnings(words)))
                    writer.add_document(document)
                writer.commit()
            finally:
                # Without it a merge may still be writing when the lock is given to another
                # process, and a writer that failed would keep others out.
                writer.wait_merging_threads()
        self.reload()

    def reload(self) -> None:
        """See what other processes have committed."""
        with self._mutex, self._faults():
            if self._files is not None and self._files.is_copy:
                self.close()
            elif self._index is not None:
                self._index.reload()
            self._opened()

    def close(self) -> None:
        """Let go of the files; the next use opens them again."""
        with self._mutex:
            files, self._files, self._index = self._files, None, None
            if files is not None:
                files.close()

    def search(
        self,
        question: str,
        k: int,
        documents: Sequence[str] | None = None,
        boosts: Mapping[Term, float] | None = None,
    ) -> list[tuple[int, float]]:
        """The `k` best chunks as (chunk id, BM25 score), best first; any word may match.

        Args:
            question: in natural language.
            k: how many.
            documents: ids of the only ones to search in.
            boosts: what each term counts; those that are not named are not looked for.
        """
        with self._faults():
            # First, since what the index holds is known when it is open.
            searcher = self._searcher()
            if boosts is None:
                boosts = dict.fromkeys(self._terms(question), 1.0)
            query = _within(_any_of(boosts), documents)
            hits = searcher.search(query, limit=k, count=False).hits
            return [(int(searcher.doc(at)["chunk"][0]), float(score)) for score, at in hits]

    @property
    def count(self) -> int:
        """How many chunks there are."""
        with self._faults():
            return int(self._searcher().num_docs)

    def terms(self, question: str) -> list[Term]:
        """What is looked for where this is asked."""
        with self._faults():
            self._searcher()
            return self._terms(question)

    def frequencies(
        self,
        terms: Iterable[Term],
        documents: Sequence[str] | None = None,
        *,
        exactly: bool = False,
    ) -> dict[Term, int]:
        """How many chunks hold each term: of these documents, or of any.

        Of any, what was removed may count until it is merged away, unless they are wanted exactly.
        """
        with self._faults():
            searcher = self._searcher()
            if documents is None and not exactly:
                return {term: searcher.doc_freq(*term) for term in terms}
            return {term: _count(searcher, _within(_term(term), documents)) for term in terms}

    def chunks(self, documents: Iterable[str]) -> dict[str, list[int]]:
        """The chunk ids that are held for each of the documents, one for each entry."""
        with self._faults():
            searcher = self._searcher()
            return {
                document_id: self._all(
                    searcher, tantivy.Query.term_query(_schema(), "document", document_id)
                )
                for document_id in documents
            }

    def ids(self) -> list[int]:
        """The chunk id of every entry."""
        with self._faults():
            return self._all(self._searcher(), tantivy.Query.all_query())

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """The inverse document frequency of analysed terms, over chunks (natural logarithm)."""
        count = self.count
        found = self.frequencies(("text", term) for term in terms)
        return {term: inverse_frequency(n, count) for (_, term), n in found.items()}

    def mentioned(self, terms: Iterable[str]) -> set[str]:
        """Those of the analysed terms that some chunk holds, or its title or headings."""
        with self._faults():
            searcher = self._searcher()
            return {
                term
                for term in terms
                if any(searcher.doc_freq(field, term) for field in ("text", "context"))
            }

    def spelled_like(self, term: str, k: int, documents: Sequence[str] | None = None) -> list[int]:
        """`k` chunks of these documents, or of any, with a term one letter from an analysed one."""
        with self._faults():
            searcher = self._searcher()
            near = tantivy.Query.fuzzy_term_query(_schema(), "text", term, 1)
            hits = searcher.search(_within(near, documents), limit=k, count=False).hits
            return [int(searcher.doc(at)["chunk"][0]) for _, at in hits]

    def _searcher(self) -> tantivy.Searcher:
        """The latest state that was seen; it stays what it is, and readable."""
        with self._mutex:
            return self._opened().searcher()

    def _opened(self) -> tantivy.Index:
        if self._index is None:
            self._index, self._files = _opened(self._folder)
            fields = json.loads((self._files.path / "meta.json").read_bytes())["schema"]
            # One made before there were any goes on without; what is made anew has them.
            self._has_beginnings = any(one["name"] == "beginnings" for one in fields)
        return self._index

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

    def _terms(self, question: str) -> list[Term]:
        words = list(dict.fromkeys(analyzed(question)))
        begins = dict.fromkeys(beginnings(words)) if self._has_beginnings else ()
        return [
            *(("beginnings", beginning) for beginning in begins),
            *((field, word) for word in words for field in ("text", "context")),
        ]


def inverse_frequency(holding: int, count: int) -> float:
    """How rare a term is that so many of so many chunks hold (natural logarithm).

    >>> inverse_frequency(holding=0, count=9) > inverse_frequency(holding=3, count=9)
    True
    """
    return math.log(1 + (max(count - holding, 0) + 0.5) / (holding + 0.5))


def _count(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    found = searcher.search(query, limit=1, count=True)
    return int(found.count)  # type: ignore[attr-defined] # its stubs lack it


def _term(term: Term) -> tantivy.Query:
    return tantivy.Query.term_query(_schema(), *term)


def _any_of(boosts: Mapping[Term, float]) -> tantivy.Query:
    """Chunks with any of these terms, each of which counts so much."""
    parts = []
    for term, boost in boosts.items():
        counts = boost * FIELDS[term[0]]
        query = _term(term) if counts == 1 else tantivy.Query.boost_query(_term(term), counts)
        parts.append((tantivy.Occur.Should, query))
    return tantivy.Query.boolean_query(parts) if parts else tantivy.Query.empty_query()


def _within(query: tantivy.Query, documents: Sequence[str] | None) -> tantivy.Query:
    """The same of these documents alone, if some are named."""
    if documents is None:
        return query
    within = tantivy.Query.term_set_query(_schema(), "document", list(documents))
    unscored = tantivy.Query.const_score_query(within, 0.0)
    must = tantivy.Occur.Must
    return tantivy.Query.boolean_query([(must, query), (must, unscored)])


def _opened(folder: Path, attempts: int = _ATTEMPTS) -> tuple[tantivy.Index, WritableCopy]:
    """The index in a folder, or in a copy of it where tantivy may not make its lock file."""
    try:
        files = WritableCopy(folder)
        with closed_on_failure(files.close):
            index = _set_up(tantivy.Index.open(str(files.path)))
    except (FileNotFoundError, ValueError):
        # Whoever may write there has put other files in the place of some that were to be copied.
        if attempts > 1 and not os.access(folder, os.W_OK):
            return _opened(folder, attempts - 1)
        raise
    return index, files


def _set_up(index: tantivy.Index) -> tantivy.Index:
    index.register_tokenizer(_ANALYZER, _analyzer())
    # Else a thread of tantivy's own reloads it at any time, and makes files in a deleted copy.
    index.config_reader("manual", 0)
    return index


def analyzed(text: str) -> list[str]:
    """The terms of a text as they are indexed: lower case, unaccented, stemmed.

    >>> analyzed("Ferries sank off Orléans.")
    ['ferri', 'sank', 'off', 'orlean']
    >>> analyzed("東京湾 2 隻")
    ['東京', '京湾', '2', '隻']
    """
    return _analyzer().analyze(_paired(text))


def beginnings(words: Iterable[str]) -> Iterator[str]:
    """The beginnings of the long ones among analysed words.

    >>> list(beginnings(["sirens", "sound"]))
    ['siren']
    """
    return (word[:_BEGINNING] for word in words if len(word) > _BEGINNING)


def _paired(text: str) -> str:
    """The text with each run of characters that no spaces divide as its overlapping pairs."""
    return text if text.isascii() else _UNSPACED.sub(_pairs, _JOINING.sub("", text))


def _pairs(match: re.Match[str]) -> str:
    run = match[0]
    return f" {' '.join(map(''.join, pairwise(run)))} " if len(run) > 1 else f" {run} "


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    steps = [
        tantivy.Filter.remove_long(60),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        *map(tantivy.Filter.stemmer, _STEMMED),
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
    builder.add_text_field("beginnings", tokenizer_name="whitespace", index_option="freq")
    return builder.build()
