"""Sentences before the judge: the passages that are looked through for them, and its verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant.answer import Citation, Sentence
from assistant.citing.footnotes import Footnotes
from assistant.draft import Evidence
from assistant.retrieving.fusion import Scores
from assistant.retrieving.retrieval import Retrieved, Retriever
from assistant.verifying.grounding import Grounded, is_later, joined, later_contradictions
from index.document import Span
from index.store.store import Store

if TYPE_CHECKING:
    from assistant.judging.judge import Hearing, Judge

_FOR_A_CLAIM = 5
"""Passages of the whole store that are looked through for one claim, besides those named."""


@dataclass(frozen=True, slots=True)
class Evidences:
    """Where passages for a sentence are found: in the whole store, or some documents of it.

    `seen` are the ids of the documents of all passages that were found: what a model says in its
    own words may hold words of any of them.

    >>> from assistant.retrieving.retrieval import HybridRetriever
    >>> from index.models.embeddings import MiniLM
    >>> evidences = Evidences(store, HybridRetriever(MiniLM()), None)
    >>> len(evidences.of("Gate 3 failed at 21:34."))
    5
    """

    store: Store
    retriever: Retriever
    documents: Sequence[str] | None
    seen: set[str] = field(default_factory=set)

    def of(self, claim: str, count: int = _FOR_A_CLAIM) -> list[Retrieved]:
        """The passages nearest to a claim."""
        found = self.retriever.retrieve(self.store, [(claim, 1.0)], count, self.documents)
        self.seen.update(one.chunk.document.id for one in found)
        return found

    def beside(self, passages: Sequence[Retrieved]) -> list[Retrieved]:
        """The passages that stand before and after these, in the order of the text.

        >>> from assistant.retrieving.retrieval import HybridRetriever
        >>> found = Evidences(store, HybridRetriever(vectors), None).beside(passages[:1])
        >>> [one.chunk.id - passages[0].chunk.id for one in found]
        [-1, 1]
        """
        own = {one.chunk.id: one for one in passages}
        ids = sorted({n + step for n in own for step in (-1, 1)} - own.keys())
        with self.store.snapshot() as snapshot:
            found = snapshot.chunks(ids)
        return [
            Retrieved(chunk, Scores(0.0, 0.0, 0.0, 0.0), 0.0)
            for at, chunk in sorted(found.items())
            if any(
                near in own and own[near].chunk.document == chunk.document
                for near in (at - 1, at + 1)
            )
        ]

    def superseding(self, grounded: Grounded) -> tuple[Evidence, ...]:
        """Where later documents say otherwise of what a supported sentence says.

        By what a judge quotes, else by a figure that differs.
        """
        text, cited = grounded.draft.text, grounded.draft.evidence
        later = tuple(one for one in grounded.against if is_later(one.document, cited))
        if later or not any(map(str.isdigit, text)):
            return later
        return later_contradictions(text, cited, self.of(text))


def hear_sentences(
    judge: "Judge",
    sentences: Sequence[tuple[Grounded, Sequence[str]]],
    named: Sequence[Retrieved],
    evidences: Evidences,
    further: Sequence[Retrieved] = (),
) -> tuple[list[Grounded], "Hearing"]:
    """The sentences with the judge's verdicts; as they were where it gives none.

    A sentence is supported when all of its claims are, and contradicted when one is.

    Args:
        judge: hears the claims of all of them together.
        sentences: each as the program sees it, with the claims that it makes.
        named: passages that they are said to rest on.
        evidences: finds others, in which something may stand against them.
        further: passages that are looked through where there is room.

    >>> from assistant.draft import Claim
    >>> from assistant.judging.judge import open_judge
    >>> from assistant.retrieving.retrieval import HybridRetriever
    >>> from assistant.settings import Settings
    >>> parrot = open_judge(Settings(judge="llama_index.core.llms:MockLLM"), tmp_path)
    >>> said = Grounded(Claim("The gate held.", ()))
    >>> evidences = Evidences(store, HybridRetriever(vectors), None)
    >>> told, hearing = hear_sentences(parrot, [(said, ("The gate held.",))], passages, evidences)
    >>> told == [said], hearing.failed
    (True, True)
    """
    claims = [claim for _, own in sentences for claim in own]
    searched = [one for claim in claims for one in evidences.of(claim)]
    beside = evidences.beside(named)
    passages = {one.chunk.id: one for one in [*named, *searched, *beside, *further]}
    hearing = judge.hear(claims, list(passages.values()))
    if not hearing.verdicts:
        return [grounded for grounded, _ in sentences], hearing
    verdicts = iter(hearing.verdicts)
    return [
        _of_claims(grounded, [next(verdicts) for _ in own]) for grounded, own in sentences
    ], hearing


def tell(
    footnotes: Footnotes,
    evidences: Evidences,
    grounded: Grounded,
    *,
    opens: bool,
    place: Span | None = None,
) -> tuple[Sentence, tuple[Citation, ...]]:
    """As `Footnotes.told`; where it is supported, with the later documents that say otherwise.

    >>> from assistant.draft import Claim
    >>> from assistant.retrieving.retrieval import HybridRetriever
    >>> evidences = Evidences(store, HybridRetriever(vectors), None)
    >>> unsure = Grounded(Claim("It held.", ()))
    >>> tell(Footnotes(store), evidences, unsure, opens=True)[0].verdict
    'not verified'
    """
    sentence, new = footnotes.told(grounded, opens=opens, place=place)
    if not (sentence.supported and (later := evidences.superseding(grounded))):
        return sentence, new
    sentence, more = footnotes.supersede(later)
    return sentence, (*new, *more)


def _of_claims(grounded: Grounded, verdicts: Sequence[Grounded]) -> Grounded:
    """A sentence with the verdict that those on its claims come to."""
    text = grounded.draft.text
    if all(one.supported for one in verdicts):
        draft = joined([one.draft for one in verdicts], text)
        elsewhere = tuple(dict.fromkeys(place for one in verdicts for place in one.against))
        return Grounded(draft, "supported", against=elsewhere)
    failed = [one for one in verdicts if not one.supported]
    missing = "; ".join(dict.fromkeys(one.missing for one in failed if one.missing))
    against = [one for one in failed if one.verdict == "contradicted"]
    if against:
        draft = joined([one.draft for one in against], text)
        return replace(grounded, draft=draft, verdict="contradicted", missing=missing, nearest=())
    if grounded.verdict == "contradicted":
        # By a figure that the judge may have found elsewhere: it has read, the rule has not.
        nearest = grounded.draft.evidence
        grounded = replace(grounded, draft=replace(grounded.draft, evidence=()), nearest=nearest)
    return replace(grounded, verdict="not verified", missing=missing)
