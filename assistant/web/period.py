"""Documents of a period: which of them a question is put to."""

import re
from collections.abc import Sequence

from assistant.web import texts
from index.catalog import DocumentInfo
from index.errors import QuestionError

_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")


def within(
    documents: Sequence[DocumentInfo], chosen: Sequence[str], since: str | None, until: str | None
) -> list[str] | None:
    """The ids of the chosen documents that are dated in a period; None where all may answer.

    Args:
        documents: all there are.
        chosen: ids; all where it is empty.
        since: the first year, month or day; empty for none.
        until: the last one, likewise.

    Raises:
        QuestionError: a date cannot be read, or no document is of the period.
    """
    since, until = (since or "").strip(), (until or "").strip()
    if not since and not until:
        return list(chosen) or None
    for given in (since, until):
        if given and not _DATE.fullmatch(given):
            raise QuestionError(texts.NO_DATE.format(given))
    found = [
        one.id
        for one in documents
        if (not chosen or one.id in chosen) and one.date and _in_period(one.date, since, until)
    ]
    if not found:
        raise QuestionError(texts.NONE_OF_PERIOD)
    return found


def _in_period(date: str, since: str, until: str) -> bool:
    """As far as both tell: '2025' may lie after '2025-11'."""
    return (not since or date[: len(since)] >= since[: len(date)]) and (
        not until or date[: len(until)] <= until[: len(date)]
    )
