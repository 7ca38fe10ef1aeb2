"""Drafts and documents that are no longer in force: what is in force answers first."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.draft import Claim, ProposedAnswer
from assistant.messages import IS_ARCHIVED, IS_DRAFT
from assistant.reading.editions import are_of_a_kind
from assistant.retrieving.retrieval import Retrieved
from index.status import kind_of
from index.store.catalog import DocumentInfo

_SURE_OF_OTHERS = 0.9
"""The confidence from which another document's answer comes before a draft's. At a half, five of 24
answers of documents that were called drafts had one before them that did not answer."""

_TOLD = {"draft": IS_DRAFT, "archived": IS_ARCHIVED}


def read_in_force(
    reading: ProposedAnswer,
    passages: Sequence[Retrieved],
    read: Callable[[Sequence[Retrieved]], ProposedAnswer],
    sure: float,
) -> ProposedAnswer:
    """The answer with what documents in force say before it, where only others were cited.

    Args:
        reading: the answer from all passages.
        passages: what it was read from.
        read: reads an answer from some of them.
        sure: the confidence from which an answer of those in force comes first.

    >>> read_in_force(ProposedAnswer(), passages, lambda _: ProposedAnswer(), sure=0.5).claims
    ()
    """
    if reading.conflicts or not reading.claims or not all(map(_is_aside, reading.claims)):
        return reading
    rest = [one for one in passages if not _told(one.chunk.document)]
    other = read(rest) if rest else ProposedAnswer(abstained=True)
    if other.abstained or not other.claims or other.confidence < sure:
        return reading
    # What merely comes nearest of the others is no answer: of another edition it need not be sure.
    if other.confidence < _SURE_OF_OTHERS and not _are_alike(reading.claims, other.claims):
        return reading
    return replace(other, claims=(*other.claims, *reading.claims))


def in_force_first(reading: ProposedAnswer) -> ProposedAnswer:
    """The answer with the sentences of documents in force before those of others.

    >>> in_force_first(ProposedAnswer()) == ProposedAnswer()
    True
    """
    if reading.conflicts:
        return reading
    return replace(reading, claims=tuple(sorted(reading.claims, key=_is_aside)))


def status_notices(claims: Sequence[Claim]) -> tuple[str, ...]:
    """A line for each document among those cited that is a draft or no longer in force.

    >>> status_notices([])
    ()
    """
    cited = dict.fromkeys(evidence.document for claim in claims for evidence in claim.evidence)
    return tuple(line for document in cited if (line := _told(document)))


def _are_alike(claims: Sequence[Claim], others: Sequence[Claim]) -> bool:
    """Whether a document of the one is an edition of one of the other, or of its kind by name."""
    first, second = (
        {one.evidence[0].document for one in each if one.evidence} for each in (claims, others)
    )
    return any(are_of_a_kind(one, other) for one in first for other in second)


def _told(document: DocumentInfo) -> str:
    words = _TOLD.get(kind_of(document.status) or "")
    return words.format(document.title) if words else ""


def _is_aside(claim: Claim) -> bool:
    return bool(claim.evidence) and bool(_told(claim.evidence[0].document))
