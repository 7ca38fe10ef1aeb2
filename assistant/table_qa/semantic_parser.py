"""A question, linked to a table → the queries that it may be; none where a word is unaccounted for.

What English and German questions say of operations stands here as data: counts, sums, averages,
extremes, groups. What nothing here explains is refused, not guessed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.table_qa.conditions import (
    Parsing,
    by_comparisons,
    by_flags,
    by_numbers,
    by_periods,
    by_values,
    is_key,
)
from assistant.table_qa.schema_linking import Linking, Mention, pieces, telling_words
from index.tables.columns import is_total
from index.tables.query import Measure, TableQuery

_COUNT = re.compile(
    r"\b(?:how many|(?:the )?number of|count(?: of)?|wie viele|anzahl(?: der)?)\b", re.IGNORECASE
)
_HOW_MUCH = re.compile(r"\b(?:how much|wie viel)\b", re.IGNORECASE)
_AVERAGE = re.compile(r"\b(?:average|mean|avg|durchschnittliche?\w*|im durchschnitt)\b", re.I)
_MEDIAN = re.compile(r"\bmedian\b", re.IGNORECASE)
_SUM = re.compile(
    r"\b(?:sum|total|combined|altogether|in total|together|summe|gesamt\w*|insgesamt|zusammen)\b",
    re.IGNORECASE,
)
_HIGHEST = re.compile(
    r"\b(?:most|highest|largest|biggest|greatest|maximum|max|top|höchste\w*|größte\w*|meisten?)\b",
    re.IGNORECASE,
)
_LOWEST = re.compile(
    r"\b(?:least|lowest|smallest|fewest|minimum|min|niedrigste\w*|kleinste\w*|wenigsten)\b",
    re.IGNORECASE,
)
_ADJECTIVES: tuple[tuple[str, Measure, str], ...] = (
    ("cheapest|least expensive", "lowest", "price cost"),
    ("most expensive|dearest|costliest", "highest", "price cost"),
    ("heaviest", "highest", "weight"),
    ("lightest", "lowest", "weight"),
    ("oldest", "highest", "age"),
    ("youngest", "lowest", "age"),
    ("tallest", "highest", "height"),
    ("longest", "highest", "length duration"),
    ("shortest", "lowest", "length duration"),
    ("fastest", "highest", "speed"),
    ("slowest", "lowest", "speed"),
    ("latest|newest|most recent|last", "highest", "date"),
    ("earliest|oldest|first", "lowest", "date"),
)
_TOP = re.compile(
    r"\b(?:top (?P<a>\d{1,2})|(?P<b>\d{1,2}) (?:highest|largest|biggest|lowest|smallest|most))\b",
    re.IGNORECASE,
)
_GROUP = re.compile(r"\b(?:for each|for every|by|per|each|pro|je|nach)\s+(?=\w)", re.IGNORECASE)
_OVER_ALL = re.compile(r"\bover (?=(?:all|the|every)\b)", re.IGNORECASE)
_LISTS = re.compile(r"\s*(?:which|what|who|list|show|name|give|welche\w*|wer)\b", re.IGNORECASE)
_NOT_ADDED = re.compile(
    r"\b(?:rate|percent\w*|pct|share|ratio|average|avg|mean|median|price|index|rank\w*|year|id|code"
    r"|nr|no|score|level|age|temperature|per|p\d\dth)\b|%",
    re.IGNORECASE,
)
_CHANGE = re.compile(r"\b(?:change|growth|increase|decrease|variance)\b", re.IGNORECASE)
_PERCENT = re.compile(r"%|\bper ?cent", re.IGNORECASE)
_MOST_READINGS = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """A query that a question may be, and the words of it that are thereby explained.

    >>> Reading(TableQuery("count"), frozenset({0, 1})).query.measure
    'count'
    """

    query: TableQuery
    used: frozenset[int]
    distinct: bool = False
    """Whether what is asked for is how many groups there are."""
    loose: bool = False
    """Whether a word is left unexplained, which is borne only where one row is looked up."""


def readings(text: str, linking: Linking) -> list[Reading]:
    """The queries that a question may be; more than one where several columns fit.

    >>> from assistant.table_qa.schema_linking import words_of
    >>> from index.tables.columns import Column
    >>> columns = (Column("ship", "text"), Column("tons", "number"))
    >>> asked = "Which ship has the most tons?"
    >>> [one.query for one in readings(asked, Linking(words_of(asked), columns, ["Fleet"]))]
    [TableQuery(measure='highest', column=1, conditions=(), show=(0, 1), group=None, limit=1, ...)]
    """
    parser = Parsing(text, linking)
    parser.taken(_OVER_ALL)
    if not (by_values(parser) and by_comparisons(parser)):
        return []
    by_periods(parser)
    by_numbers(parser)
    found = list(_measured(parser))
    whole = []
    for reading in map(_with_totals, found):
        left = linking.unexplained(reading.used | parser.used | _entities(parser))
        loose = bool(left) and reading.query.measure == "rows" and _is_lookup(reading.query)
        strange = [word for word in left if word[0].isdigit() or word[0].isupper()]
        if len(left) <= int(loose) and not strange and not telling_words(left):
            whole.append(replace(reading, loose=loose))
    return whole if len(whole) <= _MOST_READINGS else []


def _with_totals(reading: Reading) -> Reading:
    """With the rows of totals, where one of them is asked for by its name."""
    named = any(
        isinstance(one.value, str) and is_total(one.value) for one in reading.query.conditions
    )
    return replace(reading, query=replace(reading.query, totals=True)) if named else reading


def _is_lookup(query: TableQuery) -> bool:
    return any(condition.operator == "=" for condition in query.conditions)


def _entities(parser: Parsing) -> set[int]:
    """The words that name what the rows are, without asking for anything of it."""
    return {
        place
        for one in parser.linking.mentions
        if parser.columns[one.column].kind == "text" or is_key(parser.columns[one.column])
        for place in one.at
    }


def _measured(parser: Parsing) -> Iterator[Reading]:
    """What is asked of the rows that meet the conditions."""
    top = parser.taken(_TOP)
    limit = int(top["a"] or top["b"]) if top else 1
    for said, direction, meant in _ADJECTIVES:
        match = parser.found(re.compile(rf"\b(?:{said})\b", re.IGNORECASE))
        column = match and _of_meaning(parser, meant.split())
        if match and column is not None:
            parser.take(*match.span())
            yield from _extremes(parser, direction, [Mention(column, frozenset(), 0)], limit)
            return
    extremes: tuple[tuple[Measure, re.Pattern[str]], ...] = (
        ("highest", _HIGHEST),
        ("lowest", _LOWEST),
    )
    for direction, pattern in extremes:
        match = parser.found(pattern)
        if match is not None:
            parser.take(*match.span())
            targets = _targets(parser, match.end())
            if targets:
                yield from _extremes(parser, direction, targets, limit)
            elif not top:
                yield from _fullest(parser, match.end(), lowest=direction == "lowest")
            return
    means: tuple[tuple[Measure, re.Pattern[str]], ...] = (
        ("average", _AVERAGE),
        ("median", _MEDIAN),
    )
    for measure, pattern in means:
        match = parser.found(pattern)
        if match is not None:
            parser.take(*match.span())
            yield from _aggregates(parser, measure, _targets(parser, match.end()))
            return
    count = parser.found(_COUNT)
    if count is not None:
        parser.take(*count.span())
        head = _head(parser, count.end())
        if head:
            yield from _sums(parser, head)
        else:
            yield from _counts(parser, count.end())
        return
    much, total = parser.found(_HOW_MUCH), parser.found(_SUM)
    if total is not None:
        targets = _targets(parser, total.end()) or _targets(parser, 0)
        parser.take(*total.span())
        if much is not None:
            parser.take(*much.span())
        yield from _aggregates(parser, "sum", targets)
        return
    yield from _lookups(parser)


def _of_meaning(parser: Parsing, meant: Sequence[str]) -> int | None:
    """The one column of figures or dates whose name has one of these words."""
    found = [
        n
        for n, column in enumerate(parser.columns)
        if column.kind in ("number", "date") and set(pieces(column.name)) & set(meant)
    ]
    if not found and meant == ["date"]:
        found = [n for n, column in enumerate(parser.columns) if column.kind == "date"]
    return found[0] if len(found) == 1 else None


def _targets(parser: Parsing, after: int) -> list[Mention]:
    """The columns that a measure is taken of: the first named behind it, or those named before."""
    compared = {one.column for one in parser.conditions}
    there = [
        one
        for one in parser.mentions("number")
        if one.column not in compared and not (one.at <= parser.used)
    ]
    there = [one for one in there if not is_key(parser.columns[one.column])]
    words = parser.linking.words
    behind = [one for one in there if words[max(one.at)].start >= after]
    if behind:
        nearest = min(min(one.at) for one in behind)
        first = next(one for one in behind if min(one.at) == nearest)
        return [one for one in behind if one.at == first.at]
    return there if len({one.at for one in there}) == 1 else []


def _head(parser: Parsing, after: int) -> list[Mention]:
    """The columns of figures that stand right behind 'how many'."""
    words = parser.linking.words
    first = next((n for n, word in enumerate(words) if word.start >= after), None)
    there = [
        one
        for one in parser.mentions("number")
        if first is not None
        and first <= min((n for n in one.at if not words[n].is_number), default=-1) <= first + 1
        and not is_key(parser.columns[one.column])
        and not parser.columns[one.column].flag
    ]
    return [one for one in there if one.at == there[0].at]


def _label(parser: Parsing, besides: int | None = None) -> tuple[int, ...]:
    """The columns that name a row: those that are asked for, or the first in words."""
    named = [one.column for one in parser.mentions("text") if not one.lacking]
    compared = {one.column for one in parser.conditions if one.operator == "="}
    words = [n for n, column in enumerate(parser.columns) if column.kind == "text"]
    free = [n for n in named if n not in compared] or [n for n in words if n not in compared]
    chosen = (free or words or [0])[0]
    return () if chosen == besides else (chosen,)


def _sound(parser: Parsing, column: int, measure: Measure) -> bool:
    """Whether a measure of a column means anything."""
    own = parser.columns[column]
    if own.doubt or own.flag:
        return False
    if measure == "sum":
        return not _NOT_ADDED.search(f"{own.name} {own.unit}".replace("_", " "))
    return measure in ("highest", "lowest") or not is_key(own)


def _extremes(
    parser: Parsing, direction: Measure, targets: Sequence[Mention], limit: int
) -> Iterator[Reading]:
    measured = frozenset(n for one in targets for n in one.at)
    by_flags(parser, measured)
    for one in targets:
        if _sound(parser, one.column, direction):
            show = (*_label(parser, one.column), one.column)
            query = TableQuery(direction, one.column, tuple(parser.conditions), show, limit=limit)
            yield Reading(query, one.at)


def _fullest(parser: Parsing, after: int, *, lowest: bool) -> Iterator[Reading]:
    """'Which country has the most orders?' where orders are the rows."""
    groups = [one for one in parser.mentions("text") if not one.lacking]
    words = parser.linking.words
    rows = [
        n
        for n in parser.linking.named | _keys(parser)
        if words[n].start >= after and n not in {p for one in groups for p in one.at}
    ]
    if len(groups) == 1 and rows:
        by_flags(parser, groups[0].at)
        query = TableQuery(
            "count", None, tuple(parser.conditions), group=groups[0].column, lowest_first=lowest
        )
        yield Reading(query, groups[0].at | frozenset(rows))


def _keys(parser: Parsing) -> frozenset[int]:
    keys = [one for one in parser.linking.mentions if is_key(parser.columns[one.column])]
    return frozenset(n for one in keys for n in one.at)


def _aggregates(parser: Parsing, measure: Measure, targets: Sequence[Mention]) -> Iterator[Reading]:
    group = _group(parser)
    by_flags(parser, frozenset(n for one in targets for n in one.at))
    for one in targets:
        if _sound(parser, one.column, measure):
            query = TableQuery(measure, one.column, tuple(parser.conditions), group=group)
            yield Reading(query, one.at)


def _group(parser: Parsing) -> int | None:
    """The column by whose values a measure is wanted: 'by country', 'for each year'."""
    words = parser.linking.words
    for match in _GROUP.finditer(parser.text):
        for one in parser.linking.mentions:
            text = parser.columns[one.column].kind in ("text", "boolean")
            if text and not one.lacking and words[min(one.at)].start == match.end():
                parser.take(match.start(), words[max(one.at)].end)
                return one.column
    return None


def _sums(parser: Parsing, head: Sequence[Mention]) -> Iterator[Reading]:
    """'How many murders': of the one row that is meant, or added up over the rows."""
    parser.taken(_SUM)
    yield from _aggregates(parser, "sum", head)


def _counts(parser: Parsing, after: int) -> Iterator[Reading]:
    """'How many orders': rows; 'how many countries': values of a column."""
    words = parser.linking.words
    parser.taken(re.compile(r"\b(?:in total|altogether|insgesamt|together)\b", re.IGNORECASE))
    distinct = parser.taken(re.compile(r"\b(?:different|distinct|unique|verschiedene)\b", re.I))
    first = next((n for n, word in enumerate(words) if word.start >= after), len(words))
    head = set(range(first, min(first + 4, len(words)))) - parser.linking.idle - parser.used
    group = None if distinct else _group(parser)
    by_flags(parser, frozenset())
    conditions = tuple(parser.conditions)
    compared = {one.column for one in conditions}
    called = parser.linking.named | _keys(parser)
    texts = [
        one
        for one in parser.mentions("text")
        if one.at & head and not one.lacking and one.column not in compared
    ]
    noun = min(head, default=None)
    generic = re.match(
        r"\s*(?:rows|entries|records|items|zeilen|einträge)\b", parser.text[after:], re.I
    )
    if noun is None and not generic:
        return
    if group is not None and (noun in called or generic):
        yield Reading(TableQuery("count", None, conditions, group=group), frozenset())
        return
    if noun in called or generic or any(noun in one.at for one in texts):
        if texts and noun in texts[0].at:
            query = TableQuery("count", None, conditions, group=texts[0].column)
            yield Reading(query, texts[0].at, distinct=True)
            if noun not in called or distinct:
                return
        yield Reading(TableQuery("count", None, conditions), frozenset())


def _lookups(parser: Parsing) -> Iterator[Reading]:
    """A cell of the row that a value names; or the rows that meet conditions."""
    if not _LISTS.match(parser.text) and not re.match(
        r"\W*(?:when|where|how|in which|for which|wann|wo)\b", parser.text, re.IGNORECASE
    ):
        return
    compared = {one.column for one in parser.conditions}
    targets = [
        one
        for one in parser.linking.mentions
        if one.column not in compared and not one.at <= parser.used
    ]
    targets = [one for one in targets if not _other_change(parser, one.column)]
    conditions = tuple(parser.conditions)
    if not conditions:
        return
    if any(one.operator == "=" for one in conditions) and targets:
        exact = [one for one in targets if not one.lacking] or targets
        if len({one.at for one in exact}) == 1:
            for one in exact:
                names = tuple(c.column for c in conditions if c.operator in ("=", "in"))
                query = TableQuery("rows", None, conditions, (*dict.fromkeys(names), one.column))
                yield Reading(query, one.at)
        return
    if _LISTS.match(parser.text):
        label = _label(parser)
        shown = (*label, *(c.column for c in conditions if c.column not in label))
        query = TableQuery("rows", None, conditions, tuple(dict.fromkeys(shown)))
        yield Reading(query, frozenset())


def _other_change(parser: Parsing, column: int) -> bool:
    """Whether a column gives in percent a change that is not asked for in percent."""
    own = parser.columns[column]
    in_percent = "%" in own.unit and _CHANGE.search(own.name.replace("_", " "))
    return bool(in_percent) and not _PERCENT.search(parser.text)
