"""What is measured of a table: the operation that a question names, and of which column."""

import re
from dataclasses import dataclass

from assistant.table_qa.conditions import Parsing, is_key
from assistant.table_qa.schema_linking import Mention
from index.tables.query import Measure, Relation, TableQuery

COUNT = re.compile(
    r"\b(?:how many|(?:the )?number of|count(?: of)?|wie viele|anzahl(?: der)?)\b", re.IGNORECASE
)
HOW_MUCH = re.compile(r"\b(?:how (?:much|high)|wie (?:viel|hoch|groß))\b", re.IGNORECASE)
AVERAGE = re.compile(r"\b(?:average|mean|avg|durchschnittliche?\w*|im durchschnitt)\b", re.I)
MEDIAN = re.compile(r"\bmedian\b", re.IGNORECASE)
SUM = re.compile(
    r"\b(?:sum|total|combined|altogether|in total|together|summe|gesamt\w*|insgesamt|zusammen)\b",
    re.IGNORECASE,
)
HIGHEST = re.compile(
    r"\b(?:most|highest|largest|biggest|greatest|maximum|max|top|höchste\w*|größte\w*|meisten?)\b",
    re.IGNORECASE,
)
LOWEST = re.compile(
    r"\b(?:least|lowest|smallest|fewest|minimum|min|niedrigste\w*|kleinste\w*|wenigsten)\b",
    re.IGNORECASE,
)
CHANGE = re.compile(
    r"\b(?:gr[eo]w(?:th|[ns])?|increased?|rises?|rose|risen|decreased?|falls?|fell|fallen|declined?"
    r"|drop(?:ped)?|shr[aiu]nk|changed?|wachstum|(?:an)?gestiegen|gewachsen|gesunken|veränder\w+"
    r"|zunahme|abnahme|anstieg|rückgang)\b",
    re.IGNORECASE,
)
PERCENT = re.compile(r"%|\bper ?cent|\bprozent|\brate\b", re.IGNORECASE)
ASKS_FIGURE = re.compile(
    r"\W*+(?:.{0,60}?,\s)?(?:calculate|compute|(?:by )?how (?:much|many)\b"
    r"|(?:by |at )?what(?:'s| (?:is|was|were|are|percent|percentage|share|proportion|part|fraction"
    r"|growth|amount))\b|(?:um )?wie (?:viel|stark|hoch|groß)\b|was (?:ist|war)\b)",
    re.IGNORECASE,
)
"""How a question begins that asks for a figure, and not for what drove it."""

_NOT_ADDED = re.compile(
    r"\b(?:rate|percent\w*|pct|share|ratio|average|avg|mean|median|price|index|rank\w*|year|id|code"
    r"|nr|no|score|level|age|temperature|per|p\d\dth)\b|%",
    re.IGNORECASE,
)


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


def taken_measure(parser: Parsing) -> Measure | None:
    """The measure that a question names, whose words are thereby used.

    >>> from assistant.table_qa.schema_linking import Linking, words_of
    >>> asked = "What is the average of the tons?"
    >>> taken_measure(Parsing(asked, Linking(words_of(asked), (), ())))
    'average'
    """
    said: tuple[tuple[Measure, re.Pattern[str]], ...] = (
        ("average", AVERAGE),
        ("median", MEDIAN),
        ("sum", SUM),
        ("count", COUNT),
    )
    for measure, pattern in said:
        if parser.taken(pattern) is not None:
            return measure
    return None


def targets_of(parser: Parsing, after: int) -> list[Mention]:
    """The columns that a measure is taken of: the first named behind it, or those named before.

    >>> from assistant.table_qa.schema_linking import Linking, words_of
    >>> from index.tables.columns import Column
    >>> asked = "What is the average of the tons?"
    >>> parser = Parsing(asked, Linking(words_of(asked), (Column("tons", "number"),), ()))
    >>> [one.column for one in targets_of(parser, 12)]
    [0]
    """
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


def label_of(parser: Parsing, besides: int | None = None) -> tuple[int, ...]:
    """The columns that name a row: those that are asked for, or the first in words.

    >>> from assistant.table_qa.schema_linking import Linking
    >>> from index.tables.columns import Column
    >>> label_of(Parsing("", Linking((), (Column("tons", "number"), Column("ship", "text")), ())))
    (1,)
    """
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


def is_sound(parser: Parsing, column: int, measure: Measure) -> bool:
    """Whether a measure of a column means anything.

    >>> from assistant.table_qa.schema_linking import Linking
    >>> from index.tables.columns import Column
    >>> parser = Parsing("", Linking((), (Column("tons", "number"), Column("rate", "number")), ()))
    >>> is_sound(parser, 0, "sum"), is_sound(parser, 1, "sum")
    (True, False)
    """
    own = parser.columns[column]
    if own.doubt or own.flag:
        return False
    if measure == "sum":
        return not _NOT_ADDED.search(f"{own.name} {own.unit}".replace("_", " "))
    return measure in ("highest", "lowest") or not is_key(own)


def row_words(parser: Parsing) -> frozenset[int]:
    """The words for the rows themselves: what the table is called, or a column that names each.

    >>> from assistant.table_qa.schema_linking import Linking, words_of
    >>> asked = "How many ships?"
    >>> sorted(row_words(Parsing(asked, Linking(words_of(asked), (), ["Ships of 1931"]))))
    [2]
    """
    unique = (one for one in parser.linking.mentions if one.column in parser.linking.unique)
    return (
        parser.linking.named
        | key_words(parser)
        | {n for one in unique if not one.lacking for n in one.at}
    )


def key_words(parser: Parsing) -> frozenset[int]:
    """The words of a question that name a key of the rows, and so the rows themselves.

    >>> from assistant.table_qa.schema_linking import Linking, words_of
    >>> from index.tables.columns import Column
    >>> asked = "How many orders?"
    >>> linking = Linking(words_of(asked), (Column("order_id", "number"),), ())
    >>> sorted(key_words(Parsing(asked, linking)))
    [2]
    """
    keys = [one for one in parser.linking.mentions if is_key(parser.columns[one.column])]
    return frozenset(n for one in keys for n in one.at)
