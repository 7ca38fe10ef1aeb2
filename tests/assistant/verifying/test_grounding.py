"""The program alone calls a sentence supported where a document says it in the same words."""

from pathlib import Path

import pytest

from assistant.asking.question import parse_question
from assistant.assistant import Assistant
from assistant.draft import Claim
from assistant.verifying.grounding import NEAREST, Grounded, Grounding
from index.document import Span

TEXT = """The ferry carried 4,212 passengers in May. It left the port of Aldin at 08:15.

Nobody was hurt when the ramp fell. The operator, Aldin Lines, repaired the ramp in three days.
"""


@pytest.fixture
def ground(assistant: Assistant, tmp_path: Path):
    (tmp_path / "ferry.txt").write_text(TEXT)
    assistant.add(tmp_path / "ferry.txt")
    answering = assistant._answering.embedded
    grounding = answering.verifier
    store = assistant._opening.made()

    def of(text: str) -> Grounded:
        found = answering.find(store, parse_question(text, (), 4_000), 6, None)
        return grounding.of(text, found.passages)

    return of


def cited(grounded: Grounded) -> list[str]:
    return [TEXT[one.start : one.end] for one in grounded.draft.evidence]


def test_a_sentence_of_a_document_rests_on_itself_alone(ground):
    found = ground("Nobody was hurt when the ramp fell.")
    assert found.supported
    assert cited(found) == ["Nobody was hurt when the ramp fell."]


def texts_of(evidence) -> list[str]:
    return [TEXT[one.start : one.end] for one in evidence]


@pytest.mark.parametrize(
    "text",
    [
        "The ferry carried 4,212 passengers in May",
        "Ferry carried 4,212 passengers in May.",
        "the operator Aldin Lines repaired the ramp in three days",
        "However, it left the port of Aldin at 08:15.",
    ],
)
def test_the_same_words_are_the_same_sentence(ground, text: str):
    assert ground(text).supported


@pytest.mark.parametrize(
    "text",
    [
        "It left Aldin at 08:15 and Aldin Lines repaired its ramp in three days.",
        "It left the port at 08:15.",
        "The ramp fell when nobody was hurt.",
        "Aldin Lines, the operator, repaired the ramp in three days.",
        "Nobody was injured when the ramp fell.",
        "Somebody was hurt when the ramp fell.",
    ],
    ids=["of two", "words left out", "another order", "moved", "another word", "the contrary"],
)
def test_whatever_goes_further_is_not_verified_and_shown_beside_the_nearest(ground, text: str):
    found = ground(text)
    assert found.verdict == "not verified"
    assert not found.draft.evidence
    assert 1 <= len(found.nearest) <= NEAREST
    words = set(" ".join(texts_of(found.nearest)).replace(",", "").split())
    assert len(words & set(text.replace(",", "").split())) >= 3


def test_the_nearest_of_a_sentence_made_of_two_are_both(ground):
    found = ground("It left Aldin at 08:15 and Aldin Lines repaired its ramp in three days.")
    assert set(texts_of(found.nearest)) == {
        "It left the port of Aldin at 08:15.",
        "The operator, Aldin Lines, repaired the ramp in three days.",
    }


def test_another_figure_in_the_same_sentence_contradicts(ground):
    found = ground("The ferry carried 4,221 passengers in May.")
    assert found.verdict == "contradicted"
    assert cited(found) == ["The ferry carried 4,212 passengers in May."]
    assert not found.nearest


@pytest.mark.parametrize(
    "text",
    [
        "The ferry carried 4,221 tonnes of coal in June.",
        "The barge lost 4,221 passengers in May.",
        "The ferry carried no passengers in May.",
        "The ferry carried 2,019 passengers in May.",
        "It left the port of Bergen at 08:15.",
    ],
    ids=["another matter", "other words", "no figure", "perhaps a year", "another name"],
)
def test_what_may_be_another_matter_contradicts_nothing(ground, text: str):
    assert ground(text).verdict == "not verified"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The ferry carried 4,221 passengers in May.", ["4,221"]),
        ("The ferry left the port of Bergen at 08:15.", ["Bergen"]),
        ("The captain apologised to every traveller on board.", ["captain", "apologised"]),
    ],
)
def test_what_the_documents_do_not_say_is_marked(ground, text, words):
    found = ground(text)
    assert not found.supported
    marked = [text[start:end] for start, end in found.unsupported]
    assert set(words) <= set(marked)


def test_without_passages_nothing_is_supported():
    found = Grounding(None).of("It rained.", [])  # type: ignore[arg-type]
    assert found == Grounded(Claim("It rained.", ()), unsupported=(Span(0, 10),))


def test_a_row_is_cited_with_the_names_of_its_columns(assistant: Assistant, tmp_path: Path):
    (tmp_path / "tolls.md").write_text(
        "# Tolls\n\n| Bridge | Toll |\n|---|---|\n| Aldin Bridge | 12 crowns |\n"
    )
    assistant.add(tmp_path / "tolls.md")
    (sentence,) = assistant.cite("Aldin Bridge | 12 crowns", markdown=False).sentences
    quotes = [one.quote for one in assistant.cite("Aldin Bridge 12 crowns.").citations]
    assert sentence.supported
    assert any("Toll" in quote for quote in quotes)
