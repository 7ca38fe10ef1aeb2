"""What a text states about itself: found where it stands, never invented."""

import pytest

from index.dates import iso_date
from index.document import readable_stem
from index.readers.metadata import stated
from index.readers.reading import read_bytes

BODY = "\n\nThe ministers met for less than ten minutes on the sidelines of the summit, two said.\n"


@pytest.mark.parametrize(
    ("head", "date", "written"),
    [
        (
            " date 2023-03-02 In a significant diplomatic move, they met.",
            "2023-03-02",
            "2023-03-02",
        ),
        ("Published: 3 May 2024", "2024-05-03", "3 May 2024"),
        ("Talks resume\n\nPublished on Friday, May 3rd, 2024", "2024-05-03", "May 3rd, 2024"),
        ("GENEVA, May 3, 2024 — The ministers met.", "2024-05-03", "May 3, 2024"),
        (
            "NEW YORK, N.Y., March 2, 2023 (WIRE SERVICE) -- They met.",
            "2023-03-02",
            "March 2, 2023",
        ),
        ("Talks resume\n\nBy Jane Roe\n2 March 2023", "2023-03-02", "2 March 2023"),
        ("Talks resume\nBy Jane Roe | March 2, 2023", "2023-03-02", "March 2, 2023"),
        ("2023-03-02 Talks resume", "2023-03-02", "2023-03-02"),
        ("Date: 28/03/2023", "2023-03-28", "28/03/2023"),
        ("Datum: 3. Mai 2024", "2024-05-03", "3. Mai 2024"),
        ("Publié le 3 mai 2024", "2024-05-03", "3 mai 2024"),
        ("Released: May 2024", "2024-05", "May 2024"),
        ("2023年3月2日", "2023-03-02", "2023年3月2日"),
        ("**Date:** 2023-03-02", "2023-03-02", "2023-03-02"),
    ],
)
def test_a_date_in_the_head_is_found_where_it_stands(head, date, written):
    text = head + BODY

    statement = stated(text)

    assert statement.date == date
    assert statement.date_span is not None
    assert text[slice(*statement.date_span)] == written


@pytest.mark.parametrize(
    "head",
    [
        "The treaty of 3 May 2024 was signed in Geneva by all of its parties.",
        "He was born on 2 March 1953 and became a minister in 2004.",
        "Date: 02/03/2023",
        "Date: 2023-13-45",
        "Date of birth: 2 March 1953",
        "LONDON, March 2 (Wire) - The ministers met.",
        "Talks resume" + BODY * 60 + "Published: 3 May 2024",
    ],
)
def test_a_date_that_is_not_stated_as_the_documents_own_is_left_out(head):
    statement = stated(head + BODY)

    assert statement.date is None
    assert statement.date_span is None


@pytest.mark.parametrize(
    ("head", "author"),
    [
        ("By Jane Roe", "Jane Roe"),
        ("Talks resume\n\nBy Jane van der Roe and John Q. Doe", "Jane van der Roe and John Q. Doe"),
        ("Author: Jane Roe", "Jane Roe"),
        ("By the end of May the talks had failed", None),
        ("By Jane Roe was the book that everyone read that year", None),
    ],
)
def test_a_byline_names_the_author_and_a_sentence_does_not(head, author):
    assert stated(head + BODY).author == author


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("Talks resume in Geneva", "Talks resume in Geneva"),
        ("Published: 3 May 2024\n\nTalks resume in Geneva", "Talks resume in Geneva"),
        ("Title: Talks resume\nDate: 2023-03-02", "Talks resume"),
        ("The ministers met.", None),
        ("A line of hard-wrapped text that goes\non in the next line and ends there.", None),
        ("Dear Sir,", None),
        ("12.5", None),
    ],
)
def test_a_line_that_stands_like_a_title_is_the_title(head, title):
    assert stated(head + BODY).title == title


def test_a_labelled_source_is_the_source():
    assert (
        stated("Talks resume\nSource: Example News Agency" + BODY).source == "Example News Agency"
    )


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2024-05-03T10:00:00Z", "2024-05-03"),
        ("D:20240503101500-05'00'", "2024-05-03"),
        ("Fri, 03 May 2024 10:00:00 GMT", "2024-05-03"),
        ("2024", "2024"),
        ("May 2024", "2024-05"),
        ("13/13/2024", None),
        ("31 February 2024", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_time_stamp_is_read_to_the_day(written, date):
    assert iso_date(written) == date


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("annual_report-2023.pdf", "Annual report 2023"),
        ("minutes 2023-03-02.txt", "Minutes 2023-03-02"),
        ("3M_2018_10K.pdf", "3M 2018 10K"),
        (".txt", ".txt"),
    ],
)
def test_a_file_name_becomes_a_readable_title(name, title):
    assert readable_stem(name) == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "港口管理处规定船只必须在日落之前入港。每艘船的停泊费为每天五十元。冬季不收取夜间费用。",
            "港口管理处规定船只必须在日落之前入港 …",
        ),
        ("港の規則では、船は日没前に入港しなければならない。停泊料は一日五千円である。", None),
    ],
)
def test_a_text_without_spaces_is_called_by_its_first_sentence(text, title):
    expected = title or "港の規則では、船は日没前に入港しなければならない …"
    assert read_bytes(text.encode(), "a.txt").title == expected


def test_a_name_of_two_chinese_signs_is_a_title():
    assert read_bytes("港口规定船只入港。".encode(), "合同.txt").title == "合同"
