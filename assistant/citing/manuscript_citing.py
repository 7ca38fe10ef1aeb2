"""A draft of the user's → an answer: its own sentences, footnoted where documents carry them."""

import re
from asyncio import CancelledError
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from assistant.answer import Answer, Passage
from assistant.citing.footnotes import Footnotes
from assistant.citing.manuscript import ManuscriptSentence, check_length, claiming_sentences
from assistant.draft import Manuscript
from assistant.language.quantities import quantities
from assistant.language.terms import content_terms
from assistant.retrieving.retrieval import Retrieved, Retriever
from assistant.verifying.grounding import Grounded, Verifier
from assistant.verifying.negation import reversed_clauses
from assistant.verifying.verification import unsupported_spans
from index.document import Span
from index.errors import QuestionError
from index.store.store import Store

ENGINE = "yours"
PASSAGES = 12
"""Passages in which what carries a sentence is looked for."""

NEAREST = 2
"""Passages shown with a sentence that nothing carries."""

_BEFORE_WEIGHT = 0.5
"""What a sentence counts in a search behind the one before it, which may name what it is about."""

_SAME_MATTER = 0.6
"""The share of a sentence's content words that a sentence which contradicts it holds at least."""

_PRONOUN = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|its|their|this|that|these|those|there|then)\b", re.I
)

Progress = Callable[[int, int], None]


def cite_manuscript(
    store: Store,
    retriever: Retriever,
    verifier: Verifier,
    draft: Manuscript,
    *,
    documents: Sequence[str] | None = None,
    progress: Progress | None = None,
    left: Callable[[], bool] | None = None,
) -> Answer:
    """The draft as an answer of the engine 'yours'.

    Args:
        store: where the documents are.
        retriever: finds passages.
        verifier: finds and verifies what carries a sentence.
        draft: the text.
        documents: ids of the only documents to look in.
        progress: is told how many sentences of how many are done.
        left: says before each sentence whether the answer is no longer wanted.

    Raises:
        CancelledError: it was left.
        QuestionError: the draft is too long, or holds no sentence.

    >>> answer = demo.cite("The sirens sounded at 21:58. They sounded like geese.")
    >>> [(sentence.supported, sentence.place) for sentence in answer.sentences]
    [(True, Span(start=0, end=28)), (False, Span(start=29, end=53))]
    """
    check_length(draft.text)
    found = claiming_sentences(draft)
    if not found:
        raise QuestionError("The draft holds no sentence to find footnotes for.")
    footnotes = Footnotes(store)
    for number, claim in enumerate(found):
        if left is not None and left():
            raise CancelledError
        before = found[number - 1].text if number and _PRONOUN.search(claim.text) else ""
        searches = [(claim.text, 1.0)]
        if before:
            searches.append((f"{before} {claim.text}", _BEFORE_WEIGHT))
        passages = retriever.retrieve(store, searches, PASSAGES, documents)
        _noted(footnotes, claim, verifier.of(claim.text, passages), passages)
        if progress is not None:
            progress(number + 1, len(found))
    carried = sum(sentence.supported for sentence in footnotes.sentences)
    held = {citation.document_id for citation in footnotes.citations}
    for sentence in footnotes.sentences:
        held |= {passage.document_id for passage in sentence.nearest}
    return Answer(
        documents=tuple(sorted(held)),
        question=_title(draft.text, found),
        kind="draft",
        sentences=tuple(footnotes.sentences),
        citations=tuple(footnotes.citations),
        engine=ENGINE,
        created=datetime.now(UTC),
        confidence=carried / len(found),
        notices=_told(footnotes, len(found)),
        draft=draft.text,
        literal=draft.literal,
    )


def _noted(
    footnotes: Footnotes,
    claim: ManuscriptSentence,
    grounded: Grounded,
    passages: Sequence[Retrieved],
) -> None:
    if grounded.supported and footnotes.placed(grounded.draft, claim.place, claim.opens):
        return
    wrong = grounded.unsupported or (Span(0, len(claim.text)),)
    otherwise = contradicting(claim.text, grounded)
    nearest: list[Passage] = [] if otherwise else [one.passage for one in passages[:NEAREST]]
    footnotes.unplaced(
        grounded.draft, claim.place, claim.opens, wrong, nearest, otherwise=otherwise
    )


def contradicting(text: str, grounded: Grounded) -> bool:
    """Whether the evidence speaks of the same thing and says something else about it.

    Rules, meant to miss rather than to invent: all but the words in question must stand there, and
    those must be figures, of which the evidence has others, or a denial of what it states.

    >>> from assistant import draft
    >>> said = "The sirens sounded at 21:40."
    >>> cited = Grounded(draft.Claim(said, ()), (Span(22, 27),), ("The sirens sounded at 21:58.",))
    >>> contradicting(said, cited)
    True
    """
    quotes = grounded.quotes
    if not quotes or not grounded.unsupported:
        return False
    cited_words = "\n".join(quotes)
    terms = content_terms(text)
    shared = terms & content_terms(cited_words)
    if len(shared) < _SAME_MATTER * len(terms):
        return False
    if reversed_clauses(text, quotes):
        return True
    figures = [span for one in quantities(text) for span in (one.span, one.number)]
    # By the rules alone: the judge doubts the words around a wrong figure, too.
    wrong = unsupported_spans(text, quotes)
    return bool(wrong and quantities(cited_words)) and all(
        any(s < span[1] and e > span[0] for span in figures) for s, e in wrong
    )


def _title(draft: str, found: Sequence[ManuscriptSentence]) -> str:
    first = next((line for line in draft.splitlines() if line.strip()), found[0].text)
    words = first.strip().lstrip("#").strip()
    return words if len(words) <= 120 else f"{words[:119]}…"


def _told(footnotes: Footnotes, total: int) -> tuple[str, ...]:
    against = sum(bool(one.contradicted) for one in footnotes.sentences)
    unsupported = sum(not one.supported for one in footnotes.sentences) - against
    return tuple(
        f"{count} of {total} sentences {'is' if count == 1 else 'are'} {what} by the documents."
        for count, what in ((unsupported, "not supported"), (against, "contradicted"))
        if count
    )
