"""Blocks set as text: structure stands where its words stand."""

import pytest

from index.document import Document, Span
from index.readers.blocks import Block, row, set_parts, set_text

TABLE = Block("Region | 2023\nNorth | 4.1\nSouth | 3.9", header=True)


def words(text, span):
    return text[span.start : span.end]


def test_a_table_knows_the_row_that_names_its_columns():
    body = set_text([Block("Sales by region."), TABLE])
    [table] = body.tables
    assert words(body.text, table) == TABLE.text
    assert words(body.text, table.header) == "Region | 2023"


def test_a_header_without_rows_is_no_table():
    assert set_text([Block("Region | 2023", header=True)]).tables == ()


def test_parts_headings_and_tables_stand_where_their_words_do():
    body = set_parts(
        [
            ("slide", "1", [Block("Welcome", level=1)]),
            ("slide", "2", [Block("  ")]),
            ("slide", "3", [Block("Results", level=1), TABLE]),
        ]
    )
    assert [(part.label, words(body.text, part)) for part in body.parts] == [
        ("1", "Welcome"),
        ("3", "Results\n\n" + TABLE.text),
    ]
    assert [words(body.text, heading) for heading in body.headings] == ["Welcome", "Results"]
    assert words(body.text, body.tables[0].header) == "Region | 2023"


def test_a_document_finds_the_parts_and_the_table_of_a_place():
    body = set_parts([("sheet", "Costs", [TABLE]), ("sheet", "Notes", [Block("None.")])])
    document = Document(body.text, "Book", "text/plain", parts=body.parts, tables=body.tables)
    south = body.text.index("South")
    assert [part.label for part in document.parts_at(south, south + 5)] == ["Costs"]
    assert [part.label for part in document.parts_at(south, len(body.text))] == ["Costs", "Notes"]
    assert document.table_at(south) == body.tables[0]
    assert document.table_at(body.text.index("None.")) is None


def test_structure_outside_the_text_is_refused():
    body = set_text([TABLE])
    with pytest.raises(ValueError, match="outside"):
        Document("short", "Book", "text/plain", tables=body.tables)
    assert body.tables[0].header == Span(0, 13)


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (["", "2024", "2023"], "| 2024 | 2023"),
        (["Sales", "", "4"], "Sales |  | 4"),
        (["Sales", "5", ""], "Sales | 5"),
        (["", "Alone", ""], "Alone"),
        (["", ""], ""),
    ],
)
def test_the_cells_of_a_row_stand_below_the_names_of_their_columns(cells, line):
    assert row(cells) == line
