"""The very words of a sentence that answer: the reader's span, made whole by rules of English.

A span keeps the words that bound its value ('less than 10 minutes'); of people or things named
side by side all are set out.
"""

import re
from collections.abc import Sequence

from assistant.asking.question import Question
from assistant.draft import Claim, Evidence
from assistant.language.speakers import NAME, SAYING, speaker_of
from assistant.language.values import has_value
from assistant.reading.sentence_ranking import Candidate
from index.document import Span
from index.store.catalog import StoredChunk

EXACT_FROM = -2.0
"""The least score of a span that is set out inside its sentence (0 is that of no answer)."""

_BOUND = re.compile(
    r"(?:\b(?:(?:less|more|fewer|no more|no less|not more|not less|no fewer) than|at (?:least|most)"
    r"|up to|as (?:many|much) as|about|around|almost|nearly|roughly|approximately|over|under|only"
    r"|some|not until|before|after|since|until|between|from)\s+)?(?:[$£€¥]\s?)?$",
    re.IGNORECASE,
)
"""What stands before a value and changes what it says: 'less than 10 minutes'."""

_NUMBERED = re.compile(r"\b[A-Z][\w’-]{0,60}\w $")
"""What a number belongs to where that is a name: 'Gate 3'."""

_ITEM = rf"(?:(?:the|[Tt]he) )?{NAME}"
_ITEMS = rf"{_ITEM}(?:, {_ITEM}){{0,60}}(?:,? (?:and|or) {_ITEM})?"
_BETWEEN = re.compile(r",? (?:and|or) |, ")
_LISTED = re.compile(
    rf"\b(?:{_ITEM},? (?:and|or) {_ITEM}|{_ITEM}(?:, {_ITEM}){{1,60}},? (?:and|or) {_ITEM})"
)
_CLAUSE_GOES_ON = re.compile(
    r" (?:is|are|was|were|has|have|had|will|would|did|does|said|says|met|spoke|told|went|came|took"
    r"|gave|left|made|won|lost|\w+ed)\b"
)
_CLAUSE_BEGINS = re.compile(r"(?:^|[.,;:“\"(]|\b(?:that|while|when|as|and|but))\W*$")

_WHO_SAYS = re.compile(rf"who (?:(?:has|have|had|also|first) )*(?:{SAYING})\b", re.IGNORECASE)
"""A question for the speaker."""


def answer_spans(question: Question, candidate: Candidate) -> tuple[Span, ...]:
    """The words that answer, as spans of the sentence as it is shown; none where unsure.

    Where a date, duration, sum or count is asked for, only a span that holds one is set out; who
    and where are often answered by a common noun.

    >>> best = candidates[0]
    >>> asked.text, [best.text[start:end] for start, end in answer_spans(asked, best)]
    ('When were the sirens sounded?', ['21:58'])
    """
    if candidate.span is None or candidate.span.score < EXACT_FROM:
        return ()
    text, span = re.sub(r"\s", " ", candidate.text), candidate.span.span
    values = question.expected - {"person", "place"}
    speaker = speaker_of(text) if _WHO_SAYS.match(question.text) else None
    if speaker is not None and not speaker.pronoun:
        return _as_shown(text, [speaker.span])
    if values:
        span = Span(len(_BOUND.sub("", text[: span.start])), span.end)
        if not any(has_value(kind, text[span.start : span.end], question.text) for kind in values):
            return ()
        return _as_shown(text, [span])
    if text[span.start : span.end].isdecimal():
        span = Span(len(_NUMBERED.sub("", text[: span.start])), span.end)
        if "person" in question.expected:
            return ()
    return _as_shown(text, _all_listed(question, text, span))


def collapse_whitespace(text: str) -> str:
    """A sentence as it is shown: with single spaces.

    >>> collapse_whitespace("The dam   held. ")
    'The dam held.'
    """
    return " ".join(text.split())


def collapse_lines(text: str) -> str:
    r"""A block as it is shown: line by line, each with single spaces, without empty ones.

    >>> collapse_lines("The dam:  \n\n  -  held")
    'The dam:\n- held'
    """
    return "\n".join(filter(None, map(collapse_whitespace, text.splitlines())))


def quoted(chunk: StoredChunk, start: int, end: int) -> Claim:
    """Words of a passage as they stand; of a table's row the names of its columns are cited, too.

    >>> chunk = passages[0].chunk
    >>> quoted(chunk, chunk.start, chunk.end).evidence[0].page
    2
    """
    words = chunk.text[start - chunk.start : end - chunk.start]
    return Claim(collapse_lines(words), tuple(Evidence.row_of(chunk, start, end)))


def _as_shown(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans of a text as spans of it as it is shown."""
    found = []
    for start, end in spans:
        at = len(collapse_whitespace(text[:start] + "|")) - 1
        found.append(Span(at, at + len(collapse_whitespace(text[start:end]))))
    return tuple(found)


def _all_listed(question: Question, text: str, span: Span) -> list[Span]:
    """All names of the list of which the reader points to one; those asked with are left out."""
    if not question.expects_list:
        return [span]
    for match in _LISTED.finditer(text):
        if not (match.start() < span.end and span.start < match.end()):
            continue
        items = _items(text, Span(*match.span()))
        begins = _CLAUSE_BEGINS.search(text[: match.start()])
        if _CLAUSE_GOES_ON.match(text[match.end() :]) and not begins and span.end < items[-1].start:
            # 'Lee met Ray and Dow spoke': the last name begins a clause of its own.
            items.pop()
        if span.start < items[0].start or span.end > items[-1].end:
            return [span]
        asked = [i for i in items if text[i.start : i.end] not in question.text]
        return asked or [span]
    return [span]


def _items(text: str, whole: Span) -> list[Span]:
    """The names of a list, without 'and' and commas."""
    found, start = [], whole.start
    for match in _BETWEEN.finditer(text, whole.start, whole.end):
        found.append(Span(start, match.start()))
        start = match.end()
    return [*found, Span(start, whole.end)]
