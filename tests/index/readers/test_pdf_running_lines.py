"""PDF files: only what truly runs from page to page is left out, once of each, and it is told."""

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from index.readers import read

BODY = [
    "The commission heard the keeper of the lock and the two pilots of the harbour on that day.",
    "Nothing was found that spoke against the plan, and the plan was sent on to the county board.",
    "The board asked for the figures of the winter before it would say more about it in public.",
]


def printed(path, pages):
    """A PDF of lines (x, y, size, text), a list for each page."""
    canvas = Canvas(str(path), pagesize=A4)
    for lines in pages:
        for x, y, size, text in lines:
            canvas.setFont("Helvetica", size)
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return path


def body(word, top=740, size=11):
    """Running text that differs from page to page."""
    return [(72, top - 14 * n, size, f"{word} {line}") for n, line in enumerate(BODY * 3)]


def record(*lines, top=790, size=12):
    return [(72, top - 16 * n, size, line) for n, line in enumerate(lines) if line]


def told(document):
    return [(left.words, left.why, left.where) for left in document.left_out]


WORDS = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir"]


def test_a_head_that_runs_stays_once_and_is_told_with_its_pages(tmp_path):
    pages = [[(72, 800, 9, "Reports of the Lock Commission"), *body(word)] for word in WORDS]

    document = read(printed(tmp_path / "a.pdf", pages))

    assert document.text.count("Reports of the Lock Commission") == 1
    assert told(document) == [("Reports of the Lock Commission", "running title", "pp. 2-6")]


def test_a_foot_stays_where_it_parts_no_sentence(tmp_path):
    def page(word):
        return [*body(word), (72, 30, 9, "Printed for the county of Norvik")]

    document = read(printed(tmp_path / "a.pdf", [page(word) for word in WORDS]))

    assert document.text.endswith("Printed for the county of Norvik")
    assert told(document) == [("Printed for the county of Norvik", "running title", "pp. 1-5")]


def test_a_number_of_all_pages_stands_beside_words_that_run(tmp_path):
    pages = [
        [*body(word), (72, 30, 9, f"Rules of the lock, page {n} of 6")]
        for n, word in enumerate(WORDS, 1)
    ]

    document = read(printed(tmp_path / "a.pdf", pages))

    assert [left.why for left in document.left_out] == ["running title", "page number"]
    assert document.text.count("Rules of the lock") == 1


@pytest.mark.parametrize(
    "foot",
    [
        "{n}",
        "– {n} –",
        "Page {n}",
        "Page {n} of 6",
        "{n}/6",
        "{n} / 6",
        "Seite {n} von 6",
        "F-{n}",
        "{roman}",
    ],
)
def test_numbers_that_count_the_pages_are_left_out_and_told(tmp_path, foot):
    romans = ["i", "ii", "iii", "iv", "v", "vi"]
    pages = [
        [*body(word), (290, 30, 9, foot.format(n=n, roman=romans[n - 1]))]
        for n, word in enumerate(WORDS, 1)
    ]

    document = read(printed(tmp_path / "a.pdf", pages))

    [left] = document.left_out
    assert (left.why, left.where) == ("page number", "pp. 1-6")
    assert all(
        word in left.words.split()
        for page in pages
        for word in page[-1][3].split()
        if word.isalnum()
    )
    assert document.text.rstrip().endswith("public.")


def test_a_number_in_a_head_may_count_the_pages_where_it_stands_apart(tmp_path):
    pages = [
        [(72, 800, 9, "The lock at Norvik"), (500, 800, 9, str(n + 40)), *body(word)]
        for n, word in enumerate(WORDS)
    ]

    document = read(printed(tmp_path / "a.pdf", pages))

    assert document.text.count("The lock at Norvik") == 1
    assert told(document) == [
        ("The lock at Norvik", "running title", "pp. 2-6"),
        ("41 42 43 44 45", "page number", "pp. 2-6"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Patient {n}",
        "Patient {n} of 6",
        "Invoice number: 55{n}2",
        "Payable by {n} March 2026",
        "Tenant: {word}",
        "Version of May 202{n}",
    ],
)
def test_lines_at_the_edge_that_differ_in_a_figure_name_or_date_stay(tmp_path, line):
    said = [line.format(n=n, word=word) for n, word in enumerate(WORDS, 1)]
    pages = [
        [(72, 800, 9, one), *body(word), (72, 30, 9, one.upper())]
        for one, word in zip(said, WORDS, strict=True)
    ]

    document = read(printed(tmp_path / "a.pdf", pages))

    assert all(one in document.text and one.upper() in document.text for one in said)
    assert document.left_out == ()


def test_what_every_record_says_inside_the_page_stays_on_every_page(tmp_path):
    pages = [
        record(
            "Certificate of the yard",
            f"Boat: {word}",
            "Surveyor: Astrid Moe",
            "The hull must be painted every second year.",
            f"Length: {10 + n} metres",
            "Signed for the yard at Norvik.",
        )
        for n, word in enumerate(WORDS)
    ]

    document = read(printed(tmp_path / "boats.pdf", pages))

    for line in ("Surveyor: Astrid Moe", "every second year.", "Signed for the yard at Norvik."):
        assert document.text.count(line) == 6


def test_a_batch_of_forms_keeps_the_edges_of_every_page(tmp_path):
    pages = [
        [
            (72, 800, 11, "Supplier: Tarn Services, Quay 4"),
            *record(f"Invoice {n}", f"Customer: {word}", "Net 14 days", "In kroner", top=740),
            (72, 60, 9, "Paid into account 0042-118"),
            (300, 30, 9, f"{n} / 6"),
        ]
        for n, word in enumerate(WORDS, 1)
    ]

    document = read(printed(tmp_path / "a.pdf", pages))

    assert document.text.count("Supplier: Tarn Services, Quay 4") == 6
    assert document.text.count("Paid into account 0042-118") == 6
    assert [left.why for left in document.left_out] == ["page number"]


def test_titles_in_large_type_stay_on_every_page(tmp_path):
    pages = [[(72, 790, 18, "Rental agreement"), *body(word)] for word in WORDS]

    assert read(printed(tmp_path / "a.pdf", pages)).text.count("Rental agreement") == 6


def test_lines_on_fewer_than_three_pages_stay(tmp_path):
    pages = [[(72, 800, 9, "Reports of the Lock Commission"), *body(word)] for word in WORDS[:2]]

    document = read(printed(tmp_path / "a.pdf", pages))

    assert document.text.count("Reports of the Lock Commission") == 2
    assert document.left_out == ()


def test_the_name_of_a_column_above_a_table_on_every_page_stays(tmp_path):
    pages = [
        [
            (x, 790 - 14 * n, 10, cell)
            for n, row in enumerate(
                [("Station", "Opened"), *((f"{word} {k}", str(1900 + k)) for k in range(40))]
            )
            for x, cell in zip((72, 300), row, strict=True)
        ]
        for word in WORDS
    ]

    assert read(printed(tmp_path / "a.pdf", pages)).text.count("Station Opened") == 6


def test_heads_of_left_and_right_pages_and_of_chapters_are_told_apart(tmp_path):
    heads = ["The lock", "First chapter"] * 3 + ["The lock", "Second chapter"] * 3
    pages = [
        [(72, 800, 9, head), *body(f"{word}{half}")]
        for (half, word), head in zip(
            [(half, word) for half in "ab" for word in WORDS], heads, strict=True
        )
    ]

    document = read(printed(tmp_path / "a.pdf", pages))

    assert told(document) == [
        ("First chapter", "running title", "pp. 2, 4"),
        ("The lock", "running title", "pp. 3, 5, 7, 9, 11"),
        ("Second chapter", "running title", "pp. 8, 10"),
    ]
    assert [document.text.count(head) for head in ("First chapter", "Second chapter")] == [1, 1]


def test_a_sentence_that_goes_on_over_the_page_is_not_parted_by_what_runs(tmp_path):
    wide = (
        "Nothing was found that spoke against the plan, and so it was sent on to the county in that"
    )
    pages = [
        [
            *body(word, top=700),
            (72, 100, 11, wide),
            (72, 800, 9, "The lock"),
            (72, 30, 9, "For the county"),
        ]
        for word in ("the", "they", "she", "he")
    ]

    text = read(printed(tmp_path / "a.pdf", pages)).text

    for word in ("they", "she", "he"):
        assert f"in that {word} The commission" in text
