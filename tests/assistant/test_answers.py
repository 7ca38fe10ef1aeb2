from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from assistant.answer import (
    SCHEMA_VERSION,
    Answer,
    AnswerReady,
    Citation,
    Event,
    Passage,
    Sentence,
    citation_id,
    marked,
)
from assistant.assistant import Assistant
from assistant.locators import locator
from index.document import Part

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def citation(number: int, **fields: object) -> Citation:
    stated = {
        "id": f"0123456789abcdef:{number}-{number + 4}",
        "document_id": "d",
        "version": "0" * 64,
        "title": "T",
        "start": number,
        "end": number + 4,
        "quote": "word",
    }
    return Citation.model_validate({"number": number, **stated, **fields})


def answer(**fields: object) -> Answer:
    return Answer.model_validate({"question": "Why?", "created": NOON, **fields})


@pytest.mark.parametrize(
    "question",
    [
        "hello",
        "What is in my documents?",
        "Summarise the council minutes",
        "Was it a controlled release?",
        "How many people were evacuated?",
        "Who won the football match?",
    ],
)
def test_every_kind_of_answer_comes_back_from_json_as_it_was(demo: Assistant, question: str):
    given_out = demo.query(question)
    again = Answer.model_validate_json(given_out.model_dump_json())
    assert again == given_out
    assert again.text == given_out.text


@given(
    text=st.text(),
    message=st.text(),
    spans=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99))),
)
def test_any_words_survive_json(text: str, message: str, spans: list[tuple[int, int]]):
    before = answer(
        message=message,
        sentences=(Sentence(text=text, citations=(1,), exact=tuple(spans)),),
        citations=(citation(1, quote=text),),
        nearest=(Passage(document_id="d", version="v", title=text, text=text, start=0, end=0),),
        conflicts=((1, 2),),
        timings={"read": 0.25},
    )
    assert Answer.model_validate_json(before.model_dump_json()) == before


def test_every_event_of_a_stream_survives_json(demo: Assistant):
    events = list(demo.stream("How many people were evacuated?"))
    adapter = TypeAdapter[Event](Event)
    assert [adapter.validate_json(adapter.dump_json(event)) for event in events] == events


def test_the_text_carries_a_marker_for_every_footnote():
    said = answer(
        sentences=(
            Sentence(text="It rained.", citations=(1,)),
            Sentence(text="It stopped.", citations=(2, 1)),
        )
    )
    assert said.text == "It rained.[1] It stopped.[2][1]"


def test_the_programs_own_words_stand_apart_from_the_documents():
    said = answer(
        message="In its own words:",
        sentences=(
            Sentence(text="One.", citations=(1,)),
            Sentence(text="Two.", citations=(2,)),
            Sentence(text="Three.", citations=(3,), paragraph=True),
        ),
    )
    assert said.text == "In its own words:\n\nOne.[1] Two.[2]\n\nThree.[3]"


def test_an_answer_without_sentences_is_its_message():
    assert answer(message="Hello.").text == "Hello."
    assert answer().text == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("See [3].", r"See \[3\].[1]"),
        ("[1]", r"\[1\][1]"),
        ("[12][13]", r"\[12\]\[13\][1]"),
        ("[a] and [ 3 ]", "[a] and [ 3 ][1]"),
    ],
)
def test_source_text_that_looks_like_a_footnote_is_escaped(text: str, shown: str):
    assert marked(Sentence(text=text, citations=(1,))) == shown


def test_footnotes_are_found_by_their_number():
    said = answer(citations=(citation(1), citation(2, quote="other")))
    assert said.citation(2).quote == "other"


def test_footnotes_are_counted_from_one():
    with pytest.raises(ValidationError):
        citation(0)


def test_a_citations_id_is_its_version_and_span():
    version = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    assert citation_id(version, 12, 345) == "9f86d081884c7d65:12-345"


def test_the_same_words_have_the_same_citation_id_in_every_store(demo: Assistant, tmp_path, seeds):
    question = "How many people were evacuated?"
    with Assistant(tmp_path / "other") as other:
        other.add(seeds)
        elsewhere = other.query(question)
    assert [c.id for c in elsewhere.citations] == [c.id for c in demo.query(question).citations]


def test_answers_cannot_be_changed():
    with pytest.raises(ValidationError):
        answer().question = "Another?"  # type: ignore[misc]


def test_confidence_is_a_share():
    with pytest.raises(ValidationError):
        answer(confidence=1.2)


@pytest.mark.parametrize("model", [Answer, Citation, Passage, Sentence, AnswerReady])
def test_every_result_type_has_a_json_schema(model: type[Answer]):
    schema = model.model_json_schema(mode="serialization")
    assert schema["type"] == "object"
    assert all("$ref" not in name for name in schema["properties"])


def test_the_schema_says_its_version_and_holds_the_text():
    schema = Answer.model_json_schema(mode="serialization")
    assert schema["properties"]["schema_version"]["default"] == SCHEMA_VERSION
    assert schema["properties"]["text"]["readOnly"] is True


@pytest.mark.parametrize(
    ("page", "page_end", "heading", "shown"),
    [
        (3, None, (), "p. 3"),
        (3, 3, ("A",), "p. 3"),
        (3, 4, (), "pp. 3–4"),
        (None, None, ("Inner",), "“Inner”"),
        (None, None, ("Outer", "Inner"), "“Outer › Inner”"),
        (None, None, ("the  Log", "Inner"), "“Inner”"),
        (None, None, ("The Log",), ""),
        (None, None, ("A", "B", "C", "D", "D"), "“A › … › C › D”"),
        (None, None, ("w" * 60, "v" * 60), f"“{'w' * 48}… › {'v' * 60}”"),
        (None, None, (), ""),
    ],
)
def test_a_place_is_named_as_readers_name_it(page, page_end, heading, shown):
    assert locator(page, page_end, heading, title="The log") == shown


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([("slide", "3")], "slide 3"),
        ([("sheet", "Costs"), ("row", "12")], "sheet “Costs”, row 12"),
        ([("sheet", "Costs"), ("row", "12"), ("row", "14")], "sheet “Costs”, rows 12–14"),
        ([("chapter", "The storm"), ("chapter", "After")], "chapters “The storm”–“After”"),
        ([("cue", "Oskar Blom, 00:12:31")], "Oskar Blom, 00:12:31"),
        ([("cue", "00:12:31"), ("cue", "00:12:40")], "00:12:31–00:12:40"),
        (
            [("cue", "Oskar Blom, 00:12:31"), ("cue", "Oskar Blom, 00:12:40")],
            "Oskar Blom, 00:12:31–00:12:40",
        ),
        (
            [("cue", "Oskar Blom, 00:12:31"), ("cue", "Mia Falk, 00:12:40")],
            "Oskar Blom, 00:12:31 – Mia Falk, 00:12:40",
        ),
        (
            [
                ("cue", "Mia Falk, 00:12:31"),
                ("cue", "Jon, 00:12:40"),
                ("cue", "Mia Falk, 00:12:50"),
            ],
            "Mia Falk, 00:12:31 – Mia Falk, 00:12:50",
        ),
    ],
)
def test_a_locator_names_the_parts_as_the_file_does(parts, expected):
    assert (
        locator(None, None, ("Heading",), [Part(k, label, 0, 1) for k, label in parts]) == expected
    )
