"""What a later document says otherwise is told of a sentence that an earlier one carries."""

from pathlib import Path

import pytest

from assistant.assistant import Assistant

EARLIER = "The council counted 340 people in the sports hall on the first night."
LATER = "The council counted 410 people in the sports hall on the first night."


def dated(folder: Path, name: str, day: str, text: str) -> Path:
    path = folder / f"{name}.md"
    path.write_text(f"---\ntitle: {name}\ndate: {day}\n---\n\n{text}\n")
    return path


@pytest.fixture
def corrected(assistant: Assistant, tmp_path: Path) -> Assistant:
    first = dated(tmp_path, "First count", "2025-11-14", EARLIER)
    second = dated(tmp_path, "Second count", "2025-12-01", LATER)
    assert not assistant.add([first, second]).failed
    return assistant


def test_a_figure_that_a_later_document_corrects_has_the_footnotes_of_both(corrected: Assistant):
    (sentence,) = corrected.cite(EARLIER).sentences
    answer = corrected.cite(EARLIER)
    assert sentence.verdict == "supported"
    assert [answer.citation(n).title for n in sentence.citations] == ["First count"]
    assert [answer.citation(n).quote for n in sentence.superseded] == [LATER]
    assert f"(but see [{sentence.superseded[0]}])" in answer.text


def test_the_latest_word_is_not_superseded_by_an_earlier_one(corrected: Assistant):
    (sentence,) = corrected.cite(LATER).sentences
    assert (sentence.verdict, sentence.superseded) == ("supported", ())


def test_another_year_is_another_matter(assistant: Assistant, tmp_path: Path):
    said = "In 2023 the ferry carried 48 passengers a day on the short route."
    assistant.add(
        [
            dated(tmp_path, "Report 2023", "2024-01-05", said),
            dated(tmp_path, "Report 2024", "2025-01-07", said.replace("2023", "2024")),
        ]
    )
    (sentence,) = assistant.cite(said).sentences
    assert (sentence.verdict, sentence.superseded) == ("supported", ())
