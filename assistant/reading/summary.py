"""Answers about whole documents: what there is, and what a document says in a few sentences.

Sentences are chosen by how central they are among the document's others, as in LexRank (Erkan &
Radev 2004), and against repeating each other (Carbonell & Goldstein 1998, maximal marginal
relevance).

Questions that a store's documents can answer, for whoever does not know where to begin.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from assistant.asking.question import Question
from assistant.draft import Claim, Evidence, ProposedAnswer
from assistant.language.dates import spoken_date
from assistant.language.speakers import people, speakers_of
from assistant.language.terms import content_terms
from assistant.language.values import MONTH
from assistant.models.sentence_vectors import SentenceVectors
from assistant.reading.editions import dated_title
from index.document import Document, Span
from index.places import innermost_stem
from index.sentences import document_sentences, sentence_spans
from index.store.catalog import DocumentInfo, StoredChunk
from index.store.store import Store

OVERVIEW_DOCUMENTS = 20
SUMMARY_SENTENCES = 5
_CONSIDERED = 160
_WORDS = (9, 60)
"""Shorter sentences say too little, longer ones are seldom sentences."""
_NOVELTY = 0.5
_EARLY = {"overview": 0.6, "summary": 0.15}
"""What the first of the sentences considered is worth more than the last: an overview says how a
document begins, a summary draws on all of it."""

_NUMBERED = re.compile(
    rf"(?<!\d)\d[\d.:]{{0,20}}+\s++(?:(?:\d[\d.:]{{0,20}}+|{MONTH})\s++){{0,30}}+(?=[A-Z])"
)
"""A number, date or time that stands before a sentence: an item of a list or of a log."""

_CLOSING = frozenset('.!?”"。！？')

Sentence = tuple[StoredChunk, Span]


def about_documents(
    store: Store, vectors: SentenceVectors, asked: Question, documents: Sequence[str] | None
) -> ProposedAnswer:
    """An overview of the documents, or the summary of the one that the question means.

    >>> from assistant.asking.question import parse_question
    >>> asked = parse_question("Summarise the correction notice")
    >>> about_documents(store, vectors, asked, documents=None).message
    '“Correction to preliminary report IHW 2026/04” in its own words:'
    """
    some = None if documents is None else frozenset(documents)
    infos = [d for d in store.documents() if some is None or d.id in some]
    meant = infos if asked.kind == "overview" else _meant(asked.target, infos)
    if len(meant) == 1 and asked.kind == "summary":
        return summary(vectors, meant[0].title, _chunks(store, meant[0].id))
    shown = meant[:OVERVIEW_DOCUMENTS]
    lines = opening_lines(store, vectors, shown)
    return ProposedAnswer("overview", _counted(meant, len(shown)), lines, confidence=1.0)


def opening_lines(
    store: Store, vectors: SentenceVectors, documents: Sequence[DocumentInfo]
) -> tuple[Claim, ...]:
    """One line a document: title, date, length, and its most central early sentence.

    >>> opening_lines(store, vectors, [report])[0].text[:82]
    '[Preliminary report on the failure of Gate 3 of the Tollmark Barrage, 12 January 2'
    """
    lines = []
    for document in documents:
        chunks = _chunks(store, document.id, first=3)
        for chunk, span in _central(vectors, _sentences(chunks), 1, _EARLY["overview"]):
            lines.append(document_line(chunk, span))
    return tuple(lines)


def document_line(chunk: StoredChunk, span: Span) -> Claim:
    """A sentence under its document's title, date and length.

    >>> chunk = passages[0].chunk
    >>> document_line(chunk, Span(chunk.start, chunk.end)).text[:20]
    '[Preliminary report '
    """
    return _line(chunk, span, f"[{_described(chunk.document)}:]")


def summary(vectors: SentenceVectors, title: str, chunks: Sequence[StoredChunk]) -> ProposedAnswer:
    """The most central sentences of a document, in its own order.

    >>> chunk = passages[0].chunk
    >>> summary(vectors, chunk.document.title, [chunk]).claims[0].text
    'The sirens sounded at 21:58, that is 24 minutes after the failure.'
    """
    chosen = _central(vectors, _sentences(chunks), SUMMARY_SENTENCES, _EARLY["summary"])
    drafts = tuple(_line(chunk, span) for chunk, span in chosen)
    return ProposedAnswer("summary", f"“{title}” in its own words:", drafts, confidence=1.0)


def _meant(target: str, infos: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """The documents whose title or file name shares most words with what was named; else all."""
    wanted = content_terms(target)
    shared = [
        len(wanted & content_terms(f"{info.title} {innermost_stem(info.path)}")) for info in infos
    ]
    most = max(shared, default=0)
    if most == 0:
        return list(infos)
    return [info for info, count in zip(infos, shared, strict=True) if count == most]


def _chunks(store: Store, document_id: str, first: int | None = None) -> list[StoredChunk]:
    with store.snapshot() as snapshot:
        ids = snapshot.chunk_ids([document_id])[:first]
        chunks = snapshot.chunks(ids)
    return [chunks[id_] for id_ in ids if id_ in chunks]


def _counted(documents: Sequence[DocumentInfo], shown: int) -> str:
    dates = sorted(document.date for document in documents if document.date)
    count = f"{len(documents)} documents" if len(documents) != 1 else "1 document"
    dated = ""
    if dates:
        first, last = spoken_date(dates[0]), spoken_date(dates[-1])
        dated = f", dated {first}" if first == last else f", dated {first} to {last}"
    rest = f" The first {shown} of them:" if shown < len(documents) else ""
    return f"{count}{dated}.{rest}"


def _described(document: DocumentInfo) -> str:
    pages = f", {document.pages} page" + "s" * (document.pages > 1) if document.pages else ""
    return f"{dated_title(document)}{pages}"


def _sentences(chunks: Sequence[StoredChunk]) -> list[Sentence]:
    """The full sentences of the chunks that are of a usual length; all where there are none."""
    every = [
        (chunk, Span(chunk.start + start, chunk.start + end))
        for chunk in chunks
        for start, end in sentence_spans(chunk.text)
    ]
    return [s for s in every if _speaks_for_itself(_text(s))] or every


def _speaks_for_itself(text: str) -> bool:
    """Whether it is a whole sentence, and neither a table's row nor someone's words unnamed."""
    length = len(text.split())
    whole = text[-1:] in _CLOSING and " | " not in text and not text.startswith(("“", '"', "•"))
    whole = whole and not _NUMBERED.match(text)
    return whole and _WORDS[0] <= length <= _WORDS[1]


def _text(sentence: Sentence) -> str:
    chunk, (start, end) = sentence
    return chunk.text[start - chunk.start : end - chunk.start]


def _central(
    vectors: SentenceVectors, sentences: Sequence[Sentence], count: int, early: float
) -> list[Sentence]:
    """The most central sentence of each of `count` parts of the text, in its order."""
    if not sentences:
        return []
    considered = list(sentences[:: -(-len(sentences) // _CONSIDERED)])
    rows = vectors.of([_text(sentence) for sentence in considered])
    similar = rows @ rows.T
    central = similar.mean(axis=1) + np.linspace(early, 0, len(considered))
    chosen: list[int] = []
    for part in np.array_split(np.arange(len(considered)), min(count, len(considered))):
        repeated = similar[part][:, chosen].max(axis=1) if chosen else 0.0
        chosen.append(int(part[np.argmax(central[part] - _NOVELTY * repeated)]))
    return [considered[i] for i in chosen]


def _line(chunk: StoredChunk, span: Span, label: str = "") -> Claim:
    text = " ".join(_text((chunk, span)).split())
    evidence = (Evidence.within(chunk, span.start, span.end),)
    if not label:
        return Claim(text, evidence)
    return Claim(f"{label} {text}", evidence, added=(Span(0, len(label)),), paragraph=True)


READ = 6
"""Documents that are looked at, the latest first."""

SENTENCES = 60
"""Sentences of each."""

OVERVIEW = "What is in my documents?"


def suggested(store: Store, count: int) -> list[str]:
    """So many questions: what there is, what people say in the documents, and summaries.

    >>> suggested(store, count=4)[0], len(suggested(store, count=4))
    ('What is in my documents?', 4)
    """
    documents = [store.document(one.id) for one in store.documents()[:READ]]
    if not documents:
        return []
    spoken = _once(name for document in documents for name in _speakers(document))
    asked = [OVERVIEW, *(f"What did {name} say?" for name in spoken)][: count - 1]
    summaries = [f"Summarise {document.title}" for document in documents]
    return [*asked, *summaries][:count]


def further_questions(document: Document, place: Span) -> Iterator[tuple[str, Span | None]]:
    """Questions that lead on from a place of a document, the likeliest first.

    Behind each the span in which its answer must stand, where that is not the whole document.

    >>> report_text = store.document(report.id)
    >>> questions = [asked for asked, _ in further_questions(report_text, Span(0, 80))]
    >>> questions[0], questions[-1][:9]
    ('What did Edvar Lintholme say?', 'Summarise')
    """
    spoken = [f"What did {name} say?" for name in _once(_speakers(document, place))]
    about = [
        (f"What does “{document.title}” say about “{words}”?", section)
        for words, section in _sections(document)
        if not section.start <= place.start < section.end
    ]
    # What stands behind the place is read before what stands before it.
    about.sort(key=lambda one: (one[1].start < place.start, one[1].start))
    yield from ((asked, None) for asked in spoken[:1])
    yield from about[:2]
    yield from ((asked, None) for asked in spoken[1:2])
    yield f"Summarise {document.title}", None


def _sections(document: Document) -> Iterator[tuple[str, Span]]:
    """What the lower headings of a document name, each with its section."""
    headings = document.headings
    for at, heading in enumerate(headings):
        named = " ".join(document.text[heading.start : heading.end].split())
        words = _HEADING_NUMBER.sub("", named)
        if words == document.title or not _NAMES.fullmatch(words):
            continue
        later = (one.start for one in headings[at + 1 :] if one.level <= heading.level)
        section = Span(heading.end, next(later, len(document.text)))
        yield words, section


_HEADING_NUMBER = re.compile(r"^(?:\d+|[IVX]+)(?:\.\d+)*[.)]?\s+")
_NAMES = re.compile(r"(?!(?:What|How|Why|Who|When|Where)\b)[A-Z][a-z]+(?: [a-z]+){0,3}")
"""A heading that names a matter in a few words."""


def _speakers(document: Document, place: Span | None = None) -> Iterator[str]:
    """The first two people of whom the document tells what they say, by their full names.

    Where there is a place, those nearest to it.
    """
    found: dict[str, None] = {}
    sentences = document_sentences(document)
    if place is not None:
        sentences = sorted(sentences, key=lambda one: abs(one[0] - place.start))
    for start, end in sentences[:SENTENCES]:
        for speaker in speakers_of(" ".join(document.text[start:end].split())):
            if not speaker.pronoun and people(speaker.name) == [speaker.name]:
                found[speaker.name] = None
    return iter(list(found)[:2])


def _once(names: Iterable[str]) -> list[str]:
    """The names, that of a person in its fullest form and in the place of its first."""
    found: list[str] = []
    for name in names:
        for number, other in enumerate(found):
            if set(name.split()) <= set(other.split()):
                break
            if set(other.split()) <= set(name.split()):
                found[number] = name
                break
        else:
            found.append(name)
    return found
