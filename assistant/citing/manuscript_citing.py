"""A draft of the user's → an answer: its own sentences, footnoted where documents carry them."""

import re
from asyncio import CancelledError
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from typing import TYPE_CHECKING

from assistant.answer import Answer, Usage, Verdict, summed
from assistant.citing.footnotes import Footnotes
from assistant.citing.hearing import Evidences, hear_sentences, tell
from assistant.citing.manuscript import ManuscriptSentence, check_length, claiming_sentences
from assistant.draft import Manuscript
from assistant.messages import NO_JUDGE
from assistant.retrieving.retrieval import Retrieved, Retriever
from assistant.verifying.grounding import Grounded, Verifier
from index.errors import QuestionError
from index.store.store import Store

if TYPE_CHECKING:
    from assistant.judging.judge import Hearing, Judge

ENGINE = "yours"
PASSAGES = 12
"""Passages in which what carries a sentence is looked for."""

AT_ONCE = 8
"""Sentences that a judge hears in one request."""

MOST = 24
"""Passages that are put before it with them, where they fit."""

_PRONOUN = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|its|their|this|that|these|those|there|then)\b", re.I
)

Progress = Callable[[int, int], None]


def cite_manuscript(
    store: Store,
    retriever: Retriever,
    verifier: Verifier,
    judge: "Judge | None",
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
        verifier: sees what is quoted.
        judge: says what passages make of the other sentences; None where there is none.
        draft: the text.
        documents: ids of the only documents to look in.
        progress: is told how many sentences of how many are done.
        left: says before each sentence whether the answer is no longer wanted.

    Raises:
        CancelledError: it was left.
        QuestionError: the draft is too long, or holds no sentence.

    >>> answer = demo.cite("There was no controlled release. It sounded like geese.")
    >>> [(sentence.verdict, *sentence.place) for sentence in answer.sentences]
    [('supported', 0, 32), ('not verified', 33, 55)]
    """
    check_length(draft.text)
    found = claiming_sentences(draft)
    if not found:
        raise QuestionError("The draft holds no sentence to find footnotes for.")
    footnotes, evidences = Footnotes(store), Evidences(store, retriever, documents)
    notices = [NO_JUDGE] if judge is None else []
    usage: list[Usage] = []
    for first in range(0, len(found), AT_ONCE):
        part = range(first, min(first + AT_ONCE, len(found)))
        looked: list[tuple[Grounded, list[Retrieved]]] = []
        for number in part:
            if left is not None and left():
                raise CancelledError
            looked.append(_grounded(verifier, evidences, found, number))
        heard, hearing = _heard(judge, looked, evidences)
        if hearing is not None:
            notices += [notice for notice in hearing.notices if notice not in notices]
            usage.append(hearing.usage)
            if hearing.failed:
                judge = None  # nobody waits for it with every few sentences
        for number, grounded in zip(part, heard, strict=True):
            claim = found[number]
            tell(footnotes, evidences, grounded, opens=claim.opens, place=claim.place)
            if progress is not None:
                progress(number + 1, len(found))
    carried = sum(sentence.supported for sentence in footnotes.sentences)
    held = footnotes.documents | (evidences.seen if usage else set())
    return Answer(
        documents=tuple(sorted(held)),
        question=_title(draft.text, found),
        kind="draft",
        sentences=tuple(footnotes.sentences),
        citations=tuple(footnotes.citations),
        engine=ENGINE,
        created=datetime.now(UTC),
        confidence=carried / len(found),
        notices=(*_told(footnotes, len(found)), *(notices if carried < len(found) else ())),
        usage=summed(usage),
        draft=draft.text,
        literal=draft.literal,
    )


def _grounded(
    verifier: Verifier, evidences: Evidences, found: Sequence[ManuscriptSentence], number: int
) -> tuple[Grounded, list[Retrieved]]:
    """A sentence of the draft as the program sees it, and the passages that it looked through."""
    claim = found[number]
    before = found[number - 1].text if number and _PRONOUN.search(claim.text) else ""
    passages = evidences.of(claim.text, PASSAGES)
    if before:
        more = evidences.of(f"{before} {claim.text}", PASSAGES // 2)
        passages = list({one.chunk.id: one for one in [*passages, *more]}.values())
    return verifier.of(claim.text, passages), passages


def _heard(
    judge: "Judge | None",
    looked: Sequence[tuple[Grounded, list[Retrieved]]],
    evidences: Evidences,
) -> "tuple[list[Grounded], Hearing | None]":
    """The sentences with the judge's verdicts on those that the program could not prove."""
    open_ones = [(grounded, found) for grounded, found in looked if not grounded.supported]
    if judge is None or not open_ones:
        return [grounded for grounded, _ in looked], None
    turns = zip_longest(*(found for _, found in open_ones))
    nearest = [one for turn in turns for one in turn if one is not None]
    told, hearing = hear_sentences(
        judge, [(one, (one.draft.text,)) for one, _ in open_ones], nearest[:MOST], evidences
    )
    verdicts = iter(told)
    return [one if one.supported else next(verdicts) for one, _ in looked], hearing


def _title(draft: str, found: Sequence[ManuscriptSentence]) -> str:
    first = next((line for line in draft.splitlines() if line.strip()), found[0].text)
    words = first.strip().lstrip("#").strip()
    return words if len(words) <= 120 else f"{words[:119]}…"


def _told(footnotes: Footnotes, total: int) -> tuple[str, ...]:
    verdicts = [sentence.verdict for sentence in footnotes.sentences]
    told: tuple[tuple[Verdict, str], ...] = (
        ("not verified", "not verified"),
        ("contradicted", "contradicted by the documents"),
    )
    return tuple(
        f"{count} of {total} sentences {'is' if count == 1 else 'are'} {words}."
        for verdict, words in told
        if (count := verdicts.count(verdict))
    )
