"""The words set out in a sentence are whole: every name of a list, both who met, the cause."""

from datetime import UTC, datetime

import pytest

from assistant.asking.question import parse_question
from assistant.models.span_reader import ScoredSpan
from assistant.reading.answer_span import answer_spans
from assistant.reading.sentence_ranking import Candidate
from assistant.retrieving.fusion import Scores
from assistant.retrieving.retrieval import Retrieved
from index.document import Span
from index.models.embeddings import MiniLM
from index.store.catalog import DocumentInfo, StoredChunk

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MODEL = MiniLM()


def set_out(question: str, text: str, read: str, score: float = 5.0) -> list[str]:
    """What is set out where the trained reader points to `read`."""
    info = DocumentInfo("A", "v", "A", None, None, None, None, "text/plain", 0, len(text), NOW)
    chunk = StoredChunk(1, 0, len(text), text, (), (), info)
    at = text.index(read)
    candidate = Candidate(
        source=Retrieved(chunk, Scores(1.0, 1.0, 1.0, 1.0), score=1.0),
        start=0,
        end=len(text),
        text=text,
        before="",
        vector=MODEL.embed_query(text),
        cosine=1.0,
        in_context=1.0,
        coverage=1.0,
        covered_in_context=1.0,
        expected=False,
        span=ScoredSpan(Span(at, at + len(read)), score),
        score=1.0,
    )
    shown = " ".join(text.split())
    return [shown[start:end] for start, end in answer_spans(parse_question(question), candidate)]


@pytest.mark.parametrize(
    ("question", "text", "read", "found"),
    [
        (
            "Who signed the letter?",
            "Ann Lee, Bo Ray and Cy Dow signed the letter.",
            "Ann Lee",
            ["Ann Lee", "Bo Ray", "Cy Dow"],
        ),
        (
            "Who signed the letter?",
            "The letter was signed by Ann Lee, Bo Ray, and Cy Dow.",
            "Cy Dow",
            ["Ann Lee", "Bo Ray", "Cy Dow"],
        ),
        (
            "Which countries signed the treaty?",
            "The treaty was signed by  Chad, Mali and\nNiger in May.",
            "Mali",
            ["Chad", "Mali", "Niger"],
        ),
        (
            "Which roads are shut?",
            "Mill Lane and the Old Quay are shut.",
            "Mill Lane and the Old Quay",
            ["Mill Lane", "the Old Quay"],
        ),
    ],
)
def test_all_names_of_a_list_are_set_out(question, text, read, found):
    assert set_out(question, text, read) == found


@pytest.mark.parametrize(
    ("question", "text", "read", "found"),
    [
        # One is asked for.
        ("Which country won?", "Chad beat Mali and Niger.", "Mali", ["Mali"]),
        # A clause of its own.
        ("Who was fined?", "The court fined Bo Ray and Cy Dow spoke.", "Bo Ray", ["Bo Ray"]),
        # Beside the name stands what it is, and no list.
        ("Who was fined?", "Bo Ray, Mayor of Hull, was fined.", "Bo Ray", ["Bo Ray"]),
        # Whom the question names is no answer to it.
        ("Who met Ann Lee?", "Ann Lee and Bo Ray met.", "Bo Ray", ["Bo Ray"]),
        # No names.
        ("What did he lose?", "He lost two ovens and a van.", "two ovens", ["two ovens"]),
    ],
)
def test_what_is_no_list_or_not_asked_for_stays_out(question, text, read, found):
    assert set_out(question, text, read) == found


def test_a_value_keeps_the_words_that_bound_it_and_a_name_does_not():
    text = "After Ann Lee had left, it took less than 10 minutes."
    assert set_out("How long did it take?", text, "10 minutes") == ["less than 10 minutes"]
    assert set_out("Who had left?", text, "Ann Lee") == ["Ann Lee"]


def test_a_number_belongs_to_its_name_and_is_nobody():
    assert set_out("Which gate fell?", "At noon Gate 3 fell.", "3") == ["Gate 3"]
    assert set_out("Who was saved?", "In all 340 people were saved.", "340") == []


def test_an_unlikely_span_is_not_set_out():
    assert set_out("Who fell?", "Ann Lee fell.", "Ann Lee", -5.0) == []


@pytest.mark.parametrize(
    ("question", "text", "speaker"),
    [
        (
            "Who called it contact?",
            "According to spokeswoman Ada Kroll: “He asked for ‘contact’ with Minister Lendl.”",
            "spokeswoman Ada Kroll",
        ),
        ("Who said that it held?", "“It held,” said Ann Lee after Bo Ray had left.", "Ann Lee"),
    ],
)
def test_who_said_it_is_the_speaker_and_nobody_in_the_words(question, text, speaker):
    other = "Minister Lendl" if "Lendl" in text else "Bo Ray"

    assert set_out(question, text, other) == [speaker]


def test_who_is_spoken_of_is_not_the_speaker():
    assert set_out("Who left?", "“Bo Ray left,” said Ann Lee.", "Bo Ray") == ["Bo Ray"]
