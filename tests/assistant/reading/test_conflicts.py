from datetime import UTC, datetime

import pytest

from assistant.asking.question import parse_question
from assistant.reading.contradiction import contradicting_sentences
from assistant.reading.sentence_ranking import Candidate
from assistant.retrieving.fusion import Scores
from assistant.retrieving.retrieval import Retrieved
from index.models.embeddings import MiniLM
from index.store.catalog import DocumentInfo, StoredChunk

MODEL = MiniLM()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def candidate(text: str, document: str) -> Candidate:
    info = DocumentInfo(
        document, "v", document, None, None, None, None, "text/plain", 0, len(text), NOW
    )
    chunk = StoredChunk(1, 0, len(text), text, (), (), info)
    return Candidate(
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
        span=None,
        score=1.0,
    )


def contradicting(question: str, best: str, *others: tuple[str, str]) -> list[str]:
    found = contradicting_sentences(
        parse_question(question),
        candidate(best, "A"),
        [candidate(text, where) for text, where in others],
    )
    return [one.text for one in found]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "How many people were evacuated?",
            "About 410 people were evacuated.",
            "340 people were evacuated.",
        ),
        (
            "When did the alarm sound?",
            "The alarm sounded at 21:58.",
            "The alarm was sounded at 21:40.",
        ),
        (
            "Was it a controlled release?",
            "This was a controlled release.",
            "There was no controlled release.",
        ),
        (
            "How long did the release last?",
            "The release lasted three hours.",
            "The release lasted 40 minutes.",
        ),
        (
            "How much did the damage cost?",
            "The damage cost €6.5 million.",
            "The damage cost €8.3 million.",
        ),
        (
            "When was the report published?",
            "The report was published on 12 January 2026.",
            "The report was published on 9 March.",
        ),
    ],
)
def test_two_documents_that_differ_are_found_whichever_comes_first(question, one, other):
    assert contradicting(question, one, (other, "B")) == [other]
    assert contradicting(question, other, (one, "B")) == [one]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "How many people were evacuated?",
            "1,577 people were evacuated.",
            "1577 people were evacuated.",
        ),
        (
            "How many people were evacuated?",
            "410 people were evacuated.",
            "The mill produced 340 sacks of flour.",
        ),
        (
            "Why were people evacuated?",
            "410 people were evacuated because of water.",
            "340 people were evacuated because of water.",
        ),
        (
            "When did the alarm sound?",
            "The alarm sounded at 21:58.",
            "The alarm sounded, and nobody heard it.",
        ),
        (
            "Who did not hear the alarm?",
            "The mayor did not hear the alarm.",
            "The mayor heard the alarm.",
        ),
        (
            "How many people were hurt?",
            "Six people were hurt.",
            "The five others who were hurt were treated on the spot.",
        ),
        (
            "How many people were hurt?",
            "Six people were hurt.",
            "6 people were hurt.",
        ),
        (
            "How high was the water above the barrage?",
            "The water above the barrage was 6.92 metres high.",
            "The water ran 11 kilometres from the barrage above, and was high.",
        ),
        (
            "When was the report published?",
            "The report was published on 12 January 2026.",
            "The report was published on Monday, 12 January.",
        ),
        (
            "How long did the release last?",
            "The release lasted three hours.",
            "The release lasted 3 hours.",
        ),
    ],
)
def test_what_agrees_or_speaks_of_something_else_is_no_conflict(question, one, other):
    assert contradicting(question, one, (other, "B")) == []


def test_what_is_said_of_another_place_denies_nothing():
    one = "The ministers met in Delhi."
    other = "The ministers never met in Delhi."
    assert contradicting("Have they met in Paris?", one, (other, "B")) == []
    assert contradicting("Have they met in Delhi?", one, (other, "B")) == [other]


def test_one_document_does_not_contradict_itself():
    question = "How many people were evacuated?"
    one, other = "About 410 people were evacuated.", "340 people were evacuated."
    assert contradicting(question, one, (other, "A")) == []


def test_two_speakers_in_one_document_can_differ():
    question = "How many people were evacuated?"
    one = "“410 people were evacuated,” said Ann Lee."
    other = "“340 people were evacuated,” said Bob Ray."
    assert contradicting(question, one, (other, "A")) == [other]


def test_each_source_is_heard_once():
    assert contradicting(
        "How many people were evacuated?",
        "410 people were evacuated.",
        ("340 people were evacuated.", "B"),
        ("345 people were evacuated.", "B"),
        ("300 people were evacuated.", "C"),
    ) == ["340 people were evacuated.", "300 people were evacuated."]
