"""Answers to questions about the documents themselves: which mention it, the newest, whose."""

from collections.abc import Sequence

from assistant.asking.collection import CollectionQuestion
from assistant.draft import ProposedAnswer
from assistant.language.terms import content_terms
from assistant.messages import (
    DOCUMENTS_BY,
    DOCUMENTS_MENTION,
    DOCUMENTS_OF,
    DOCUMENTS_TAGGED,
    NEWEST_DOCUMENT,
    NO_SUCH_DOCUMENT,
    OLDEST_DOCUMENT,
)
from assistant.models.sentence_vectors import SentenceVectors
from assistant.reading.summary import OVERVIEW_DOCUMENTS, document_line, opening_lines
from index.document import Span
from index.sentences import sentence_spans
from index.store.catalog import DocumentInfo, StoredChunk
from index.store.store import Store

_LOOKED_AT = 2_000
"""Passages that are looked through for what is mentioned, the nearest by BM25 first."""

_TAGS = ("tags", "keywords", "categories", "subject")


def about_collection(
    store: Store,
    vectors: SentenceVectors,
    asked: CollectionQuestion,
    documents: Sequence[str] | None,
) -> ProposedAnswer:
    """The documents that are asked for, each with a sentence of it; an abstention without any.

    >>> asked = CollectionQuestion("mention", "the flood fund")
    >>> about_collection(store, vectors, asked, documents=None).message
    '1 of 7 documents mention “the flood fund”:'
    """
    some = None if documents is None else frozenset(documents)
    infos = [one for one in store.documents() if some is None or one.id in some]
    if asked.wanted == "mention":
        return _mentioning(store, asked.value, infos)
    chosen = _chosen(asked, infos)
    if not chosen:
        return ProposedAnswer("overview", NO_SUCH_DOCUMENT, abstained=True)
    message = {
        "newest": NEWEST_DOCUMENT.format(len(infos)),
        "oldest": OLDEST_DOCUMENT.format(len(infos)),
        "author": DOCUMENTS_BY.format(len(chosen), len(infos), asked.value),
        "tag": DOCUMENTS_TAGGED.format(len(chosen), len(infos), asked.value),
        "date": DOCUMENTS_OF.format(len(chosen), len(infos), asked.value),
    }[asked.wanted]
    lines = opening_lines(store, vectors, chosen[:OVERVIEW_DOCUMENTS])
    return ProposedAnswer("overview", message, lines, confidence=1.0)


def _chosen(asked: CollectionQuestion, infos: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    if asked.wanted in ("newest", "oldest"):
        dates = sorted(one.date for one in infos if one.date)
        wanted = dates[-1 if asked.wanted == "newest" else 0] if dates else None
        return [one for one in infos if one.date and one.date == wanted]
    if asked.wanted == "author":
        name = content_terms(asked.value)
        return [one for one in infos if name and name <= content_terms(one.author or "")]
    if asked.wanted == "tag":
        return [one for one in infos if any(one.has(name, asked.value) for name in _TAGS)]
    return [one for one in infos if one.has("date", asked.value)]


def _mentioning(store: Store, value: str, infos: Sequence[DocumentInfo]) -> ProposedAnswer:
    """The documents in one passage of which all words of a value stand."""
    wanted, live = content_terms(value), {one.id for one in infos}
    best: dict[str, tuple[StoredChunk, Span]] = {}
    with store.snapshot() as snapshot:
        near = [id_ for id_, _ in snapshot.lexical(value, _LOOKED_AT, sorted(live))]
        chunks = snapshot.chunks(near)
    for chunk in (chunks[id_] for id_ in near if id_ in chunks):
        if chunk.document.id not in best and wanted <= content_terms(chunk.text):
            best[chunk.document.id] = (chunk, _telling(chunk, wanted))
    if not wanted or not best:
        return ProposedAnswer("overview", NO_SUCH_DOCUMENT, abstained=True)
    lines = tuple(document_line(*one) for one in list(best.values())[:OVERVIEW_DOCUMENTS])
    message = DOCUMENTS_MENTION.format(len(best), len(infos), value)
    return ProposedAnswer("overview", message, lines, confidence=1.0)


def _telling(chunk: StoredChunk, wanted: frozenset[str]) -> Span:
    """The sentence of a passage that holds most of the words, the first of several."""
    spans = [Span(chunk.start + a, chunk.start + b) for a, b in sentence_spans(chunk.text)]

    def held(span: Span) -> int:
        words = chunk.text[span.start - chunk.start : span.end - chunk.start]
        return len(wanted & content_terms(words))

    return max(spans, key=held)
