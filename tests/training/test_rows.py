"""What is measured on is never trained on, and validation never shares an article with training."""

import json

import pytest

from training.examples import _tokens
from training.rows import paragraphs

SENTENCE = "One two three four five six seven eight stand in a row here."


def row(text, title="Harbours", source="new_wiki"):
    questions = [{"question": "What stands?", "answers": [[0, 3]]}]
    return {"source": source, "title": title, "text": text, "questions": questions}


@pytest.fixture
def data(tmp_path):
    """Writes rows where training and development data lie."""
    for folder in ("reading", "xquad", "mtrag", "financebench"):
        (tmp_path / folder).mkdir()

    def write(file, *rows):
        (tmp_path / file).write_text("".join(json.dumps(one) + "\n" for one in rows))
        return tmp_path

    return write


def test_a_paragraph_that_shares_eight_words_with_a_development_row_is_left_out(data):
    data("xquad/corpus.jsonl", {"text": "Nine: ONE two, three four five six seven eight!"})
    folder = data(
        "reading/wiki.jsonl", row(SENTENCE), row("One two three four five six seven nine.")
    )

    found, left_out = paragraphs(folder)
    assert [paragraph.text[-5:] for paragraph in found] == ["nine."]
    assert left_out == 1


def test_development_rows_count_however_deep_their_words_lie(data):
    data("mtrag/queries.jsonl", {"history": [{"text": SENTENCE}]})
    assert paragraphs(data("reading/wiki.jsonl", row(SENTENCE))) == ([], 1)


def test_all_paragraphs_of_a_title_are_on_one_side(data):
    rows = [row(f"{n} {SENTENCE}", title=f"Title {n % 40}") for n in range(400)]
    found, _ = paragraphs(data("reading/wiki.jsonl", *rows))

    sides = {(paragraph.title, paragraph.held_out) for paragraph in found}
    assert len(sides) == 40
    assert {held for _, held in sides} == {True, False}


@pytest.mark.parametrize(
    ("start", "end", "expected"), [(0, 3, (0, 0)), (4, 13, (1, 2)), (-2, 3, None), (8, 30, None)]
)
def test_an_answer_is_the_tokens_that_it_touches_where_the_window_holds_it_whole(
    start, end, expected
):
    assert _tokens([(0, 3), (4, 7), (8, 13)], start, end) == expected
