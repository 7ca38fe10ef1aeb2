"""Measures by group: of the values of a column, of months and years; the first, or a place."""

import re
from collections.abc import Iterator, Sequence

from assistant.table_qa.conditions import Parsing, by_flags, when_column
from assistant.table_qa.measures import (
    HIGHEST,
    LOWEST,
    Reading,
    is_sound,
    row_words,
    taken_measure,
    targets_of,
)
from assistant.table_qa.schema_linking import Mention
from index.tables.query import Measure, Period, TableQuery

_SMALL_NUMBERS = (
    "one two three four five six seven eight nine ten",
    "eins zwei drei vier fünf sechs sieben acht neun zehn",
)
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth",
    "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th",
)
FEW = rf"\d{{1,2}}|{'|'.join(' '.join(_SMALL_NUMBERS).split())}"
RANK = re.compile(
    r"\b(?:what|which) (?:rank|place|position)\b|\branks?(?: among \w+)?\b"
    r"|\bwelchen (?:rang|platz)\b",
    re.IGNORECASE,
)
NTH = re.compile(
    rf"\b(?P<nth>{'|'.join(' '.join(_ORDINALS).split())})"
    r"(?: |-)?(?P<how>highest|largest|biggest|most|lowest|smallest|fewest|least)?\b",
    re.IGNORECASE,
)
_BY_PERIOD = re.compile(
    r"\b(?:(?:in|for|during|im|für) )?(?:by|per|each|every|what|which|pro|je|nach|jede[mnrs]"
    r"|welche[mnrs]?) (?:the )?(?:calendar )?(?P<period>month|quarter|year|monat|quartal|jahr)s?\b",
    re.IGNORECASE,
)
_PERIODS: dict[str, Period] = {
    "month": "month",
    "monat": "month",
    "quarter": "quarter",
    "quartal": "quarter",
    "year": "year",
    "jahr": "year",
}
_GROUP = re.compile(r"\b(?:for each|for every|by|per|each|pro|je|nach)\s+(?=\w)", re.IGNORECASE)


def number_of(word: str) -> int:
    """A small number in digits or words, or the place that an ordinal names.

    >>> number_of("12"), number_of("three"), number_of("second")
    (12, 3, 2)
    """
    if word.isdigit():
        return int(word)
    lists = (*_SMALL_NUMBERS, *_ORDINALS)
    return next(
        line.split().index(word.lower()) + 1 for line in lists if word.lower() in line.split()
    )


Group = tuple[int, Period | None]
"""A column by whose values rows are grouped; of days by which period."""


def period_group(parser: Parsing) -> Group | None:
    """The period by which a measure is wanted: 'per month', 'in which year'.

    >>> from assistant.table_qa.schema_linking import Linking, words_of
    >>> from index.tables.columns import Column
    >>> asked = "How many ships per month?"
    >>> period_group(Parsing(asked, Linking(words_of(asked), (Column("day", "date"),), ())))
    (0, 'month')
    """
    match = parser.found(_BY_PERIOD)
    column = when_column(parser)
    if match is None or column is None:
        return None
    period = _PERIODS[match["period"].lower()]
    named = parser.within(match.start("period"), match.end("period"))
    if any(
        one.at & named and parser.columns[one.column].kind == "text"
        for one in parser.mentions("text")
    ):
        return None  # a column of months in words
    if parser.columns[column].kind == "number" and period != "year":
        return None
    parser.take(*match.span())
    parser.take_named(column)
    return column, period


def _named_group(parser: Parsing) -> Group | None:
    """The one column in words, or the period, whose values are asked for."""
    by_period = period_group(parser)
    if by_period is not None:
        return by_period
    compared = {one.column for one in parser.conditions if one.operator in ("=", "in")}
    groups = [
        one.column
        for one in parser.mentions("text", "boolean")
        if not one.lacking and one.column not in compared
    ]
    return (groups[0], None) if len(set(groups)) == 1 else None


def best_groups(
    parser: Parsing, measure: Measure, targets: Sequence[Mention], lowest: bool, limit: int
) -> Iterator[Reading]:
    """'Which product has the highest total revenue?' where a product has many rows.

    >>> from assistant.table_qa.schema_linking import Linking, words_of
    >>> from index.tables.columns import Column
    >>> asked = "Which port has the highest tolls?"
    >>> columns = Column("port", "text"), Column("tolls", "number")
    >>> parser = Parsing(asked, Linking(words_of(asked), columns, ()))
    >>> (best,) = best_groups(parser, "sum", targets_of(parser, 0), False, 1)
    >>> best.query.group, best.query.told
    (0, 1)
    """
    group = _named_group(parser)
    if group is None or (group[0] in parser.linking.unique and group[1] is None):
        return
    by_flags(parser, frozenset(n for one in targets for n in one.at))
    for one in targets:
        if is_sound(parser, one.column, measure):
            yield Reading(grouped(parser, measure, one.column, group, lowest, limit), one.at)


def grouped(
    parser: Parsing,
    measure: Measure,
    column: int | None,
    group: Group,
    lowest: bool = False,
    told: int = 0,
    place: int | str | None = None,
) -> TableQuery:
    """The query of a measure for each group, of which some are told.

    >>> from assistant.table_qa.schema_linking import Linking
    >>> grouped(Parsing("", Linking((), (), ())), "count", None, (1, "year")).period
    'year'
    """
    conditions = tuple(
        one for one in parser.conditions if not (isinstance(place, str) and one.column == group[0])
    )
    return TableQuery(
        measure,
        column,
        conditions,
        group=group[0],
        lowest_first=lowest,
        period=group[1],
        told=told,
        place=place,
    )


def ranked(parser: Parsing) -> Iterator[Reading]:
    """The place of what is named, as 'South', or what stands in a place that is named.

    >>> from assistant.table_qa.schema_linking import Linking, words_of
    >>> from index.tables.columns import Column
    >>> asked = "Which port ranks second by total tolls?"
    >>> columns = Column("port", "text"), Column("tolls", "number")
    >>> parser = Parsing(asked, Linking(words_of(asked), columns, ()))
    >>> [one.query.place for one in ranked(parser)]
    [2]
    """
    lowest = parser.taken(LOWEST) is not None
    parser.taken(HIGHEST)
    nth = parser.taken(NTH)
    if nth is not None:
        yield from placed_at(parser, number_of(nth["nth"]), lowest=lowest)
        return
    whose = [one for _, one in parser.said if one.operator == "=" and isinstance(one.value, str)]
    texts = [one for one in whose if parser.columns[one.column].kind == "text"]
    if len(texts) == 1:
        group = texts[0].column, None
        yield from _placed(parser, group, str(texts[0].value), lowest=lowest)


def placed_at(parser: Parsing, place: int, *, lowest: bool) -> Iterator[Reading]:
    """What stands in a place by a measure of each group: 'the port with the third most tolls'.

    >>> from assistant.table_qa.schema_linking import Linking, words_of
    >>> from index.tables.columns import Column
    >>> asked = "the port with the most total tolls"
    >>> columns = Column("port", "text"), Column("tolls", "number")
    >>> parser = Parsing(asked, Linking(words_of(asked), columns, ()))
    >>> [one.query.place for one in placed_at(parser, 3, lowest=False)]
    [3]
    """
    group = _named_group(parser)
    if group is not None:
        yield from _placed(parser, group, place, lowest=lowest)


def _placed(parser: Parsing, group: Group, place: int | str, *, lowest: bool) -> Iterator[Reading]:
    """What stands in a place, or the place of a name, by a measure of each group."""
    measure = taken_measure(parser)
    parser.taken(re.compile(r"\b(?:by|in terms of|according to|nach)\b", re.IGNORECASE))
    targets = targets_of(parser, 0)
    if measure == "count" or not targets:
        counted = row_words(parser)
        if counted:
            yield Reading(grouped(parser, "count", None, group, lowest, 0, place), counted)
        return
    for one in targets:
        if group[0] not in parser.linking.unique and measure is None:
            return  # of a row, or of all rows together
        # Of a name with one row the sum is that row's figure.
        chosen = measure or "sum"
        if parser.columns[one.column].doubt or parser.columns[one.column].flag:
            continue
        if group[0] in parser.linking.unique or is_sound(parser, one.column, chosen):
            yield Reading(grouped(parser, chosen, one.column, group, lowest, 0, place), one.at)


def fullest(parser: Parsing, after: int, *, lowest: bool, told: int) -> Iterator[Reading]:
    """'Which country has the most orders?' where orders are the rows.

    >>> from assistant.table_qa.schema_linking import Linking, words_of
    >>> from index.tables.columns import Column
    >>> asked = "Which port has the most ships?"
    >>> parser = Parsing(asked, Linking(words_of(asked), (Column("port", "text"),), ["Ships"]))
    >>> [one.query.measure for one in fullest(parser, 20, lowest=False, told=0)]
    ['count']
    """
    words = parser.linking.words
    by_period = period_group(parser)
    counted = row_words(parser)
    if by_period is not None and counted:
        by_flags(parser, frozenset())
        yield Reading(grouped(parser, "count", None, by_period, lowest, told or 1), counted)
        return
    groups = [one for one in parser.mentions("text") if not one.lacking]
    rows = [
        n
        for n in row_words(parser)
        if words[n].start >= after and n not in {p for one in groups for p in one.at}
    ]
    if len(groups) == 1 and rows:
        by_flags(parser, groups[0].at)
        query = grouped(parser, "count", None, (groups[0].column, None), lowest, told)
        yield Reading(query, groups[0].at | frozenset(rows))


def group_of(parser: Parsing) -> Group | None:
    """The column by whose values a measure is wanted: 'by country', 'for each branch'.

    >>> from assistant.table_qa.schema_linking import Linking, words_of
    >>> from index.tables.columns import Column
    >>> asked = "tons by port"
    >>> group_of(Parsing(asked, Linking(words_of(asked), (Column("port", "text"),), ())))
    (0, None)
    """
    words = parser.linking.words
    for match in _GROUP.finditer(parser.text):
        for one in parser.linking.mentions:
            text = parser.columns[one.column].kind in ("text", "boolean")
            if text and not one.lacking and words[min(one.at)].start == match.end():
                parser.take(match.start(), words[max(one.at)].end)
                if one.column in parser.linking.unique:
                    continue  # 'per order' of the orders
                return one.column, None
    return None
