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
)
from assistant.draft import Claim, Evidence, ProposedAnswer
from assistant.language.dates import spoken_date
from assistant.locators import locator
from assistant.table_qa.tabulation import holds
from assistant.verifying.borne import unborne_spans
from assistant.verifying.grounding import NEAREST, Grounded
from assistant.verifying.verification import lacking_words, unsupported_spans
from assistant.verifying.wording import is_quotation
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
        quotes, wrong = self._read(draft)
        if wrong:
            return self._refused(draft, wrong)
        return self._footnoted(draft, quotes)

    def checked(self, grounded: Grounded) -> Grounded:
        """The sentence as it will be told, without a footnote yet.

        What should be supported and fails where the cited words are read from the store is not
        verified.

        >>> Footnotes(store).checked(Grounded(Claim("It held.", ()), "supported")).supported
        False
        """
        _, wrong = self._read(grounded.draft) if grounded.supported else ([], ())
        return _unproven(grounded, wrong) if wrong else grounded

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
        held = self.documents | {passage.document_id for passage in nearest} | {*documents}
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

    @property
    def documents(self) -> set[str]:
        """The ids of the documents that its sentences cite, or that come nearest to them."""
        near = {one.document_id for said in self.sentences for one in said.nearest}
        return near | {citation.document_id for citation in self.citations}

    @property
    def doubted(self) -> bool:
        """Whether there are sentences that nothing cited carries: they may hold anybody's words."""
        return bool(self.dropped) or not all(one.supported for one in self.sentences)

    def refused(self, draft: Claim, wrong: Sequence[Span]) -> None:
        """Note a sentence that could not be verified, with its words that nothing carries."""
        self._refused(draft, tuple(wrong))

    def told(
        self, grounded: Grounded, *, opens: bool = False, place: Span | None = None
    ) -> tuple[Sentence, tuple[Citation, ...]]:
        """A sentence that somebody wrote, with its verdict and the citations that are new with it.

        What should be supported and fails here is told as not verified, as `checked` has it.

        Args:
            grounded: the sentence and what it rests on.
            opens: whether it begins a paragraph.
            place: its span in the user's own text.
        """
        draft = replace(grounded.draft, paragraph=opens)
        if grounded.supported:
            quotes, wrong = self._read(draft)
            if not wrong:
                sentence, new = self._footnoted(draft, quotes)
                return self._replaced(sentence.model_copy(update={"place": place})), new
            grounded = _unproven(grounded, wrong)
        fresh: list[Citation] = []
        against: tuple[int, ...] = ()
        nearest_passages: list[Passage] = []
        try:
            if grounded.verdict == "contradicted":
                quotes = self._quotes(draft)
                against = tuple(
                    self._number(e, q, fresh) for e, q in zip(draft.evidence, quotes, strict=True)
                )
            nearest_passages = [self._near(draft.text, one) for one in grounded.nearest]
        except UnknownDocument:  # it was removed after it was read
            grounded = replace(grounded, verdict="not verified")
        sentence = Sentence(
            text=draft.text,
            verdict=grounded.verdict,
            unsupported=grounded.unsupported,
            contradicted=against,
            missing=grounded.missing,
            nearest=tuple(nearest_passages),
            paragraph=opens and bool(self.sentences),
            place=place,
        )
        self.sentences.append(sentence)
        self._shown.append(len(self.sentences))
        return sentence, tuple(fresh)

    def supersede(self, later: Sequence[Evidence]) -> tuple[Sentence, tuple[Citation, ...]]:
        """The last sentence with the mark that later documents say otherwise, and their citations.

        Args:
            later: where they do.
        """
        fresh: list[Citation] = []
        numbers = [self._number(one, self._excerpt(one), fresh) for one in later]
        sentence = self.sentences[-1].model_copy(update={"superseded": tuple(numbers)})
        return self._replaced(sentence), tuple(fresh)

    def _replaced(self, sentence: Sentence) -> Sentence:
        self.sentences[-1] = sentence
        return sentence

    def _near(self, text: str, evidence: Evidence) -> Passage:
        """The place as a passage, with its words that a sentence lacks."""
        document, words = evidence.document, self._excerpt(evidence)
        return Passage(
            document_id=document.id,
            version=document.version,
            title=document.title,
            text=words,
            start=evidence.start,
            end=evidence.end,
            page=evidence.page,
            page_end=evidence.page_end,
            page_label=evidence.page_label,
            page_count=document.pages or None,
            date=document.date,
            source=document.source,
            path=document.path,
            heading=evidence.heading,
            parts=evidence.parts,
            score=evidence.score,
            differs=tuple(lacking_words(words, text)),
        )

    def _around(self, draft: Claim) -> list[str]:
        """The passages around the cited words."""
        return [self._excerpt(one) for one in draft.around]

    def _excerpt(self, evidence: Evidence) -> str:
        document = evidence.document
        return self._store.excerpt(document.id, document.version, evidence.start, evidence.end)

    def _read(self, draft: Claim) -> tuple[list[str], tuple[Span, ...]]:
        """The cited words, and the spans of the sentence that they do not carry."""
        try:
            quotes = self._quotes(draft)
            around = self._around(draft)
        except UnknownDocument:  # it was removed after it was read
            return [], (Span(0, len(draft.text)),)
        if draft.tabulated is not None:
            return quotes, () if self._holds(draft) else (Span(0, len(draft.text)),)
        facts = [fact for evidence in draft.evidence for fact in _facts(evidence.document)]
        if draft.judged:
            wrong = unborne_spans(draft.text, quotes, [" ".join(facts), *around])
        else:
            dates = [evidence.document.date for evidence in draft.evidence]
            facts += (heading for evidence in draft.evidence for heading in evidence.heading)
            wrong = unsupported_spans(draft.text, quotes, facts, draft.added, dates)
            if not wrong and not is_quotation(draft.text, draft.added, quotes):
                wrong = [Span(0, len(draft.text))]
        return quotes, tuple(wrong)

    def _holds(self, draft: Claim) -> bool:
        try:
            return holds(self._store, draft)
        except UnknownDocument:  # it was removed after it was read
            return False

    def _footnoted(
        self, draft: Claim, quotes: Sequence[str]
    ) -> tuple[Sentence, tuple[Citation, ...]]:
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

    def _quotes(self, draft: Claim) -> list[str]:
        """The cited words, read from the store by their spans."""
        return [self._excerpt(evidence) for evidence in draft.evidence]

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


def _unproven(grounded: Grounded, wrong: tuple[Span, ...]) -> Grounded:
    """What should be supported, as not verified for these words of it."""
    nearest = grounded.draft.evidence[:NEAREST]
    return replace(grounded, verdict="not verified", unsupported=wrong, nearest=nearest)


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
        locator=locator(
            evidence.page,
            evidence.page_end,
            evidence.heading,
            evidence.parts,
            evidence.page_label,
            document.pages,
            document.title,
        ),
        page=evidence.page,
        page_end=evidence.page_end,
        page_label=evidence.page_label,
        heading=evidence.heading,
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
