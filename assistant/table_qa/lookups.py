"""Questions that look something up in a table: a cell of a named row, or the rows themselves."""

import re
from collections.abc import Iterator

from assistant.table_qa.conditions import Parsing
from assistant.table_qa.measures import Reading, label_of
from index.tables.query import TableQuery

_LISTS = re.compile(r"\s*(?:which|what|who|list|show|name|give|welche\w*|wer)\b", re.IGNORECASE)
_CHANGE = re.compile(r"\b(?:change|growth|increase|decrease|variance)\b", re.IGNORECASE)
_PERCENT = re.compile(r"%|\bper ?cent", re.IGNORECASE)


def looked_up(parser: Parsing) -> Iterator[Reading]:
    """A cell of the row that a value names; or the rows that meet conditions.

    >>> from assistant.table_qa.conditions import by_values
    >>> from assistant.table_qa.schema_linking import Linking, words_of
    >>> from index.tables.columns import Column
    >>> asked = "What are the tons of Ann?"
    >>> columns = Column("ship", "text"), Column("tons", "number")
    >>> linking = Linking(words_of(asked), columns, (), [(0, "Ann", frozenset({5}))])
    >>> parser = Parsing(asked, linking)
    >>> _ = by_values(parser)
    >>> [one.query.show for one in looked_up(parser)]
    [(0, 1)]
    """
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
        label = label_of(parser)
        shown = (*label, *(c.column for c in conditions if c.column not in label))
        query = TableQuery("rows", None, conditions, tuple(dict.fromkeys(shown)))
        yield Reading(query, frozenset())


def _other_change(parser: Parsing, column: int) -> bool:
    """Whether a column gives in percent a change that is not asked for in percent."""
    own = parser.columns[column]
    in_percent = "%" in own.unit and _CHANGE.search(own.name.replace("_", " "))
    return bool(in_percent) and not _PERCENT.search(parser.text)
