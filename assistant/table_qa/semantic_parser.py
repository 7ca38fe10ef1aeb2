"""A question, linked to a table → the queries that it may be; none where a word is unaccounted for.

What English and German questions say of operations stands here as data: counts, sums, averages,
extremes, groups. What nothing here explains is refused, not guessed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.table_qa.conditions import (
    Parsing,
    by_comparisons,
    by_flags,
    by_measures,
    by_numbers,
    by_periods,
    by_values,
    is_key,
)
from assistant.table_qa.grouping import (
    FEW,
    NTH,
    RANK,
    Group,
    best_groups,
    fullest,
    group_of,
    grouped,
    number_of,
    period_group,
    placed_at,
    ranked,
)
from assistant.table_qa.lookups import looked_up
from assistant.table_qa.measures import (
    AVERAGE,
    COUNT,
    HIGHEST,
    HOW_MUCH,
    LOWEST,
    MEDIAN,
    SUM,
    Reading,
    is_sound,
    label_of,
    row_words,
    taken_measure,
    targets_of,
)
from assistant.table_qa.relations import RELATIONS, related, relation_of
from assistant.table_qa.schema_linking import Linking, Mention, pieces, telling_words
from index.tables.query import Measure, Relation, TableQuery

_ADJECTIVES: tuple[tuple[str, Measure, str], ...] = (
    (r"best[- ]paid|bestbezahlte\w*", "highest", "salary wage pay earnings gehalt lohn"),
    (r"cheapest|least expensive|billigste\w*|günstigste\w*", "lowest", "price cost preis kosten"),
    (r"most expensive|dearest|costliest|teuerste\w*", "highest", "price cost preis kosten"),
    (r"heaviest|schwerste\w*", "highest", "weight gewicht"),
    (r"lightest|leichteste\w*", "lowest", "weight gewicht"),
    (r"oldest|älteste\w*", "highest", "age alter"),
    (r"youngest|jüngste\w*", "lowest", "age alter"),
    ("tallest", "highest", "height höhe größe"),
    (r"longest|längste\w*", "highest", "length duration länge dauer"),
    (r"shortest|kürzeste\w*", "lowest", "length duration länge dauer"),
    ("fastest", "highest", "speed"),
    ("slowest", "lowest", "speed"),
    (r"latest|newest|most recent(?:ly)?|last|neueste\w*|letzte\w*", "highest", "date"),
    (r"earliest|oldest|first|früheste\w*|erste\w*", "lowest", "date"),
)
_TOP = re.compile(
    rf"\btop (?P<a>{FEW})\b|\b(?P<b>{FEW}) (?=(?:highest|largest|biggest|lowest|smallest|most"
    rf"|best|cheapest|dearest|heaviest|oldest|newest|youngest|latest|longest|shortest)\b)"
    rf"|^(?:which|what|list|name|show|welche[rs]?)(?: are)?(?: the)? (?P<c>{FEW}) (?=[^\W\d])",
    re.IGNORECASE,
)
_OVER_ALL = re.compile(r"\bover (?=(?:all|the|every)\b)", re.IGNORECASE)
_MOST_READINGS = 8


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
    found = parsed(text, linking)
    if found is None:
        return []
    parser, made = found
    whole = []
    for reading in made:
        left = linking.unexplained(reading.used | parser.used | entity_words(parser))
        loose = bool(left) and reading.query.measure == "rows" and _is_lookup(reading.query)
        strange = [word for word in left if word[0].isdigit() or word[0].isupper()]
        if len(left) <= int(loose) and not strange and not telling_words(left):
            whole.append(replace(reading, loose=loose))
    return whole if len(whole) <= _MOST_READINGS else []


def parsed(text: str, linking: Linking) -> tuple[Parsing, list[Reading]] | None:
    """A question as far as a table accounts for it; None where a value of it is in two columns.

    >>> from assistant.table_qa.schema_linking import words_of
    >>> asked = "How many red ships?"
    >>> parser, made = parsed(asked, Linking(words_of(asked), (), ["Ships"]))
    >>> [one.query.measure for one in made], sorted(parser.used)
    ([], [0, 1])
    """
    parser = Parsing(text, linking)
    parser.taken(_OVER_ALL)
    if not (by_values(parser) and by_comparisons(parser)):
        return None
    relation = relation_of(parser)
    if relation != "change":
        by_periods(parser)
    by_numbers(parser)
    if not _TOP.search(parser.text):
        by_measures(parser)
    return parser, list(_measured(parser) if relation is None else _related(parser, relation))


def asks_for_figure(text: str) -> bool:
    """Whether a question has words of an operation over a table.

    >>> asks_for_figure("Which ship has the most tons?"), asks_for_figure("Who sank it?")
    (True, False)
    """
    asked = (COUNT, HOW_MUCH, AVERAGE, MEDIAN, SUM, HIGHEST, LOWEST, RANK, *RELATIONS)
    adjectives = "|".join(said for said, _, _ in _ADJECTIVES)
    best = re.search(rf"\b(?:{adjectives})\b", text, re.IGNORECASE)
    return best is not None or any(pattern.search(text) for pattern in asked)


def _related(parser: Parsing, relation: Relation) -> Iterator[Reading]:
    """Two figures set against one another."""
    measure = taken_measure(parser) or "sum"
    if relation == "share" and measure not in ("sum", "count"):
        return
    for one in related(parser, relation, measure):
        queries = one.first, one.second
        column = one.first.column
        counted = row_words(parser)
        if column is None and not counted:
            return  # nothing says that rows are counted
        if any(q.column is not None and not is_sound(parser, q.column, q.measure) for q in queries):
            return
        used = one.used | (counted if column is None else frozenset())
        yield Reading(one.first, used, False, False, relation, one.second, one.percent)


def _is_lookup(query: TableQuery) -> bool:
    return any(condition.operator == "=" for condition in query.conditions)


def entity_words(parser: Parsing) -> set[int]:
    """The words that name what the rows are, without asking for anything of it.

    >>> from assistant.table_qa.schema_linking import words_of
    >>> from index.tables.columns import Column
    >>> asked = "Which ship sank?"
    >>> linking = Linking(words_of(asked), (Column("ship", "text"),), ())
    >>> entity_words(Parsing(asked, linking))
    {1}
    """
    return {
        place
        for one in parser.linking.mentions
        if parser.columns[one.column].kind == "text" or is_key(parser.columns[one.column])
        for place in one.at
    }


def _measured(parser: Parsing) -> Iterator[Reading]:
    """What is asked of the rows that meet the conditions."""
    if RANK.search(parser.text) and parser.taken(RANK):
        yield from ranked(parser)
        return
    extreme = HIGHEST.search(parser.text) or LOWEST.search(parser.text)
    nth = next((m for m in NTH.finditer(parser.text) if m["how"]), None)
    if nth is not None:
        parser.take(*nth.span())
        yield from placed_at(parser, number_of(nth["nth"]), lowest=bool(LOWEST.search(nth["how"])))
        return
    top = parser.found(_TOP)
    if top is not None and (extreme or top["a"] or top["b"]):
        parser.take(*top.span())
    else:
        top = None
    limit = number_of(top["a"] or top["b"] or top["c"]) if top else 1
    for said, direction, meant in _ADJECTIVES:
        match = parser.found(re.compile(rf"\b(?:{said})\b", re.IGNORECASE))
        column = match and _of_meaning(parser, meant.split())
        if match and column is not None:
            parser.take(*match.span())
            yield from _extremes(parser, direction, [_named_as(parser, column)], limit)
            return
    extremes: tuple[tuple[Measure, re.Pattern[str]], ...] = (
        ("highest", HIGHEST),
        ("lowest", LOWEST),
    )
    for direction, pattern in extremes:
        match = top if top and top["a"] and direction == "highest" else parser.found(pattern)
        if match is not None:
            parser.take(*match.span())
            told = limit if top else 0
            lowest = direction == "lowest"
            measure = taken_measure(parser)
            targets = targets_of(parser, match.end())
            if targets and measure != "count":
                grouped = list(best_groups(parser, measure or "sum", targets, lowest, limit))
                yield from grouped
                if measure is None or not grouped:
                    yield from _extremes(parser, direction, targets, limit)
            else:
                yield from fullest(parser, match.end(), lowest=lowest, told=told)
            return
    means: tuple[tuple[Measure, re.Pattern[str]], ...] = (
        ("average", AVERAGE),
        ("median", MEDIAN),
    )
    for measure, pattern in means:
        match = parser.found(pattern)
        if match is not None:
            parser.take(*match.span())
            parser.taken(HOW_MUCH)
            group = period_group(parser)
            yield from _aggregates(parser, measure, targets_of(parser, match.end()), group)
            return
    by_period = period_group(parser)
    count = parser.found(COUNT)
    if count is not None:
        parser.take(*count.span())
        head = _head(parser, count.end())
        head = head or _years_of_named(parser, count.end())
        if head:
            yield from _sums(parser, head, by_period)
        else:
            yield from _counts(parser, count.end(), by_period)
        return
    much, total = parser.found(HOW_MUCH), parser.found(SUM)
    if total is not None:
        targets = targets_of(parser, total.end()) or targets_of(parser, 0)
        parser.take(*total.span())
        if much is not None:
            parser.take(*much.span())
        yield from _aggregates(parser, "sum", targets, by_period)
        return
    if much is not None:
        group = by_period or group_of(parser)
        targets = targets_of(parser, much.end())
        if group is not None and targets:
            parser.take(*much.span())
            yield from _aggregates(parser, "sum", targets, group)
            return
    if by_period is None:
        yield from looked_up(parser)


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
    if first is None or first not in parser.linking.named or first in entity_words(parser):
        return []
    targets = targets_of(parser, after)
    return targets if all(words[n].is_number for one in targets for n in one.at) else []


def _extremes(
    parser: Parsing, direction: Measure, targets: Sequence[Mention], limit: int
) -> Iterator[Reading]:
    measured = frozenset(n for one in targets for n in one.at)
    by_flags(parser, measured)
    for one in targets:
        if is_sound(parser, one.column, direction):
            show = (*label_of(parser, one.column), one.column)
            query = TableQuery(direction, one.column, tuple(parser.conditions), show, limit=limit)
            yield Reading(query, one.at)


def _aggregates(
    parser: Parsing, measure: Measure, targets: Sequence[Mention], group: Group | None = None
) -> Iterator[Reading]:
    group = group or group_of(parser)
    by_flags(parser, frozenset(n for one in targets for n in one.at))
    for one in targets:
        if is_sound(parser, one.column, measure):
            query = TableQuery(measure, one.column, tuple(parser.conditions))
            if group is not None:
                query = grouped(parser, measure, one.column, group)
            yield Reading(query, one.at)


def _sums(parser: Parsing, head: Sequence[Mention], group: Group | None) -> Iterator[Reading]:
    """'How many murders': of the one row that is meant, or added up over the rows."""
    parser.taken(SUM)
    yield from _aggregates(parser, "sum", head, group)


def _counts(parser: Parsing, after: int, group: Group | None) -> Iterator[Reading]:
    """'How many orders': rows; 'how many countries': values of a column."""
    words = parser.linking.words
    parser.taken(re.compile(r"\b(?:in total|altogether|insgesamt|together)\b", re.IGNORECASE))
    distinct = parser.taken(re.compile(r"\b(?:different|distinct|unique|verschiedene)\b", re.I))
    first = next((n for n, word in enumerate(words) if word.start >= after), len(words))
    head = set(range(first, min(first + 4, len(words)))) - parser.linking.idle - parser.used
    group = None if distinct else group or group_of(parser)
    by_flags(parser, frozenset())
    conditions = tuple(parser.conditions)
    compared = {one.column for one in conditions}
    called = row_words(parser)
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
            yield Reading(grouped(parser, "count", None, group), frozenset())
        return
    if noun in called or generic or any(noun in one.at for one in texts):
        if texts and noun in texts[0].at:
            query = TableQuery("count", None, conditions, group=texts[0].column)
            yield Reading(query, texts[0].at, distinct=True)
            if noun not in called or distinct:
                return
        yield Reading(TableQuery("count", None, conditions), frozenset())
