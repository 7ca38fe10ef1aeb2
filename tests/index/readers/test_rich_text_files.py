"""RTF: words in any code page, headings, lists, tables and notes."""

import pytest
from outcomes import assert_read_or_one_line

from index.errors import DocumentError
from index.readers.reading import read_bytes

REPORT = rb"""{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}{\f1\fcharset204 T;}{\f2\fcharset128 M;}}
{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}}
{\info{\title The annual report}{\author Jane Roe}{\creatim\yr2023\mo3\dy2}}{\header Head\par}
\pard\s1 Results\par\pard\plain Sales r\'f6se\'97in March 2023.{\footnote Evidence.}{\v secret}\par
{\f1\'cf\'f0\'e8\'e2\'e5\'f2} \uc1\u8364? {\f2\'93\'fa\'96\'7b} \u-10179?\u-8704?\par
{\listtext\'b7\tab}first\par{\listtext 2.\tab}second\par
\trowd\trhdr\cellx1\cellx2\pard\intbl Region\cell Sum\cell\row North\cell 4\cell\row
\pard End.\par}"""


def test_the_text_is_read_with_its_structure():
    document = read_bytes(REPORT, "a.rtf")

    assert document.text == (
        "Results\n\nSales röse—in March 2023.\n\nПривет € 日本 😀\n\n• first\n2. second\n\n"
        "Region | Sum\nNorth | 4\n\nEnd.\n\nEvidence."
    )
    assert document.text[slice(*document.tables[0].header)] == "Region | Sum"
    stated = (document.title, document.author, document.date)
    assert stated == ("The annual report", "Jane Roe", "2023-03-02")


def test_a_file_that_is_cut_off_is_refused(tmp_path):
    with pytest.raises(DocumentError, match="cut off"):
        read_bytes(REPORT[:-5], "a.rtf")
    for cut in range(1, len(REPORT), len(REPORT) // 40):
        (tmp_path / "a.rtf").write_bytes(REPORT[:cut])
        assert_read_or_one_line(tmp_path / "a.rtf")


def test_deep_nesting_costs_nothing():
    deep = b"{\\rtf1 a" + b"{" * 100_000 + b"b" + b"}" * 100_000 + b"}"
    assert read_bytes(deep, "a.rtf").text == "ab"


def test_what_is_no_text_of_a_page_is_left_out_and_told():
    source = (
        r"{\rtf1{\header Harbour \b report\par}{\footerf Quay 1\par}"
        r"\pard Plain {\v secret} and {\strike old} new{\*\annotation Really?} "
        r"{\deleted gone}end.\par}"
    )
    document = read_bytes(source.encode(), "a.rtf")

    assert document.text == "Plain and new end."
    assert [(left.words, left.why) for left in document.left_out] == [
        ("Harbour report", "header"),
        ("Quay 1", "footer"),
        ("secret", "hidden"),
        ("old", "struck through"),
        ("Really?", "comment"),
        ("gone", "deleted"),
    ]
