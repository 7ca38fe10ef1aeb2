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
    by_measures,
    by_numbers,
    by_periods,
    by_values,
    is_key,
    when_column,
)
from assistant.table_qa.relations import RELATIONS, related, relation_of
from assistant.table_qa.schema_linking import Linking, Mention, pieces, telling_words
from index.tables.columns import is_total
from index.tables.query import Measure, Period, Relation, TableQuery

_COUNT = re.compile(
    r"\b(?:how many|(?:the )?number of|count(?: of)?|wie viele|anzahl(?: der)?)\b", re.IGNORECASE
)
_HOW_MUCH = re.compile(r"\b(?:how (?:much|high)|wie (?:viel|hoch|groß))\b", re.IGNORECASE)
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
    ("best[- ]paid", "highest", "salary wage pay earnings"),
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
    ("latest|newest|most recent(?:ly)?|last", "highest", "date"),
    ("earliest|oldest|first", "lowest", "date"),
)
_SMALL_NUMBERS = (
    "one two three four five six seven eight nine ten",
    "eins zwei drei vier fünf sechs sieben acht neun zehn",
)
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth",
    "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th",
)
_FEW = rf"\d{{1,2}}|{'|'.join(' '.join(_SMALL_NUMBERS).split())}"
_TOP = re.compile(
    rf"\btop (?P<a>{_FEW})\b|\b(?P<b>{_FEW}) (?=(?:highest|largest|biggest|lowest|smallest|most"
    rf"|best|cheapest|dearest|heaviest|oldest|newest|youngest|latest|longest|shortest)\b)"
    rf"|^(?:which|what|list|name|show|welche[rs]?)(?: are)?(?: the)? (?P<c>{_FEW}) (?=[^\W\d])",
    re.IGNORECASE,
)
_RANK = re.compile(
    r"\b(?:what|which) (?:rank|place|position)\b|\branks?(?: among \w+)?\b"
    r"|\bwelchen (?:rang|platz)\b",
    re.IGNORECASE,
)
_NTH = re.compile(
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
    relation: Relation | None = None
    against: TableQuery | None = None
    """How the figure is set against that of another query."""
    percent: bool = False


def readings(text: str, linking: Linking) -> list[Reading]:
    """The queries that a question may be; more than one where several columns fit.

    >>> from assistant.table_qa.schema_linking import words_of
    >>> from index.tables.columns import Column
    >>> columns = (Column("ship", "text"), Column("tons", "number"))
    >>> asked = "Which ship has the most tons?"
    >>> linking = Linking(words_of(asked), columns, ["Fleet"], unique=frozenset({0}))
    >>> [one.query for one in readings(asked, linking)]
    [TableQuery(measure='highest', column=1, conditions=(), show=(0, 1), group=None, limit=1, ...)]
    >>> several = Linking(words_of(asked), columns, ["Fleet"])
    >>> [one.query.measure for one in readings(asked, several)]  # a ship may have many rows
    ['sum', 'highest']
    """
    parser = Parsing(text, linking)
    parser.taken(_OVER_ALL)
    if not (by_values(parser) and by_comparisons(parser)):
        return []
    relation = relation_of(parser)
    if relation != "change":
        by_periods(parser)
    by_numbers(parser)
    if not _TOP.search(parser.text):
        by_measures(parser)
    found = list(_measured(parser) if relation is None else _related(parser, relation))
    whole = []
    for reading in map(_with_totals, found):
        left = linking.unexplained(reading.used | parser.used | _entities(parser))
        loose = bool(left) and reading.query.measure == "rows" and _is_lookup(reading.query)
        strange = [word for word in left if word[0].isdigit() or word[0].isupper()]
        if len(left) <= int(loose) and not strange and not telling_words(left):
            whole.append(replace(reading, loose=loose))
    return whole if len(whole) <= _MOST_READINGS else []


def asks_for_figure(text: str) -> bool:
    """Whether a question has words of an operation over a table.

    >>> asks_for_figure("Which ship has the most tons?"), asks_for_figure("Who sank it?")
    (True, False)
    """
    asked = (_COUNT, _HOW_MUCH, _AVERAGE, _MEDIAN, _SUM, _HIGHEST, _LOWEST, _RANK, *RELATIONS)
    return any(pattern.search(text) for pattern in asked)


def _with_totals(reading: Reading) -> Reading:
    """With the rows of totals, where one of them is asked for by its name."""
    named = any(
        isinstance(one.value, str) and is_total(one.value) for one in reading.query.conditions
    )
    return replace(reading, query=replace(reading.query, totals=True)) if named else reading


def _related(parser: Parsing, relation: Relation) -> Iterator[Reading]:
    """Two figures set against one another."""
    measure = _taken_measure(parser) or "sum"
    if relation == "share" and measure not in ("sum", "count"):
        return
    for one in related(parser, relation, measure):
        queries = one.first, one.second
        column = one.first.column
        counted = _row_words(parser)
        if column is None and not counted:
            return  # nothing says that rows are counted
        if any(q.column is not None and not _sound(parser, q.column, q.measure) for q in queries):
            return
        used = one.used | (counted if column is None else frozenset())
        yield Reading(one.first, used, False, False, relation, one.second, one.percent)


def _taken_measure(parser: Parsing) -> Measure | None:
    """The measure that a question names, whose words are thereby used."""
    said: tuple[tuple[Measure, re.Pattern[str]], ...] = (
        ("average", _AVERAGE),
        ("median", _MEDIAN),
        ("sum", _SUM),
        ("count", _COUNT),
    )
    for measure, pattern in said:
        if parser.taken(pattern) is not None:
            return measure
    return None


def _number(word: str) -> int:
    """A small number in digits or words, or the place that an ordinal names."""
    if word.isdigit():
        return int(word)
    lists = (*_SMALL_NUMBERS, *_ORDINALS)
    return next(
        line.split().index(word.lower()) + 1 for line in lists if word.lower() in line.split()
    )


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
    if _RANK.search(parser.text) and parser.taken(_RANK):
        yield from _ranks(parser)
        return
    extreme = _HIGHEST.search(parser.text) or _LOWEST.search(parser.text)
    nth = next((m for m in _NTH.finditer(parser.text) if m["how"]), None)
    if nth is not None:
        parser.take(*nth.span())
        yield from _places(parser, _number(nth["nth"]), lowest=bool(_LOWEST.search(nth["how"])))
        return
    top = parser.found(_TOP)
    if top is not None and (extreme or top["a"] or top["b"]):
        parser.take(*top.span())
    else:
        top = None
    limit = _number(top["a"] or top["b"] or top["c"]) if top else 1
    for said, direction, meant in _ADJECTIVES:
        match = parser.found(re.compile(rf"\b(?:{said})\b", re.IGNORECASE))
        column = match and _of_meaning(parser, meant.split())
        if match and column is not None:
            parser.take(*match.span())
            yield from _extremes(parser, direction, [_named_as(parser, column)], limit)
            return
    extremes: tuple[tuple[Measure, re.Pattern[str]], ...] = (
        ("highest", _HIGHEST),
        ("lowest", _LOWEST),
    )
    for direction, pattern in extremes:
        match = top if top and top["a"] and direction == "highest" else parser.found(pattern)
        if match is not None:
            parser.take(*match.span())
            told = limit if top else 0
            lowest = direction == "lowest"
            measure = _taken_measure(parser)
            targets = _targets(parser, match.end())
            if targets and measure != "count":
                grouped = list(_best_groups(parser, measure or "sum", targets, lowest, limit))
                yield from grouped
                if measure is None or not grouped:
                    yield from _extremes(parser, direction, targets, limit)
            else:
                yield from _fullest(parser, match.end(), lowest=lowest, told=told)
            return
    means: tuple[tuple[Measure, re.Pattern[str]], ...] = (
        ("average", _AVERAGE),
        ("median", _MEDIAN),
    )
    for measure, pattern in means:
        match = parser.found(pattern)
        if match is not None:
            parser.take(*match.span())
            parser.taken(_HOW_MUCH)
            group = _period_group(parser)
            yield from _aggregates(parser, measure, _targets(parser, match.end()), group)
            return
    by_period = _period_group(parser)
    count = parser.found(_COUNT)
    if count is not None:
        parser.take(*count.span())
        head = _head(parser, count.end())
        head = head or _years_of_named(parser, count.end())
        if head:
            yield from _sums(parser, head, by_period)
        else:
            yield from _counts(parser, count.end(), by_period)
        return
    much, total = parser.found(_HOW_MUCH), parser.found(_SUM)
    if total is not None:
        targets = _targets(parser, total.end()) or _targets(parser, 0)
        parser.take(*total.span())
        if much is not None:
            parser.take(*much.span())
        yield from _aggregates(parser, "sum", targets, by_period)
        return
    if much is not None:
        group = by_period or _group(parser)
        targets = _targets(parser, much.end())
        if group is not None and targets:
            parser.take(*much.span())
            yield from _aggregates(parser, "sum", targets, group)
            return
    if by_period is None:
        yield from _lookups(parser)


Group = tuple[int, Period | None]
"""A column by whose values rows are grouped; of days by which period."""


def _period_group(parser: Parsing) -> Group | None:
    """The period by which a measure is wanted: 'per month', 'in which year'."""
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
    return column, period


def _named_group(parser: Parsing) -> Group | None:
    """The one column in words, or the period, whose values are asked for."""
    by_period = _period_group(parser)
    if by_period is not None:
        return by_period
    compared = {one.column for one in parser.conditions if one.operator in ("=", "in")}
    groups = [
        one.column
        for one in parser.mentions("text", "boolean")
        if not one.lacking and one.column not in compared
    ]
    return (groups[0], None) if len(set(groups)) == 1 else None


def _best_groups(
    parser: Parsing, measure: Measure, targets: Sequence[Mention], lowest: bool, limit: int
) -> Iterator[Reading]:
    """'Which product has the highest total revenue?' where a product has many rows."""
    group = _named_group(parser)
    if group is None or (group[0] in parser.linking.unique and group[1] is None):
        return
    by_flags(parser, frozenset(n for one in targets for n in one.at))
    for one in targets:
        if _sound(parser, one.column, measure):
            yield Reading(_grouped(parser, measure, one.column, group, lowest, limit), one.at)


def _grouped(
    parser: Parsing,
    measure: Measure,
    column: int | None,
    group: Group,
    lowest: bool = False,
    told: int = 0,
    place: int | str | None = None,
) -> TableQuery:
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


def _ranks(parser: Parsing) -> Iterator[Reading]:
    """The place of what is named, as 'South', or what stands in a place that is named."""
    lowest = parser.taken(_LOWEST) is not None
    parser.taken(_HIGHEST)
    nth = parser.taken(_NTH)
    if nth is not None:
        yield from _places(parser, _number(nth["nth"]), lowest=lowest)
        return
    whose = [one for _, one in parser.said if one.operator == "=" and isinstance(one.value, str)]
    texts = [one for one in whose if parser.columns[one.column].kind == "text"]
    if len(texts) == 1:
        group = texts[0].column, None
        yield from _placed(parser, group, str(texts[0].value), lowest=lowest)


def _places(parser: Parsing, place: int, *, lowest: bool) -> Iterator[Reading]:
    group = _named_group(parser)
    if group is not None:
        yield from _placed(parser, group, place, lowest=lowest)


def _placed(parser: Parsing, group: Group, place: int | str, *, lowest: bool) -> Iterator[Reading]:
    """What stands in a place, or the place of a name, by a measure of each group."""
    measure = _taken_measure(parser)
    parser.taken(re.compile(r"\b(?:by|in terms of|according to|nach)\b", re.IGNORECASE))
    targets = _targets(parser, 0)
    if measure == "count" or not targets:
        counted = _row_words(parser)
        if counted:
            yield Reading(_grouped(parser, "count", None, group, lowest, 0, place), counted)
        return
    for one in targets:
        if group[0] not in parser.linking.unique and measure is None:
            return  # of a row, or of all rows together
        # Of a name with one row the sum is that row's figure.
        chosen = measure or "sum"
        if parser.columns[one.column].doubt or parser.columns[one.column].flag:
            continue
        if group[0] in parser.linking.unique or _sound(parser, one.column, chosen):
            yield Reading(_grouped(parser, chosen, one.column, group, lowest, 0, place), one.at)


def _named_as(parser: Parsing, column: int) -> Mention:
    """A column with the words that name it, if any do."""
    named = (one.at for one in parser.linking.mentions if one.column == column)
    return Mention(column, frozenset(n for at in named for n in at), 0)


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


def _years_of_named(parser: Parsing, after: int) -> list[Mention]:
    """Columns of a year, where what is counted is what the table is called after: visitors."""
    words = parser.linking.words
    first = next((n for n, word in enumerate(words) if word.start >= after), None)
    if first is None or first not in parser.linking.named or first in _entities(parser):
        return []
    targets = _targets(parser, after)
    return targets if all(words[n].is_number for one in targets for n in one.at) else []


def _label(parser: Parsing, besides: int | None = None) -> tuple[int, ...]:
    """The columns that name a row: those that are asked for, or the first in words."""
    named = [
        one.column
        for one in parser.linking.mentions
        if parser.columns[one.column].kind == "text" or is_key(parser.columns[one.column])
        if not one.lacking
    ]
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


def _fullest(parser: Parsing, after: int, *, lowest: bool, told: int) -> Iterator[Reading]:
    """'Which country has the most orders?' where orders are the rows."""
    words = parser.linking.words
    by_period = _period_group(parser)
    counted = _row_words(parser)
    if by_period is not None and counted:
        by_flags(parser, frozenset())
        yield Reading(_grouped(parser, "count", None, by_period, lowest, told or 1), counted)
        return
    groups = [one for one in parser.mentions("text") if not one.lacking]
    rows = [
        n
        for n in _row_words(parser)
        if words[n].start >= after and n not in {p for one in groups for p in one.at}
    ]
    if len(groups) == 1 and rows:
        by_flags(parser, groups[0].at)
        query = _grouped(parser, "count", None, (groups[0].column, None), lowest, told)
        yield Reading(query, groups[0].at | frozenset(rows))


def _row_words(parser: Parsing) -> frozenset[int]:
    """The words for the rows themselves: what the table is called, or a column that names each."""
    unique = (one for one in parser.linking.mentions if one.column in parser.linking.unique)
    return (
        parser.linking.named
        | _keys(parser)
        | {n for one in unique if not one.lacking for n in one.at}
    )


def _keys(parser: Parsing) -> frozenset[int]:
    keys = [one for one in parser.linking.mentions if is_key(parser.columns[one.column])]
    return frozenset(n for one in keys for n in one.at)


def _aggregates(
    parser: Parsing, measure: Measure, targets: Sequence[Mention], group: Group | None = None
) -> Iterator[Reading]:
    group = group or _group(parser)
    by_flags(parser, frozenset(n for one in targets for n in one.at))
    for one in targets:
        if _sound(parser, one.column, measure):
            query = TableQuery(measure, one.column, tuple(parser.conditions))
            if group is not None:
                query = _grouped(parser, measure, one.column, group)
            yield Reading(query, one.at)


def _group(parser: Parsing) -> Group | None:
    """The column by whose values a measure is wanted: 'by country', 'for each branch'."""
    words = parser.linking.words
    for match in _GROUP.finditer(parser.text):
        for one in parser.linking.mentions:
            text = parser.columns[one.column].kind in ("text", "boolean")
            if text and not one.lacking and words[min(one.at)].start == match.end():
                parser.take(match.start(), words[max(one.at)].end)
                return one.column, None
    return None


def _sums(parser: Parsing, head: Sequence[Mention], group: Group | None) -> Iterator[Reading]:
    """'How many murders': of the one row that is meant, or added up over the rows."""
    parser.taken(_SUM)
    yield from _aggregates(parser, "sum", head, group)


def _counts(parser: Parsing, after: int, group: Group | None) -> Iterator[Reading]:
    """'How many orders': rows; 'how many countries': values of a column."""
    words = parser.linking.words
    parser.taken(re.compile(r"\b(?:in total|altogether|insgesamt|together)\b", re.IGNORECASE))
    distinct = parser.taken(re.compile(r"\b(?:different|distinct|unique|verschiedene)\b", re.I))
    first = next((n for n, word in enumerate(words) if word.start >= after), len(words))
    head = set(range(first, min(first + 4, len(words)))) - parser.linking.idle - parser.used
    group = None if distinct else group or _group(parser)
    by_flags(parser, frozenset())
    conditions = tuple(parser.conditions)
    compared = {one.column for one in conditions}
    called = _row_words(parser)
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
    if group is not None:
        if noun in called or generic:
            yield Reading(_grouped(parser, "count", None, group), frozenset())
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
