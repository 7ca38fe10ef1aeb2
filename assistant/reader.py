"""The embedded engine: chooses, orders and quotes sentences that answer, or abstains. No LLM."""

import math
from collections.abc import Mapping, Sequence

from assistant.answer import Kind
from assistant.attribution import missing_speaker
from assistant.conflicts import differing
from assistant.dates import spoken
from assistant.drafts import Draft, Evidence, Reading
from assistant.questions import Question
from assistant.retrieval import Retrieved
from assistant.sentence_scores import Candidate, SentenceScorer
from assistant.values import holds
from assistant.verification import ACCOUNTS_DIFFER
from index.document import Span
from index.sentences import sentence_spans

ABSTAIN_BELOW = 1.75
"""The least evidence that an answer needs; the trade-off is measured in `benchmarks/README.md`."""

_EVEN, _STEEPNESS = 1.93, 4.5
"""The logistic curve from evidence to confidence: where it is one half, and its slope. Fitted by
`benchmarks/reader_weights.py` on as many questions that can be answered as not."""

SECOND_WITHIN = 1.0
"""A second sentence is given where its score lies at most so far below the best one's."""

_COVERAGE = 0.7
_COVERAGE_BEFORE = 0.9
_PASSAGE = 0.8
_VALUE_MISSING = 0.4
"""What evidence loses where a date, duration, sum or count is asked for and not found."""

_SENTENCES = 2
_SIMILAR_ENOUGH_TO_REPEAT = 0.93

NOT_FOUND = "The documents do not answer this. The nearest passages are listed instead."


class Reader:
    """Answers from the passages alone; every sentence is quoted in full from one span."""

    name = "reader"

    def __init__(self, scorer: SentenceScorer, threshold: float = ABSTAIN_BELOW) -> None:
        self._scorer = scorer
        self._threshold = threshold

    def read(
        self, question: Question, passages: Sequence[Retrieved], rarity: Mapping[str, float]
    ) -> Reading:
        """The sentences that answer, in an order that reads well; an abstention where none do."""
        candidates = _with_quoted(question, self._scorer.candidates(question, passages, rarity))
        chosen = self._chosen(candidates)
        evidence = _evidence(candidates)
        if _lacks_value(question, chosen):
            evidence -= _VALUE_MISSING
        confidence = 1 / (1 + math.exp(-_STEEPNESS * (evidence - _EVEN)))
        kind: Kind = "yes_no" if question.kind == "yes_no" else "answer"
        if evidence < self._threshold:
            return Reading(kind, NOT_FOUND, abstained=True, confidence=confidence)
        best = candidates[0]
        disagreeing = differing(question, best, self._answering(candidates))
        if disagreeing:
            sides = [best, *disagreeing]
            drafts = tuple(_side(side, first=side is best) for side in sides)
            return Reading(
                kind, "", drafts, confidence=confidence, conflicts=(tuple(range(len(sides))),)
            )
        drafts = tuple(_quoted(candidate) for candidate in _in_reading_order(chosen))
        return Reading(kind, "", drafts, confidence=confidence)

    def _answering(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The other candidates that would each be an answer by themselves."""
        return [c for c in candidates[1:12] if _evidence([c]) >= self._threshold * 0.9]

    def _chosen(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The best sentence, and the next if it is nearly as good and says something else."""
        chosen = list(candidates[:1])
        for candidate in candidates[1:]:
            if len(chosen) == _SENTENCES or chosen[0].score - candidate.score > SECOND_WITHIN:
                break
            if all(float(c.vector @ candidate.vector) < _SIMILAR_ENOUGH_TO_REPEAT for c in chosen):
                chosen.append(candidate)
        return chosen


def _with_quoted(question: Question, candidates: list[Candidate]) -> list[Candidate]:
    """Only the sentences that hold what the question quotes, where some do."""
    holding = [c for c in candidates if all(q in c.text.lower() for q in question.quoted)]
    return holding or candidates


def _evidence(candidates: Sequence[Candidate]) -> float:
    """How well the documents answer at all, between 0 and 4.4.

    The sum of the best cosine and the best coverage of a sentence, each alone and in context, and
    of the best cosine of a passage; each may come from another sentence. Ranks say nothing
    here: in a small store some passage is always first.
    """
    if not candidates:
        return 0.0
    return (
        max(c.cosine for c in candidates)
        + max(c.in_context for c in candidates)
        + _COVERAGE * max(c.coverage for c in candidates)
        + _COVERAGE_BEFORE * max(c.covered_in_context for c in candidates)
        + _PASSAGE * max(c.source.cosine for c in candidates)
    )


def _lacks_value(question: Question, chosen: Sequence[Candidate]) -> bool:
    """Whether the question asks for a value of a kind that none of the sentences holds.

    Names are left out: a question for a person or place is often answered by a common noun.
    """
    kinds = question.expected - {"person", "place"}
    return bool(kinds) and not any(
        holds(kind, c.text, question.text) for kind in kinds for c in chosen
    )


def _in_reading_order(chosen: Sequence[Candidate]) -> list[Candidate]:
    """The best sentence's document first; within a document as the document has them."""
    rank: dict[str, int] = {}
    for candidate in chosen:
        rank.setdefault(candidate.source.chunk.document.id, len(rank))
    return sorted(chosen, key=lambda c: (rank[c.source.chunk.document.id], c.start))


def _side(candidate: Candidate, *, first: bool) -> Draft:
    """One of the accounts that differ, with who gives it and when."""
    document = candidate.source.chunk.document
    when = f", {spoken(document.date)}" if document.date else ""
    opening = f"{ACCOUNTS_DIFFER} " if first else ""
    return _quoted(candidate, f"{opening}{document.title}{when}")


def _quoted(candidate: Candidate, label: str = "") -> Draft:
    """A sentence as it stands, with its speaker put before it where only a pronoun tells."""
    chunk = candidate.source.chunk
    evidence = [Evidence.within(chunk, candidate.start, candidate.end, candidate.score)]
    text = " ".join(candidate.text.split())
    own = Span(candidate.start - chunk.start, candidate.end - chunk.start)
    before = [span for span in sentence_spans(chunk.text) if span.end <= own.start]
    speaker = missing_speaker(chunk.text, before, own)
    if speaker is not None:
        at = speaker.span
        evidence.append(Evidence.within(chunk, chunk.start + at.start, chunk.start + at.end))
        label = f"{label}, {speaker.name}" if label else speaker.name
    if not label:
        return Draft(text, tuple(evidence))
    prefix = f"[{label}:]"
    return Draft(f"{prefix} {text}", tuple(evidence), added=(Span(0, len(prefix)),))
