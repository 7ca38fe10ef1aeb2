"""Documents beside each other, versions clause by clause, and timelines: every cell is cited."""

import pytest

from assistant.assistant import Assistant
from assistant.matrix.matrix import Grid
from index.errors import QuestionError, UnknownDocument

REPORT = """# Report on the levee at Oxbow

The levee at Oxbow broke on 4 March 2021. The pumps were started on 5 March 2021.

The levee at Oxbow was built anew on 9 September 2022.
"""
PAPER = """# The Oxbow Courier on the levee

The levee at Oxbow broke on 3 March 2021. A bridge was closed on 7 March 2021.
"""
GARDEN = """# Roses

The roses of the palace were planted on 1 May 2020.
"""


def cites_its_documents(grid: Grid, assistant: Assistant) -> bool:
    found = list(grid.footnotes())
    return bool(found) and all(
        assistant.document(one.document_id, one.version).text[one.start : one.end] == one.quote
        for *_, one, _ in found
    )


def test_a_comparison_has_points_as_rows_and_documents_as_columns(landlord, questions):
    ids = {one.title: one.id for one in landlord.documents()}
    both = [ids["Lease of Ash Court"], ids["Lease of Birch House"]]
    grid = landlord.compare(both, questions)
    assert grid.heads == ("Lease of Ash Court", "Lease of Birch House")
    said = {row.label: [cell.text for cell in row.cells] for row in grid.rows}
    assert said["Begins"] == ["3 May 2024", "14 January 2023"]
    assert said["Renews"] == ["yes", "no"]
    assert cites_its_documents(grid, landlord)
    assert "| Point | Lease of Ash Court | Lease of Birch House |" in grid.to_markdown(
        base="http://x"
    )


def test_without_points_two_documents_are_compared_by_the_clauses_that_both_have(landlord):
    ids = {one.title: one.id for one in landlord.documents()}
    grid = landlord.compare([ids["Lease of Birch House"], ids["Lease of Ash Court"]])
    assert grid.heads == ("Lease of Birch House", "Lease of Ash Court")
    rows = [(row.label, [cell.text for cell in row.cells]) for row in grid.rows]
    assert rows[0] == (
        "Term",
        [
            "This lease begins on 14 January 2023. It does not renew automatically.",
            "This lease begins on 3 May 2024. It renews automatically for one year at a time.",
        ],
    )
    assert [label for label, _ in rows] == ["Term", "Rent", "Law", "Repairs"]
    assert rows[1][1][0] == rows[3][1][1] == ""
    assert cites_its_documents(grid, landlord)


def test_documents_without_a_common_clause_are_not_set_beside_each_other(assistant, tmp_path):
    for name, text in (("report", REPORT), ("garden", GARDEN)):
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    assistant.add([tmp_path / "report.md", tmp_path / "garden.md"])
    with pytest.raises(QuestionError, match="no clause in common"):
        assistant.compare([one.id for one in assistant.documents()])


def test_what_changed_between_two_versions_is_told_by_clause_with_both_cited(landlord, leases):
    ash = next(one for one in landlord.documents() if "Ash" in one.title)
    with pytest.raises(UnknownDocument, match="no other version"):
        landlord.changes(ash.id)
    text = (leases / "ash.md").read_text(encoding="utf-8")
    text = text.replace("£12,500", "£13,900").replace("It renews automatically", "It is renewed")
    text += "\n## Pets\n\nNo dogs are kept in the house.\n"
    (leases / "ash.md").write_text(text, encoding="utf-8")
    landlord.add(leases)
    grid = landlord.changes(ash.id)
    rows = [(row.label, [cell.text for cell in row.cells]) for row in grid.rows]
    assert rows == [
        (
            "Term",
            [
                "It renews automatically for one year at a time.",
                "It is renewed for one year at a time.",
            ],
        ),
        ("Rent", ["The annual rent is £12,500.", "The annual rent is £13,900."]),
        ("Pets", ["", "No dogs are kept in the house."]),
    ]
    assert cites_its_documents(grid, landlord)
    versions = {one.version for *_, one, _ in grid.footnotes()}
    assert ash.version in versions
    assert len(versions) == 2
    assert landlord.changes(ash.id, ash.version[:10]).rows == grid.rows


def test_a_timeline_is_in_order_and_puts_differing_accounts_into_one_row(assistant, tmp_path):
    for name, text in (("report", REPORT), ("paper", PAPER), ("garden", GARDEN)):
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    assistant.add([tmp_path / f"{name}.md" for name in ("report", "paper", "garden")])
    grid = assistant.timeline("the levee at Oxbow")
    assert [row.date for row in grid.rows] == [
        "2021-03-03",
        "2021-03-05",
        "2021-03-07",
        "2022-09-09",
    ]
    states = [row.cells[0].state for row in grid.rows]
    assert states == ["differs", "answered", "answered", "answered"]
    assert grid.rows[0].cells[0].text == (
        "The levee at Oxbow broke on 3 March 2021. / The levee at Oxbow broke on 4 March 2021."
    )
    assert cites_its_documents(grid, assistant)


def test_the_commands_print_and_write_comparisons_and_timelines(landlord, footnote, leases):
    store = ["--store", landlord.store]
    ash = leases / "ash.md"
    ash.write_text(ash.read_text(encoding="utf-8").replace("Scotland", "Wales"), encoding="utf-8")
    landlord.add(leases)
    landlord.close()
    changed = footnote("compare", ash, *store)
    assert changed.status == 4
    assert "now (" in changed.out
    assert "governed by the law of Wales." in changed.out
    wrong = footnote("compare", leases, *store)
    assert wrong.status == 1
    assert wrong.err == ("footnote: Without points two documents are compared, clause by clause.\n")
    assert footnote("compare", ash, leases / "birch.md", *store).status == 4
    dated = footnote("timeline", "when each lease begins", "--out", "dates.csv", *store)
    assert dated.status == 0
    assert footnote("timeline", "the coronation of the queen", *store).status == 3
