"""Drafts → verified sentences with numbered citations: where verification lets a sentence pass."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from assistant.answer import (
    Answer,
    Citation,
    Passage,
    Sentence,
    SpanPair,
    Usage,
    citation_id,
    locator,
)
from assistant.draft import Claim, Evidence, ProposedAnswer
from assistant.language.dates import spoken_date
from assistant.verifying.verification import unsupported_spans
from index.document import Span
from index.errors import UnknownDocument
from index.store.catalog import DocumentInfo
from index.store.store import Store


class Footnotes:
    """Numbers citations in order of appearance, and keeps what was said and what was refused.

    The cited words are read from the store by their span, so a span that is off is found out here.

    >>> from index.models.embeddings import MiniLM
    >>> store, log = Store(demo.store, MiniLM()), demo.documents()[-1]
    >>> words, footnotes = store.excerpt(log.id, log.version, 0, 80), Footnotes(store)
    >>> for text in (words, "It was 25:61."):
    ...     sentence, new = footnotes.verified(Claim(text, (Evidence(log, 0, 80),)))
    ...     len(new) if sentence else "refused"
    1
    'refused'
    >>> store.close()
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._numbers: dict[str, int] = {}
        self._shown: list[int | None] = []
        self.sentences: list[Sentence] = []
        self.citations: list[Citation] = []
        self.dropped: list[Sentence] = []
        self._refused_of: set[str] = set()

    def verified(self, draft: Claim) -> tuple[Sentence | None, tuple[Citation, ...]]:
        """The sentence with the citations that are new with it; None where it is refused."""
        try:
            quotes = self._quotes(draft)
        except UnknownDocument:  # it was removed after it was read
            return self._refused(draft, ((0, len(draft.text)),))
        facts = [fact for evidence in draft.evidence for fact in _facts(evidence.document)]
        dates = [evidence.document.date for evidence in draft.evidence]
        wrong = unsupported_spans(draft.text, quotes, facts, draft.added, dates)
        if wrong:
            return self._refused(draft, tuple(wrong))
        new: list[Citation] = []
        numbers = [self._number(e, q, new) for e, q in zip(draft.evidence, quotes, strict=True)]
        sentence = Sentence(
            text=draft.text,
            citations=tuple(numbers),
            exact=draft.exact,
            added=draft.added,
            paragraph=draft.paragraph and bool(self.sentences),
        )
        self.sentences.append(sentence)
        self._shown.append(len(self.sentences))
        return sentence, tuple(new)

    def answer(
        self,
        question: str,
        reading: ProposedAnswer,
        engine: str,
        nearest: Sequence[Passage],
        notices: Sequence[str],
        timings: Mapping[str, float],
        usage: Usage | None = None,
        documents: Iterable[str] = (),
    ) -> Answer:
        """The answer made of what was shown; its other parts are the reading's.

        `documents` are the ids of those whose words its message, notices or refused sentences may
        hold, besides what is cited and near.
        """
        cited = {citation.document_id for citation in self.citations}
        held = cited | {passage.document_id for passage in nearest} | {*documents}
        return Answer(
            question=question,
            kind=reading.kind,
            message=reading.message,
            sentences=tuple(self.sentences),
            citations=tuple(self.citations),
            abstained=reading.abstained,
            engine=engine,
            created=datetime.now(UTC),
            confidence=reading.confidence,
            nearest=tuple(nearest),
            conflicts=self.renumbered(reading.conflicts),
            dropped=tuple(self.dropped),
            notices=tuple(notices),
            timings=dict(timings),
            usage=usage,
            documents=tuple(sorted(held | self._refused_of)),
        )

    def renumbered(self, groups: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
        """Groups of draft indices as sentence numbers; a group of which one is left is none."""
        found = []
        for group in groups:
            numbers = tuple(n for n in (self._shown[i] for i in group) if n is not None)
            if len(numbers) > 1:
                found.append(numbers)
        return tuple(found)

    def refused(self, draft: Claim, wrong: Sequence[Span]) -> None:
        """Note a sentence that no passage supports, with its words that none carries."""
        self._refused(draft, tuple(wrong))

    def marked(self, draft: Claim, wrong: Sequence[Span]) -> Sentence:
        """A sentence that is shown although no passage supports it, as such."""
        sentence = Sentence(
            text=draft.text,
            verdict="not verified",
            unsupported=tuple(wrong),
            paragraph=draft.paragraph and bool(self.sentences),
        )
        self.sentences.append(sentence)
        self._shown.append(len(self.sentences))
        return sentence

    def placed(self, draft: Claim, place: Span, opens: bool) -> bool:
        """Footnote a sentence of the user's own; False where verification refuses it."""
        sentence, _ = self.verified(replace(draft, paragraph=opens))
        if sentence is None:
            self.dropped.pop()
            self._shown.pop()
            return False
        self.sentences[-1] = sentence.model_copy(update={"place": place})
        return True

    def unplaced(
        self,
        draft: Claim,
        place: Span,
        opens: bool,
        wrong: Sequence[Span],
        nearest: Sequence[Passage],
        *,
        otherwise: bool,
    ) -> None:
        """Note a sentence of the user's own that nothing carries; `otherwise` if it is denied."""
        numbers = []
        if otherwise:
            for evidence, quote in zip(draft.evidence, self._quotes(draft), strict=True):
                numbers.append(self._number(evidence, quote, []))
        sentence = self.marked(replace(draft, paragraph=opens), wrong)
        self.sentences[-1] = sentence.model_copy(
            update={"place": place, "contradicted": tuple(numbers), "nearest": tuple(nearest)}
        )

    def _quotes(self, draft: Claim) -> list[str]:
        """The cited words, read from the store by their spans."""
        return [
            self._store.excerpt(
                evidence.document.id, evidence.document.version, evidence.start, evidence.end
            )
            for evidence in draft.evidence
        ]

    def _refused(self, draft: Claim, wrong: tuple[SpanPair, ...]) -> tuple[None, tuple[()]]:
        self._refused_of |= {evidence.document.id for evidence in draft.evidence}
        self.dropped.append(
            Sentence(text=draft.text, verdict="not verified", unsupported=wrong, added=draft.added)
        )
        self._shown.append(None)
        return None, ()

    def _number(self, evidence: Evidence, quote: str, new: list[Citation]) -> int:
        document = evidence.document
        id_ = f"{document.id}/{citation_id(document.version, evidence.start, evidence.end)}"
        if id_ not in self._numbers:
            self._numbers[id_] = len(self._numbers) + 1
            citation = _citation(self._numbers[id_], evidence, quote)
            self.citations.append(citation)
            new.append(citation)
        return self._numbers[id_]


def _citation(number: int, evidence: Evidence, quote: str) -> Citation:
    document = evidence.document
    return Citation(
        number=number,
        id=citation_id(document.version, evidence.start, evidence.end),
        document_id=document.id,
        version=document.version,
        title=document.title,
        author=document.author,
        source=document.source,
        path=document.path,
        locator=locator(evidence.page, evidence.page_end, evidence.heading, evidence.parts),
        page=evidence.page,
        page_end=evidence.page_end,
        start=evidence.start,
        end=evidence.end,
        quote=quote,
        date=document.date,
        accessed=document.accessed,
        language=document.language,
        score=round(evidence.score, 6),
    )


def _facts(document: DocumentInfo) -> list[str]:
    """What may be added to the quoted words of a document."""
    facts = [
        document.title,
        document.author or "",
        document.source or "",
        f"{document.pages} pages",
    ]
    return [*facts, spoken_date(document.date)] if document.date else facts
