"""What keeps a table from answering a question: a column that it lacks, or that is in doubt."""

from dataclasses import dataclass

from assistant.draft import ProposedAnswer
from assistant.messages import COLUMN_IN_DOUBT, NO_COLUMN
from assistant.table_qa.measures import row_words
from assistant.table_qa.nearby import OpenTables
from assistant.table_qa.schema_linking import Linking, telling_words, words_of
from assistant.table_qa.semantic_parser import asks_for_figure, entity_words, parsed

_MOST_LACKING, _MOST_NAMED = 2, 20
_FEWEST_ROWS = 3
"""Rows of a table of which anything would be counted, summed or ranked."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a table answers a question of operations with nothing: words that it lacks, or a column.

    >>> Obstacle(("height",)).column is None
    True
    """

    words: tuple[str, ...] = ()
    column: int | None = None


def obstacle(text: str, linking: Linking) -> Obstacle | None:
    """What of a question a table lacks, where it accounts for all the rest; None where it does not.

    >>> from assistant.table_qa.schema_linking import words_of
    >>> from index.tables.columns import Column
    >>> asked = "What is the average height of the ships?"
    >>> obstacle(asked, Linking(words_of(asked), (Column("ship", "text"),), ["Ships"])).words
    ('height',)
    """
    if not asks_for_figure(text):
        return None
    doubtful = {
        one.column
        for one in linking.mentions
        if linking.columns[one.column].doubt and not one.lacking
    }
    if len(doubtful) == 1:
        return Obstacle(column=doubtful.pop())
    found = parsed(text, linking)
    if found is None:
        return None
    parser, _ = found
    named = {place for one in linking.mentions for place in one.at}
    left = linking.unexplained(parser.used | entity_words(parser) | named)
    there = (linking.named | row_words(parser)) - linking.idle
    strange = any(word[0].isdigit() for word in left) or telling_words(left)
    return (
        Obstacle(tuple(left)) if there and 0 < len(left) <= _MOST_LACKING and not strange else None
    )


def what_is_lacking(text: str, tables: OpenTables) -> ProposedAnswer | None:
    """What the one table that accounts for most of a question lacks; None where it is not certain.

    >>> with OpenTables([]) as tables:
    ...     what_is_lacking("How many berths were there?", tables) is None
    True
    """
    words = words_of(text)
    found: list[tuple[int, str]] = []
    for name, (info, table, names) in tables.near.items():
        bare = Linking(words, table.columns, names)
        if table.rows < _FEWEST_ROWS or not (bare.mentions or bare.named):
            continue
        linking = tables.linked(text, name, table.columns, names)
        lacking = obstacle(text, linking)
        if lacking is None:
            continue
        known = {p for one in linking.mentions for p in one.at} | linking.named - linking.idle
        known |= {place for *_, at in linking.values for place in at}
        if lacking.column is not None:
            column = table.columns[lacking.column]
            said = COLUMN_IN_DOUBT.format(column.name, info.title, column.doubt)
        else:
            columns = ", ".join(one.name for one in table.columns[:_MOST_NAMED] if one.name)
            said = NO_COLUMN.format(info.title, " ".join(lacking.words), columns)
        found.append((len(known), said))
    best = max((count for count, _ in found), default=0)
    fitting = [said for count, said in found if count == best]
    if len(fitting) != 1:
        return None
    return ProposedAnswer(message=fitting[0], abstained=True)
