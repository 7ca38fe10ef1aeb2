"""The embedded engine: chooses, orders and quotes sentences that answer, or abstains. No LLM."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from assistant.answer import Kind
from assistant.asking.clarification import lacks_speaker
from assistant.asking.question import Question
from assistant.draft import Claim, Evidence, ProposedAnswer, add_words
from assistant.language.dates import resolve_relative_dates
from assistant.language.identification import language_of
from assistant.language.speakers import Speaker, is_named, missing_speaker, speaker_of, speakers_of
from assistant.language.terms import content_terms
from assistant.messages import ACCOUNTS_DIFFER, MAY_BE_PARTIAL, NOT_FOUND
from assistant.reading.answer_span import answer_spans, collapse_lines, collapse_whitespace
from assistant.reading.answerability import block_evidence, confidence, evidence_logit
from assistant.reading.block_ranking import AnswerBlock, BlockScorer
from assistant.reading.contradiction import contradicting_sentences
from assistant.reading.editions import dated_title
from assistant.reading.sentence_ranking import Candidate, SentenceScorer
from assistant.retrieving.retrieval import Retrieved
from assistant.verifying.negation import asks_what_is_not, excepts, states_denied
from index.document import Span
from index.sentences import sentence_spans
from index.store.catalog import StoredChunk

ACCOUNT_FROM = -1.45
"""The least evidence of a sentence by itself that may contradict the best one."""

SPOKEN_WITHIN = 2.0
"""A sentence whose score lies at most so far below the best one's may stand for its account."""

SECOND_WITHIN = 2.5
"""A second sentence is given where its score lies at most so far below the best one's."""

_ITEM_FROM = 0.0
"""The least score of a span that counts as one more of all that are asked for."""

_BLOCKS, _BLOCK_WITHIN = 2, 1.5
"""Blocks that are shown, the second where its score lies at most so far below the first's."""

_SENTENCES, _SPOKESMEN, _LISTED = 2, 3, 6
_ACCOUNTS, _ACCOUNTS_AMONG = 4, 12
_SIMILAR_ENOUGH_TO_REPEAT = 0.93


class Reader(Protocol):
    """Answers from passages; what it proposes is verified before anybody sees it.

    >>> class Silent:
    ...     name = "silent"
    ...     def read(self, question, passages, rarity):
    ...         return ProposedAnswer(message="I say nothing.", abstained=True)
    >>> reader: Reader = Silent()
    >>> reader.read(asked, passages, {}).message
    'I say nothing.'
    """

    @property
    def name(self) -> str:
        """What answers name as their engine."""
        ...

    def read(
        self, question: Question, passages: Sequence[Retrieved], rarity: Mapping[str, float]
    ) -> ProposedAnswer:
        """The sentences that answer, in an order that reads well; an abstention where none do.

        Args:
            question: what is asked.
            passages: those found for it, the best first.
            rarity: how rare each of its terms is in the store.
        """
        ...


class ExtractiveReader:
    """The embedded `Reader`: every sentence is quoted in full from one span.

    Args:
        scorer: of sentences.
        least: the least confidence that an answer needs.
        blocks: scores the blocks that are shown.

    >>> from index.models.embeddings import MiniLM
    >>> blocks = BlockScorer(MiniLM())
    >>> reader = ExtractiveReader(SentenceScorer(vectors), least=0.5, blocks=blocks)
    >>> read = reader.read(asked, passages, rarity={"siren": 2.0})
    >>> asked.text, read.abstained, read.conflicts
    ('When were the sirens sounded?', False, ((0, 1),))
    """

    name = "reader"

    def __init__(self, scorer: SentenceScorer, least: float, blocks: BlockScorer) -> None:
        self._scorer, self._least, self._blocks = scorer, least, blocks

    def read(
        self, question: Question, passages: Sequence[Retrieved], rarity: Mapping[str, float]
    ) -> ProposedAnswer:
        """The sentences that answer, in an order that reads well; an abstention where none do."""
        kind: Kind = "yes_no" if question.kind == "yes_no" else "answer"
        if lacks_speaker(question):
            return ProposedAnswer(kind, NOT_FOUND, abstained=True)
        scored = self._scorer.candidates(question, passages, rarity)
        candidates = _not_contrary(question, _spoken_by(question, scored))
        chosen = self._chosen(question, candidates)
        blocks = self._blocks.ranked(question.standalone, passages, candidates)
        if self._blocks.is_fitted:
            told = candidates if language_of(question.text) == "en" else ()
            found = block_evidence(blocks, told)
        else:
            found = evidence_logit(candidates)
        whole = question.expects_all and bool(blocks) and blocks[0].with_list().holds_table
        sure = confidence(found, chosen, whole=whole)
        if _asks_what_is_not(question) and not any(excepts(c.text) for c in chosen):
            return ProposedAnswer(kind, NOT_FOUND, abstained=True)
        if sure < self._least:
            return ProposedAnswer(kind, NOT_FOUND, abstained=True, confidence=sure)
        drafts, conflicts = self._drafts(question, candidates, chosen, blocks)
        notices = (MAY_BE_PARTIAL,) if question.expects_all else ()
        return ProposedAnswer(
            kind, "", drafts, confidence=sure, conflicts=conflicts, notices=notices
        )

    def _drafts(
        self,
        question: Question,
        candidates: Sequence[Candidate],
        chosen: Sequence[Candidate],
        blocks: Sequence[AnswerBlock],
    ) -> tuple[tuple[Claim, ...], tuple[tuple[int, ...], ...]]:
        """What is said, and which of it contradicts: each account, both sides, or the best."""
        accounts = _accounts(candidates) if question.each_side else []
        if len(accounts) > 1:
            return tuple(_quoted(question, account) for account in accounts), ()
        sides = self._disputed(question, candidates)
        if sides:
            drafts = tuple(_side(question, side, first=side is sides[0]) for side in sides)
            return drafts, (tuple(range(len(sides))),)
        return _said(question, candidates, chosen, blocks), ()

    def _disputed(self, question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
        """One of the best sentences with those that contradict it; none where accounts agree.

        Of several sentences that say the same, the best may put it too differently from the other
        account for the two to be compared.
        """
        answering = [c for c in candidates[1:12] if evidence_logit([c]) >= ACCOUNT_FROM]
        for best in candidates[:_SPOKESMEN]:
            if candidates[0].score - best.score > SPOKEN_WITHIN:
                break
            disagreeing = contradicting_sentences(
                question, best, [c for c in answering if c is not best]
            )
            if disagreeing:
                return [best, *disagreeing]
        return []

    def _chosen(self, question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The best sentence, and the next if it is nearly as good and says something else.

        Where all of a kind are asked for, each that names another.
        """
        if question.expects_all:
            return _each_further(candidates)
        chosen = list(candidates[:1])
        for candidate in candidates[1:]:
            if len(chosen) == _SENTENCES or chosen[0].score - candidate.score > SECOND_WITHIN:
                break
            if all(float(c.vector @ candidate.vector) < _SIMILAR_ENOUGH_TO_REPEAT for c in chosen):
                chosen.append(candidate)
        return chosen


def _said(
    question: Question,
    candidates: Sequence[Candidate],
    chosen: Sequence[Candidate],
    blocks: Sequence[AnswerBlock],
) -> tuple[Claim, ...]:
    """The blocks that answer, of long ones the best sentences, in order of reading.

    The best, and the next where it is nearly as good; where all of a kind are asked for, those of
    all chosen sentences.
    """
    shown = [one for one in blocks[:_BLOCKS] if blocks[0].score - one.score <= _BLOCK_WITHIN]
    for candidate in chosen if question.expects_all else ():
        home = next((one for one in blocks if one.holds(candidate)), None)
        if home is not None and home not in shown:
            shown.append(home)
    if question.expects_all:
        shown = _with_lists(shown)
    answering = _answering(question, chosen)
    claims: list[tuple[tuple[str, int], Claim]] = []
    order = list(dict.fromkeys(one.source.chunk.document.id for one in shown))
    for block in shown:
        inside = [c for c in chosen if block.holds(c)]
        document = block.source.chunk.document.id
        place = (f"{order.index(document):03}", block.start)
        if not block.is_short:
            inside = inside or [c for c in candidates if block.holds(c)][:_SENTENCES]
        if block.is_short or not inside or (question.expects_all and block.holds_table):
            claims.append((place, _whole(question, block, [c for c in inside if c in answering])))
        else:
            claims += [
                (
                    (place[0], c.start),
                    _quoted(question, c, exact=answer_spans(question, c) if c in answering else ()),
                )
                for c in inside
            ]
    return tuple(claim for _, claim in sorted(claims, key=lambda item: item[0]))


def _with_lists(blocks: Sequence[AnswerBlock]) -> list[AnswerBlock]:
    """The blocks with the lists and tables that they lead in, and without those that these hold."""
    whole = [block.with_list() for block in blocks]
    return [
        one
        for one in whole
        if not any(
            other is not one
            and other.source.chunk.document.id == one.source.chunk.document.id
            and other.start <= one.start
            and one.end <= other.end
            for other in whole
        )
    ]


def _whole(question: Question, block: AnswerBlock, answering: Sequence[Candidate]) -> Claim:
    """A block as it stands, line by line, with the words that answer set out."""
    chunk = block.home
    text = collapse_lines(block.text)
    evidence = Evidence.within(chunk, block.start, block.end, block.score)
    exact = tuple(
        Span(at + span.start, at + span.end)
        for one in answering
        if (at := text.find(collapse_whitespace(one.text))) >= 0
        for span in answer_spans(question, one)
    )
    label = _telling_heading(question, chunk, text)
    days, dated = _days(question, text, chunk)
    claim = Claim(text, (evidence, *dated), exact=exact)
    return add_words(claim, [(0, f"[{label}:] ")] * bool(label) + days)


def _days(
    question: Question, text: str, chunk: StoredChunk
) -> tuple[list[tuple[int, str]], list[Evidence]]:
    """Where a date is asked for, what to add behind 'on Thursday', and what tells the day."""
    if "date" not in question.expected:
        return [], []
    found = [
        (span.start + at, f" [{day}]")
        for span in sentence_spans(text)
        for at, day in resolve_relative_dates(text[slice(*span)], chunk.document.date)
    ]
    told = chunk.document.date_span if found else None
    return found, [] if told is None else [Evidence.within(chunk, *told)]


def _answering(question: Question, chosen: Sequence[Candidate]) -> Sequence[Candidate]:
    """Those of the sentences in which the words that answer are set out.

    A yes or no is no span, and the second sentence is there to be read, not to be quoted, unless
    all of a kind are asked for. What is not so stands where something is denied.
    """
    if question.kind == "yes_no":
        return []
    if _asks_what_is_not(question):
        chosen = [c for c in chosen if excepts(c.text)]
    return chosen if question.expects_all else chosen[:1]


def _each_further(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best sentence, and the others in whose span stands what no better one holds."""
    chosen, named = list(candidates[:1]), content_terms(" ".join(c.text for c in candidates[:1]))
    for candidate in candidates[1:]:
        if len(chosen) == _LISTED:
            break
        if candidate.span is None or candidate.span_score < _ITEM_FROM:
            continue
        item = content_terms(candidate.text[candidate.span.span.start : candidate.span.span.end])
        if not item <= named and evidence_logit([candidate]) >= ACCOUNT_FROM:
            chosen.append(candidate)
            named |= content_terms(candidate.text)
    return chosen


def _asks_what_is_not(question: Question) -> bool:
    return question.kind == "question" and asks_what_is_not(question.text)


def _not_contrary(question: Question, candidates: list[Candidate]) -> list[Candidate]:
    """Without the sentences that state what the question says is not so."""
    if not _asks_what_is_not(question):
        return candidates
    return [c for c in candidates if not states_denied(question.text, c.text)]


def _spoken_by(question: Question, candidates: list[Candidate]) -> list[Candidate]:
    """Without the words of others, where one speaker's account is asked for by name."""
    if not question.speaker:
        return candidates
    return [c for c in candidates if not _others_words(c, question.speaker)]


def _others_words(candidate: Candidate, wanted: frozenset[str]) -> bool:
    """Whether it is told whose words a sentence holds, and they are not the wanted speaker's."""
    found = [*speakers_of(candidate.text), _unnamed_speaker(candidate)]
    named = [speaker for speaker in found if speaker is not None and not speaker.pronoun]
    return bool(named) and not any(is_named(speaker, wanted) for speaker in named)


def _unnamed_speaker(candidate: Candidate) -> Speaker | None:
    """Whose words a sentence holds without naming them; the span counts from the chunk's start."""
    chunk = candidate.source.chunk
    own = Span(candidate.start - chunk.start, candidate.end - chunk.start)
    before = [span for span in sentence_spans(chunk.text) if span.end <= own.start]
    return missing_speaker(chunk.text, before, own)


def _accounts(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best sentence of each of the speakers that are named."""
    found: dict[str, Candidate] = {}
    for candidate in candidates[:_ACCOUNTS_AMONG]:
        speaker = speaker_of(candidate.text)
        if (
            speaker is not None
            and not speaker.pronoun
            and evidence_logit([candidate]) >= ACCOUNT_FROM
        ):
            found.setdefault(speaker.name.lower(), candidate)
    return list(found.values())[:_ACCOUNTS]


def _side(question: Question, candidate: Candidate, *, first: bool) -> Claim:
    """One of the accounts that differ, with who gives it and when."""
    opening = f"{ACCOUNTS_DIFFER} " if first else ""
    return _quoted(question, candidate, f"{opening}{dated_title(candidate.source.chunk.document)}")


def _telling_heading(question: Question, chunk: StoredChunk, text: str) -> str:
    """The heading above words that do not say by themselves what the question asks about; or ''."""
    heading = chunk.heading[-1] if chunk.heading else ""
    if heading in ("", chunk.document.title):
        return ""
    asked = content_terms(heading) & question.terms
    return "" if asked <= content_terms(text) else collapse_whitespace(heading)


def _quoted(
    question: Question, candidate: Candidate, label: str = "", exact: tuple[Span, ...] = ()
) -> Claim:
    """A sentence as it stands.

    Before it stands its speaker where only a pronoun tells, and before a table's row the names of
    the columns; where a date is asked for, behind 'on Thursday' the day that it was. All are cited.
    """
    chunk = candidate.source.chunk
    evidence = [Evidence.within(chunk, candidate.start, candidate.end, candidate.score)]
    text = collapse_whitespace(candidate.text)
    speaker = _unnamed_speaker(candidate)
    if speaker is not None:
        at = speaker.span
        evidence.append(Evidence.within(chunk, chunk.start + at.start, chunk.start + at.end))
        label = f"{label}, {speaker.name}" if label else speaker.name
    row = chunk.table_row(candidate.start)
    if row is not None:
        table, names_of_columns = row
        evidence.append(Evidence.within(chunk, *table.header))
        label = f"{label}, {names_of_columns}" if label else names_of_columns
    elif heading := _telling_heading(question, chunk, text):
        label = f"{label}, {heading}" if label else heading
    additions = [(0, f"[{label}:] ")] if label else []
    days, dated = _days(question, text, chunk)
    claim = Claim(text, (*evidence, *dated), exact=exact)
    return add_words(claim, additions + days)
