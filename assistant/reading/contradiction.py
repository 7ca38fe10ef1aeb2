"""Two sentences that answer the same question differently: other figures, or a denial.

Rules, meant to miss rather than to invent: both sentences must come from different documents or
speakers, speak of the same thing, and differ in a value of the kind asked for, or one must deny
what the other states.
"""

import re
from collections.abc import Sequence

from assistant.asking.question import Question
from assistant.language.speakers import speaker_of
from assistant.language.terms import content_terms
from assistant.language.values import Expected, find_values
from assistant.reading.parallels import are_told_apart
from assistant.reading.sentence_ranking import Candidate
from index.calendar_names import WEEKDAYS

_COMPARED: frozenset[Expected] = frozenset(["time", "date", "duration", "money", "number"])

SIMILAR = 0.6
"""The least cosine of two sentences that speak of the same thing."""

_SHORT_WEEKDAYS = frozenset(day[:3].lower() for day in WEEKDAYS)

_DENIAL = re.compile(
    r"\b(?:no|not|never|nobody|none|without|neither|denied|denies|deny|rejected|refuted|disputed)\b"
    r"|n[’']t\b",
    re.IGNORECASE,
)
_SCOPE = re.compile(r"[.;:!?,“”\"]|\bbut\b")


def contradicting_sentences(
    question: Question, best: Candidate, others: Sequence[Candidate]
) -> list[Candidate]:
    """Those of the other sentences that contradict the best one; at most one a source.

    >>> candidates[0].text
    'The sirens sounded at 21:58, that is 24 minutes after the failure.'
    >>> [one.text for one in contradicting_sentences(asked, candidates[0], candidates[1:])]
    ['The alarm was sounded at 21:40, six minutes after the release began.']
    """
    found: list[Candidate] = []
    for other in others:
        if any(_same_source(other, one) or _of_two_things(other, one) for one in [best, *found]):
            continue
        if float(best.vector @ other.vector) < SIMILAR:
            continue
        if _other_value(question, best.text, other.text) or (
            _denies(question, best.text, other.text) and _both_name(question, best, other)
        ):
            found.append(other)
    return found


def _same_source(one: Candidate, other: Candidate) -> bool:
    """Whether two sentences stand in one document and are not two people's words."""
    if one.source.chunk.document.id != other.source.chunk.document.id:
        return False
    first, second = speaker_of(one.text), speaker_of(other.text)
    return first is None or second is None or first.name == second.name


def _of_two_things(one: Candidate, other: Candidate) -> bool:
    """Whether two sentences stand in documents of two things of one kind, or in two editions."""
    first, second = one.source.chunk, other.source.chunk
    return first.document.id != second.document.id and are_told_apart(first, second)


def _other_value(question: Question, one: str, other: str) -> bool:
    """Whether both hold a value of the kind asked for, about the same thing, and none in common."""
    shared = question.predicate_terms & content_terms(one) & content_terms(other)
    if not shared or len(shared) * 2 < len(question.predicate_terms):
        return False
    for kind in question.expected & _COMPARED:
        # 'Hurt' and 'evacuated' are two counts of people.
        if kind == "number" and shared != question.predicate_terms:
            continue
        mine, theirs = _asked_for(kind, one, question), _asked_for(kind, other, question)
        if mine and theirs and all(_differ(kind, a, b) for a in mine for b in theirs):
            return True
    return False


def _asked_for(kind: Expected, text: str, question: Question) -> set[str]:
    """The values of a kind; of counts only those of what the question names."""
    found = find_values(kind, text)
    if kind != "number":
        return found
    return {count for count in found if question.predicate_terms.intersection(count.split()[1:])}


def _differ(kind: Expected, one: str, other: str) -> bool:
    """Whether two values exclude each other: '12 jan' and '12 jan 2026' or 'monday' do not."""
    if kind != "date":
        return one != other
    first, second = _date_parts(one), _date_parts(other)
    return any(first[part] != second[part] for part in first.keys() & second.keys())


def _date_parts(date: str) -> dict[str, str]:
    """'13 nov 2025' → its day, month and year; 'thu' → its weekday."""
    return {_date_part(word): word for word in date.split()}


def _date_part(word: str) -> str:
    if word.isdigit():
        return "day" if len(word) < 3 else "year"
    if word.isalpha():
        return "weekday" if word in _SHORT_WEEKDAYS else "month"
    return "period"


def _denies(question: Question, one: str, other: str) -> bool:
    """Whether one denies what is asked about and the other states it.

    Only a question about the fact itself ('was it …', 'what was it') can be answered by a denial;
    names in it say whom it is about, so what must be denied and stated are its other words.
    """
    if not question.about_fact:
        return False
    disputed = (_denied(one) & _stated(other)) | (_denied(other) & _stated(one))
    return len(disputed & question.predicate_terms) * 3 >= len(question.predicate_terms) * 2 > 0


def _both_name(question: Question, one: Candidate, other: Candidate) -> bool:
    """Whether the names in the question stand in a passage of one of the two.

    'Did they meet in Paris?' is not denied where a talk in Delhi is.
    """
    around = f"{one.source.chunk.text}\n{other.source.chunk.text}"
    return question.terms - question.predicate_terms <= content_terms(around)


def _denied(text: str) -> frozenset[str]:
    """The content terms between a denial and the end of its clause."""
    terms: frozenset[str] = frozenset()
    for match in _DENIAL.finditer(text):
        clause = _SCOPE.split(text[match.end() :], maxsplit=1)[0]
        terms |= content_terms(clause)
    return terms


def _stated(text: str) -> frozenset[str]:
    """The content terms of a sentence that holds no denial."""
    return frozenset() if _DENIAL.search(text) else content_terms(text)
