"""Two figures of a table set against one another: shares, ratios, differences, changes.

A question names one measure and two points: two values of a column, two years, or two columns. The
figure of each point is a query of its own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from assistant.table_qa.conditions import Parsing, by_flags, is_key, when_column
from assistant.table_qa.measures import ASKS_FIGURE, CHANGE, PERCENT
from assistant.table_qa.schema_linking import Mention
from index.tables.query import Condition, Measure, Relation, TableQuery

_SHARE = re.compile(
    r"\b(?:(?:share|percentage|per ?cent|proportion|fraction) of"
    r"|(?:share|percentage|per ?cent|proportion) (?=\w)"
    r"|wie ?viel prozent|(?:anteil|prozentsatz)(?: (?:an|von|am))?)\b",
    re.IGNORECASE,
)
_RATIO = re.compile(r"\b(?:ratio|verhältnis)(?: (?:of|between|von|zwischen))?\b", re.IGNORECASE)
_DIFFERENCE = re.compile(
    r"\b(?:differences?|differs?|unterschied|unterscheide[nt]|differenz)(?: between| zwischen)?\b"
    r"|\b(?:by how much|how (?:much|many)|um wie ?viel|wie ?viel) (?:\w+ )?(?:more|less|fewer"
    r"|higher|lower|larger|greater|bigger|smaller|mehr|weniger|höher|niedriger|größer|kleiner)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b(?:by how (?:much|many)|how (?:much|many)|um wie ?viel|wie ?viel|per ?cent|prozent|than|als"
    r"|versus|vs|compared (?:to|with)|between|from|zwischen|auf|bis)\b|%",
    re.IGNORECASE,
)
"""Words that a relation accounts for, wherever they stand."""

RELATIONS = (_SHARE, _RATIO, _DIFFERENCE, CHANGE)
"""What in a question sets figures against one another."""

_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|came|comes?|went|goes?|does|do|did|belongs?|fell"
    r"|falls?|ma[dk]es?|accounts?|accounted|works?|went|spent|ist|sind|war|waren|wurden?|hat|haben"
    r"|hatten?|entf[aä]ll\w*|kommt|kommen|kamen?|stamm\w+|geh(?:t|en)|ging(?:en)?|arbeite\w+)\b",
    re.IGNORECASE,
)
_OF_WHOLE = re.compile(r"\bas an? (?:percentage|share|proportion|fraction) of\b", re.IGNORECASE)
_YEAR = r"(?:19|20)\d\d"
_YEARS = re.compile(
    rf"(?:\b(?:from|between|von|zwischen|over)\s+)?\b(?P<a>{_YEAR})\s*(?:to|and|und|auf|bis|-|–)\s*"
    rf"(?P<b>{_YEAR})(?![\d-])|\b(?:in|of|im|jahr)\s+(?P<now>{_YEAR})(?![\d-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Related:
    """Two queries and how their figures are set against one another.

    >>> Related("ratio", TableQuery("count"), TableQuery("count"), frozenset({3})).relation
    'ratio'
    """

    relation: Relation
    first: TableQuery
    second: TableQuery
    used: frozenset[int]
    percent: bool = False
    """Whether a change is asked for in percent alone."""


def relation_of(parser: Parsing) -> Relation | None:
    """How a question wants figures set against one another; None where it does not.

    The words that say so are used, but for those that name a column.

    >>> from assistant.table_qa.schema_linking import Linking, words_of
    >>> asked = "What is the ratio of sold to lost ships?"
    >>> relation_of(Parsing(asked, Linking(words_of(asked), (), ())))
    'ratio'
    """
    patterns: tuple[tuple[Relation, re.Pattern[str]], ...] = (
        ("share", _SHARE),
        ("ratio", _RATIO),
        ("difference", _DIFFERENCE),
        ("change", CHANGE),
    )
    named = _named(parser)
    for relation, pattern in patterns:
        match = parser.found(pattern)
        if match is None or parser.within(*match.span()) & named:
            continue
        if relation == "share" and parser.found(CHANGE) and len(_years(parser)) == 2:
            continue  # 'by how many percent did it grow'
        if relation == "change" and not (_years(parser) and ASKS_FIGURE.match(parser.text)):
            continue
        parser.take(*match.span())
        for aside in _ASIDE.finditer(parser.text):
            if not parser.within(*aside.span()) & named:
                parser.take(*aside.span())
        return relation
    return None


def related(parser: Parsing, relation: Relation, measure: Measure) -> Iterator[Related]:
    """The two queries that a question sets against one another; none where the points are unclear.

    Args:
        parser: the question, whose words of the relation and of the measure are used.
        relation: what is asked of the two.
        measure: what is taken of each: a count, a sum, an average.

    >>> from assistant.table_qa.conditions import by_values
    >>> from assistant.table_qa.schema_linking import Linking, words_of
    >>> from index.tables.columns import Column
    >>> asked = "What is the ratio of sold to lost ships?"
    >>> values = [(0, "sold", frozenset({5})), (0, "lost", frozenset({7}))]
    >>> linking = Linking(words_of(asked), (Column("fate", "text"),), ["ships"], values)
    >>> parser = Parsing(asked, linking)
    >>> relation, _ = relation_of(parser), by_values(parser)
    >>> (found,) = related(parser, relation, "count")
    >>> found.first.conditions, found.second.conditions[0].value
    ((Condition(column=0, operator='=', value='sold'),), 'lost')
    """
    targets = _measured_columns(parser)
    by_flags(parser, frozenset(n for one in targets for n in one.at))
    if measure == "sum" and not targets:
        measure = "count"
    columns: list[int | None] = list(dict.fromkeys(one.column for one in targets))
    if measure == "count":
        columns = [None]
    used = frozenset(n for one in targets for n in one.at)
    percent = bool(PERCENT.search(parser.text))
    for first, second, at in _points(parser, relation):
        if len(columns) == 1:
            one, other = (TableQuery(measure, columns[0], each) for each in (first, second))
            yield Related(relation, one, other, used | at, percent)
    conditions = tuple(parser.conditions)
    if len(columns) == 2 and None not in columns and not _contrasts(parser):
        named = sorted(targets, key=lambda target: min(target.at))[:2]
        if relation == "change":
            named.sort(key=lambda target: -_year_of(parser, target))
        if relation != "share" and named[0].at != named[1].at:
            one, other = (TableQuery(measure, each.column, conditions) for each in named)
            yield Related(relation, one, other, used, percent)


def _named(parser: Parsing) -> set[int]:
    return {n for one in parser.linking.mentions if not one.lacking for n in one.at}


def _measured_columns(parser: Parsing) -> list[Mention]:
    """The columns of figures that are named and set no condition, each by its best mention."""
    compared = {one.column for one in parser.conditions}
    found = [
        one
        for one in parser.mentions("number")
        if one.column not in compared
        and not one.at <= parser.used
        and not is_key(parser.columns[one.column])
        and not parser.columns[one.column].flag
    ]
    whole = [one for one in found if not one.lacking]
    return whole or found


def _year_of(parser: Parsing, target: Mention) -> int:
    years = [int(w.text) for n in target.at if (w := parser.linking.words[n]).is_number]
    return max(years, default=0)


def _contrasts(parser: Parsing) -> dict[int, list[tuple[int, Condition]]]:
    """By column the values that are named of it, where they are two."""
    found: dict[int, list[tuple[int, Condition]]] = {}
    for start, one in sorted(parser.said, key=lambda said: said[0]):
        if one.operator == "=":
            found.setdefault(one.column, []).append((start, one))
    return {column: said for column, said in found.items() if len(said) == 2}


Points = tuple[tuple[Condition, ...], tuple[Condition, ...], frozenset[int]]
"""The conditions of the two figures, and the words that are thereby used."""


def _points(parser: Parsing, relation: Relation) -> Iterator[Points]:
    contrasts = _contrasts(parser)
    if relation == "share":
        yield from _part_and_whole(parser)
    elif relation in ("ratio", "difference") and len(contrasts) == 1:
        ((column, said),) = contrasts.items()
        common = [one for one in parser.conditions if one.column != column]
        first, second = ((*common, one) for _, one in said)
        yield tuple(first), tuple(second), _joints(parser)
    elif relation == "change" and not contrasts:
        yield from _two_years(parser)


def _joints(parser: Parsing) -> frozenset[int]:
    """The words that join what is compared: 'and', 'to', 'than'."""
    joints = {"and", "to", "than", "und", "zu", "als", "or", "the"}
    return frozenset(n for n, w in enumerate(parser.linking.words) if w.text.lower() in joints)


def _part_and_whole(parser: Parsing) -> Iterator[Points]:
    """What stands before the verb makes the whole, what stands behind it the part."""
    said = sorted(parser.said, key=lambda one: one[0])
    turned = _OF_WHOLE.search(parser.text)
    share = turned or _SHARE.search(parser.text)
    if share is None or not said:
        return
    if turned:
        parser.take(*turned.span())
    verbs = [match for match in _VERB.finditer(parser.text) if match.start() > share.end()]
    for match in verbs:
        if not parser.within(*match.span()) & _named(parser):
            parser.take(*match.span())
    border = turned.start() if turned else verbs[0].start() if verbs else said[-1][0]
    kinds = [_is_period(parser, one) for _, one in said]
    common = [one for (_, one), period in zip(said, kinds, strict=True) if period]
    others = [one for one, period in zip(said, kinds, strict=True) if not period]
    before = [one for start, one in others if start < border]
    behind = [one for start, one in others if start >= border]
    part, whole = (before, behind) if turned else (behind, before)
    if not part and not others and common:  # 'what share of the orders was placed in 2024'
        part, common = common, []
    if not part and len(others) == 1:
        part, whole = whole, []
    if not part or len({one.column for one in part}) != len(_joined(part)):
        return
    rest = [one for one in whole if one.column not in {p.column for p in part}]
    replaced = len(rest) < len(whole)
    whole_query = (*_joined(whole), *common)
    part_query = (*_joined(rest if replaced else whole), *_joined(part), *common)
    yield part_query, whole_query, _joints(parser)


def _is_period(parser: Parsing, condition: Condition) -> bool:
    return condition.column == when_column(parser) and condition.operator != "in"


def _joined(conditions: Sequence[Condition]) -> list[Condition]:
    """The conditions, several values of one column as one."""
    found: dict[tuple[int, str], Condition] = {}
    for one in conditions:
        key = (one.column, one.operator)
        before = found.get(key)
        if one.operator != "=" or before is None:
            found[key] = one
        else:
            values = (
                *(before.value if isinstance(before.value, tuple) else [before.value]),
                one.value,
            )
            found[key] = replace(before, value=tuple(str(value) for value in values))
    return [replace(o, operator="in") if isinstance(o.value, tuple) else o for o in found.values()]


def _years(parser: Parsing) -> list[int]:
    """The two years that are named, the earlier first; or the one."""
    match = _YEARS.search(parser.text)
    if match is None:
        return []
    return sorted(int(one) for one in match.group("a", "b", "now") if one)


def _two_years(parser: Parsing) -> Iterator[Points]:
    """The later year against the earlier one, or a year against the one before."""
    match, when = _YEARS.search(parser.text), when_column(parser)
    if match is None or when is None:
        return
    years = _years(parser)
    years = years if len(years) == 2 else [years[0] - 1, years[0]]
    used = frozenset(parser.within(*match.span()))
    rest = tuple(one for one in parser.conditions if one.column != when)
    later, earlier = ((*rest, *_of_year(parser, when, year)) for year in reversed(years))
    yield later, earlier, used


def _of_year(parser: Parsing, when: int, year: int) -> tuple[Condition, ...]:
    if parser.columns[when].kind == "number":
        return (Condition(when, "=", Decimal(year)),)
    return Condition(when, ">=", f"{year}-01-01"), Condition(when, "<=", f"{year}-12-31")
