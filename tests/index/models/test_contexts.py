import pytest

from index.document import Document
from index.ingesting.chunking import chunks
from index.models.contexts import CONTEXT_TOKENS, contexts, embedded


def around(minilm, title, place):
    document = Document("The gates closed at noon.", title, "text/plain")
    return contexts(document, chunks(document, minilm.word_ends, 128), minilm.word_ends, place)[0]


def test_a_chunk_is_embedded_with_the_name_of_its_file(minilm):
    found = around(minilm, "Form 10-K", "/reports/tollmark_2017_annual-report.pdf")

    assert found == "Tollmark 2017 annual report · Form 10-K"


@pytest.mark.parametrize(
    "place",
    [
        "/inbox/9f86d081884c7d659a2feaa0c55ad015.pdf",
        "/inbox/20261125103000123.pdf",
        "/inbox/annual_report.pdf",
        "memory:tollmark",
        "https://harbour.example/tollmark",
        "",
    ],
    ids=["a checksum", "a number", "said by the title", "no file", "a web page", "none"],
)
def test_a_name_that_tells_nothing_is_left_out(minilm, place):
    assert around(minilm, "The Annual Report", place) == "The Annual Report"


def test_a_long_name_and_title_leave_room_for_the_words(minilm):
    found = around(minilm, "harbour " * 100, f"/x/{'gate ' * 40}.txt")

    assert len(minilm.word_ends([found])[0]) <= CONTEXT_TOKENS
    assert found.startswith("Gate gate")


def test_rows_of_figures_are_embedded_by_their_labels():
    text = "Years ended\nNet income $ 5,363 $ (4,869) —\nPier 4 | 12 % | 7"

    assert embedded("Report", text) == "Report\nYears ended\nNet income\nPier"


def test_prose_is_embedded_as_it_stands():
    text = "On May 3, 2018 the gates closed.\nIn 2019 they opened."

    assert embedded("Report", text) == f"Report\n{text}"


def test_figures_alone_are_embedded_as_they_are():
    assert embedded("Log", "1 2 3\n4 5 6") == "Log\n1 2 3\n4 5 6"
