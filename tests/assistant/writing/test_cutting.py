"""What a model writes comes out as sentences, however its pieces are cut."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.writing.streaming import Cutter, Written

PLAIN = (
    "Gate 3 failed at 21:40.[1] It was Dr. Smith who said so [2]. About 410 people left.[1][3]\n\n"
    "- **Second** item [2, 4]\n- It cost $5.5 million."
)
CUT = [
    Written("Gate 3 failed at 21:40.", (1,)),
    Written("It was Dr. Smith who said so.", (2,)),
    Written("About 410 people left.", (1, 3)),
    Written("Second item", (2, 4), paragraph=True),
    Written("It cost $5.5 million.", (), paragraph=True),
]


def cut(pieces, **end) -> tuple[list[Written], bool]:
    cutter = Cutter()
    found = [written for piece in pieces for written in cutter.feed(piece)]
    found += cutter.end(**end)
    return found, cutter.declined


def pieces(text: str, places: list[int]) -> list[str]:
    at = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[a:b] for a, b in pairwise(at)]


@given(st.lists(st.integers(0, 1_000), max_size=60))
def test_text_is_cut_the_same_however_it_arrives(places):
    assert cut(pieces(PLAIN, places)) == (CUT, False)


@given(st.lists(st.integers(0, 1_000), max_size=60), st.booleans())
def test_json_is_cut_the_same_however_it_arrives(places, fenced):
    rows = [{"text": "It rose. It “fell”.", "passages": [1, 2]}, {"text": "So.[3]", "passages": []}]
    text = json.dumps({"answered": True, "sentences": rows})
    text = f"```json\n{text}\n```" if fenced else text
    expected = [
        Written("It rose.", (1, 2)),
        Written("It “fell”.", (1, 2)),
        Written("So.", (3,)),
    ]
    assert cut(pieces(text, places)) == (expected, False)


@pytest.mark.parametrize(
    "text", ["NO ANSWER", "no answer.", '{"answered": false, "sentences": []}', "\n NO ANSWER\n"]
)
@pytest.mark.parametrize("size", [1, 4, 100])
def test_a_model_may_say_that_nothing_answers(text, size):
    assert cut([text[n : n + size] for n in range(0, len(text), size)]) == ([], True)


def test_what_a_model_thinks_is_no_part_of_the_answer():
    text = "<think>It may. Be so [1].</think>\nIt rose [1]."
    assert cut(list(text)) == ([Written("It rose.", (1,))], False)


@pytest.mark.parametrize("text", ["", "  \n", "<think>So it goes on and on"])
def test_a_reply_without_sentences_gives_none(text):
    assert cut(list(text))[0] in ([], [Written(text.strip())])


def test_what_was_cut_off_in_the_middle_is_no_sentence():
    text = "It rose in May.[1] It fell because the"
    assert cut(list(text), cut_off=True)[0] == [Written("It rose in May.", (1,))]


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text):
    found, _ = cut(list(text))
    assert all(written.text.strip() for written in found)


@pytest.mark.parametrize(
    "text",
    [
        '{"sentences": [1, 2]}',
        '{"sentences": [{"text": 3, "passages": "x"}]}',
        "{",
        '{"sentences": [',
    ],
)
def test_json_of_another_form_breaks_nothing(text):
    cut(list(text))
