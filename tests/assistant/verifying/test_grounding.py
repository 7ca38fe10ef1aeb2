"""A sentence that somebody wrote rests on the sentences that carry it, or is not supported."""

from pathlib import Path

import pytest

from assistant.asking.question import parse_question
from assistant.assistant import Assistant
from assistant.verifying.grounding import Grounded, Grounding

TEXT = """The ferry carried 4,212 passengers in May. It left the port of Aldin at 08:15.

Nobody was hurt when the ramp fell. The operator, Aldin Lines, repaired the ramp in three days.
"""


@pytest.fixture
def ground(assistant: Assistant, tmp_path: Path):
    (tmp_path / "ferry.txt").write_text(TEXT)
    assistant.add(tmp_path / "ferry.txt")
    answering = assistant._answering
    grounding = answering._verifier
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


def test_a_sentence_made_of_two_rests_on_both(ground):
    found = ground("It left Aldin at 08:15 and Aldin Lines repaired its ramp in three days.")
    assert found.supported
    assert set(cited(found)) == {
        "It left the port of Aldin at 08:15.",
        "The operator, Aldin Lines, repaired the ramp in three days.",
    }


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
    assert not Grounding(None, None, None).of("It rained.", []).supported  # type: ignore[arg-type]
