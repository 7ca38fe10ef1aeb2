"""The same questions put to every document: cells that are typed, cited, kept and never guessed."""

import pytest

from assistant.assistant import Assistant
from assistant.matrix.matrix import Matrix
from index.errors import EmptyStore, QuestionError, UnknownDocument


def by_title(matrix: Matrix) -> dict[str, dict[str, str]]:
    """What the cells say, as 'state: value'."""
    return {
        row.title.rpartition(" of ")[2]: {
            column.name: f"{cell.state}: {cell.text if cell.value is None else cell.value}"
            for column, cell in zip(matrix.columns, row.cells, strict=True)
        }
        for row in matrix.rows
    }


def test_each_cell_is_what_its_document_says_or_not_found_or_differs(landlord, questions):
    said = by_title(landlord.matrix(questions))
    assert said["Ash Court"] == {
        "Begins": "answered: 2024-05-03",
        "Rent": "answered: 12500.0",
        "Renews": "answered: True",
        "Law": "answered: the law of Scotland",
    }
    assert said["Birch House"]["Begins"] == "answered: 2023-01-14"
    assert said["Birch House"]["Rent"].startswith("not_found")
    assert said["Birch House"]["Renews"] == "answered: False"
    assert said["Birch House"]["Law"] == "answered: law of Ireland"
    assert said["Cedar Mill"]["Rent"] == "differs: £8,000 / £8,400"


def test_every_cell_that_says_something_cites_the_words_of_its_own_document(landlord, questions):
    matrix = landlord.matrix(questions)
    cited = 0
    for row in matrix.rows:
        text = landlord.document(row.document_id, row.version).text
        for cell in row.cells:
            assert bool(cell.citations) == (cell.state != "not_found")
            for citation in cell.citations:
                cited += 1
                assert citation.document_id == row.document_id
                assert text[citation.start : citation.end] == citation.quote
                assert landlord.cited(citation.id).text == citation.quote
    assert cited >= 9
    sides = [row.cells[1].citations for row in matrix.rows if row.cells[1].state == "differs"]
    assert [["8,000" in one.quote or "8,400" in one.quote for one in side] for side in sides] == [
        [True, True]
    ]


def test_what_is_known_is_not_asked_again_and_what_is_new_is(landlord, questions, leases):
    first = landlord.matrix(questions)
    assert first.computed == 12
    again = landlord.matrix(questions)
    assert again.computed == 0
    assert again.rows == first.rows
    wider = landlord.matrix(f"{questions}Repairs: Who keeps the windows in repair?\n")
    assert wider.computed == 3
    (leases / "dale.md").write_text(
        "# Lease of Dale Farm\n\nThis lease begins on 9 March 2026.\n", encoding="utf-8"
    )
    (leases / "ash.md").write_text(
        (leases / "ash.md").read_text(encoding="utf-8").replace("£12,500", "£13,000"),
        encoding="utf-8",
    )
    landlord.add(leases)
    changed = landlord.matrix(questions)
    assert changed.computed == 8
    assert by_title(changed)["Ash Court"]["Rent"] == "answered: 13000.0"
    assert by_title(changed)["Dale Farm"]["Begins"] == "answered: 2026-03-09"
    assert landlord.matrix(questions, fresh=True).computed == 16


def test_a_run_that_is_broken_off_goes_on_where_it_was(landlord, questions):
    class Stopped(BaseException):
        """Somebody has had enough."""

    def stop(done: int, total: int, what: str) -> None:
        assert total == 12
        if done == 5:
            raise Stopped(what)

    with pytest.raises(Stopped):
        landlord.matrix(questions, progress=stop)
    told: list[int] = []
    rest = landlord.matrix(questions, progress=lambda done, _total, _what: told.append(done))
    assert told[0] >= 5
    assert told[-1] == 12
    assert rest.computed == 12 - told[0]


def test_rows_are_sorted_by_value_and_filtered_by_words_and_states(landlord, questions):
    matrix = landlord.matrix(questions)
    begins = [row.cells[0].value for row in matrix.sorted_by("Begins").rows]
    assert begins == ["2023-01-14", "2024-05-03", "2025-07-01"]
    late = matrix.sorted_by("Begins", descending=True).rows
    assert [row.cells[0].value for row in late] == begins[::-1]
    assert [row.title for row in matrix.filtered("Law", "scot").rows] == ["Lease of Ash Court"]
    assert len(matrix.filtered("Rent", "differs").rows) == 1
    with pytest.raises(QuestionError, match="no column 'Sum'"):
        matrix.sorted_by("Sum")


def test_rows_are_the_documents_that_are_named_in_their_order(landlord, questions):
    ids = [one.id for one in landlord.documents()][1::-1]
    assert [row.document_id for row in landlord.matrix(questions, documents=ids).rows] == ids
    with pytest.raises(UnknownDocument):
        landlord.matrix(questions, documents=["nowhere"])


def test_a_declared_kind_is_kept_and_a_told_one_gives_way_to_words(landlord):
    matrix = landlord.matrix(
        "Day (date): Which law governs this lease?\n"
        "Place (choice: Scotland | Ireland | Wales): Which law governs this lease?\n"
        "What is the price of the garden?\n"
    )
    for row in matrix.rows:
        assert row.cells[0].state == "not_found"
    assert {row.cells[1].value for row in matrix.rows} >= {"Scotland", "Ireland"}
    assert matrix.columns[2].kind == "amount"


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("", "no question"),
        ("Law (colour): Which?", "'colour' is no kind"),
        ("Law (choice: one): Which?", "two choices"),
        ("Law: Which law?\nLaw: Which other law?", "Two columns are called 'Law'"),
        ("Law: ?!", "empty"),
        ("\n".join(f"C{n}: Which law is number {n}?" for n in range(101)), "at most 100"),
    ],
)
def test_what_is_no_list_of_columns_is_refused_in_one_line(landlord, lines, line):
    with pytest.raises(QuestionError, match=line):
        landlord.matrix(lines)


def test_an_empty_store_has_no_matrix(assistant: Assistant):
    with pytest.raises(EmptyStore):
        assistant.matrix("Law: Which law governs?")


def test_a_purge_erases_the_cells_of_its_document(landlord, questions):
    matrix = landlord.matrix(questions)
    ash = next(row for row in matrix.rows if "Ash" in row.title)
    file = landlord.store / "matrices.db"
    assert b"law of Scotland" in file.read_bytes() + _log(file)
    assert landlord.remove(ash.document_id, purge=True) == []
    assert b"law of Scotland" not in file.read_bytes() + _log(file)
    assert landlord.matrix(questions).computed == 0


def _log(file) -> bytes:
    log = file.with_name(f"{file.name}-wal")
    return log.read_bytes() if log.exists() else b""
