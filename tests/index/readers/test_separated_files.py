"""CSV and TSV: records as rows, whatever parts and encodes them."""

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.locators import locator
from index.errors import DocumentError, EmptyDocument
from index.readers.reading import read_bytes

ROWS = [["Name", "Town", "Sum"], ["Anna", "Köln, am Rhein", "1,5"], ["Bo", "Bad\nHomburg", "22"]]


def written(rows, delimiter=",", quoting=csv.QUOTE_MINIMAL):
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, quoting=quoting).writerows(rows)
    return buffer.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_are_told_by_content(delimiter, encoding):
    document = read_bytes(written(ROWS, delimiter).encode(encoding), "a.csv")

    assert document.text == "Name | Town | Sum\nAnna | Köln, am Rhein | 1,5\nBo | Bad Homburg | 22"
    assert document.text[slice(*document.tables[0].header)] == "Name | Town | Sum"


def test_a_row_is_cited_by_the_number_a_spreadsheet_shows():
    document = read_bytes(b"Name,Sum\nAnna,5\n\nBo,7\n", "a.csv")
    bo = document.text.index("Bo")

    assert locator(None, None, (), document.parts_at(bo, bo + 2)) == "row 4"


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("Name,Sum\nAnna,5\nBo,7\n", True),
        ("Region,2022,2023\nNorth,5,6\nSouth,7,8\n", True),
        ("Name,City\nAnna,Bonn\nBo,Paris\n", True),
        ("1,2,3\n4,5,6\n7,8,9\n", False),
        ("2023-01-01,4.5\n2023-01-02,4.6\n", False),
        ("Anna,5\nBo,7\nAnna,9\n", False),
        ("a,a\n1,2\n", False),
    ],
)
def test_the_row_that_names_the_columns_is_told_from_data(source, named):
    assert bool(read_bytes(source.encode(), "a.csv").tables) is named


def test_ragged_rows_keep_all_their_cells():
    text = read_bytes(b"a,b,c\n1\n1,2,3,4\n", "a.csv").text
    assert text == "a | b | c\n1\n1 | 2 | 3 | 4"


def test_a_gap_is_kept_where_a_cell_is_empty():
    assert read_bytes(b"a,b,c\n,2,3\n4,,6\n7,8,9", "a.csv").text.split("\n")[1:3] == [
        "| 2 | 3",
        "4 |  | 6",
    ]


def test_a_quotation_mark_that_is_never_closed_swallows_nothing():
    text = read_bytes(b'Name,Note\nAnna,"open\nBo,fine\nCleo,fine too\n', "a.csv").text
    assert "Bo | fine\nCleo | fine too" in text


def test_a_quotation_mark_that_is_never_closed_is_told_with_its_line():
    table = b'Name,Note\n"Anna\nLee",fine\nBo,"open\nCleo,fine too\n'

    (warning,) = read_bytes(table, "a.csv").warnings

    assert warning.startswith("A quotation mark in line 4 is never closed:")
    assert not read_bytes(b'Name,Note\nBo,"closed"\n', "a.csv").warnings


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("a,b\n" + "1,2\n" * 1_000_000, "more than 300,000 rows.*: split the file"),
        ("a," * 4_999 + "a\n" + "1," * 4_999 + "1\n", "5,000 columns.*: split the file"),
    ],
    ids=["rows", "columns"],
)
def test_a_table_beyond_all_measure_is_one_clear_line_with_the_way_out(table, said):
    began = time.process_time()

    with pytest.raises(DocumentError, match=said):
        read_bytes(table.encode(), "a.csv")

    assert time.process_time() - began < 5  # measured: 0.3 s


def test_excels_own_first_line_names_the_delimiter():
    assert read_bytes(b"sep=;\nName;Sum\nAnna;1,5\n", "a.csv").text == "Name | Sum\nAnna | 1,5"


def test_a_very_long_cell_is_data():
    long = "word " * 100_000
    assert long.strip() in read_bytes(f'a,b\n"{long}",2\n'.encode(), "a.csv").text


def test_only_empty_cells_are_no_document():
    with pytest.raises(EmptyDocument):
        read_bytes(b",,\n,,\n", "a.csv")


cells = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1)


@given(st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=8))
def test_every_cell_is_in_its_row(rows):
    document = read_bytes(written(rows, quoting=csv.QUOTE_ALL).encode(), "a.csv")
    lines = [document.text[part.start : part.end] for part in document.parts]
    assert [part.label for part in document.parts] == [str(n) for n in range(1, len(rows) + 1)]
    for line, row in zip(lines, rows, strict=True):
        assert all(cell.lstrip("\ufeff") in line for cell in row)
