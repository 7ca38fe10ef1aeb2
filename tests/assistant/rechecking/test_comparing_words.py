"""Which words are the same, whatever was done to their encoding, lines and typography."""

import unicodedata

import pytest

from assistant.rechecking.findings import mark_difference
from assistant.rechecking.quotes import difference
from assistant.rechecking.words import Words
from index.document import Span

SENTENCE = "“The café’s office – five people – didn’t document it…”"


@pytest.mark.parametrize(
    "written",
    [
        "“The  café’s\noffice – five\n people – didn’t document   it…”",
        "“The café’s office – five people – didn’t docu-\nment it…”",
        "“The café’s office – five people – didn’t docu\u00adment it…”",
        "“The café’s office – five people – didn’t docu\u00ad\n  ment it…”",
        unicodedata.normalize("NFD", SENTENCE),
        "“The café’s oﬃce – ﬁve people – didn’t document it…”",
        "\"The café's office - five people - didn't document it...\"",
        "„The café’s office — five people — didn’t document it…“",
        "«The café’s office -- five people -- didn’t document it...»",
        "“The café’s office ‑‑ five people ———— didn’t document it…”",
        "\ufeff“The café’s office – five\u00a0people – didn’t\u200b document it…”",
    ],
)
def test_encoding_lines_and_typography_are_no_difference(written: str):
    assert difference(SENTENCE, written) == ()
    assert difference(written, SENTENCE) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("10² metres", "102 metres"),
        ("3 5 metres", "35 metres"),
        ("1.5 metres", "15 metres"),
        ("-5 degrees", "5 degrees"),
        ("3-5 metres", "35 metres"),
        ("6' of water", '6" of water'),
        ("now here", "nowhere"),
        ("the resigned minister", "the re-signed minister"),
        ("a Polish firm", "a polish firm"),
        ("the résumé", "the resume"),
        ("It rained.", "It rained?"),
        ("It did rain.", "It did not rain."),
        ("½ metre", "1/2 metre"),
        ("東京の人口", "東京の人ロ"),
    ],
)
def test_every_other_sign_is_a_difference(before: str, after: str):
    assert difference(before, after)
    assert difference(after, before)


def test_a_difference_is_told_word_by_word():
    told = difference("About 410 people\nwere evacuated.", "Some 410 people were  moved.")
    assert [(change.kind, change.text) for change in told] == [
        ("removed", "About "),
        ("added", "Some "),
        ("kept", "410 people were "),
        ("removed", "evacuated"),
        ("added", "moved"),
        ("kept", "."),
    ]
    assert mark_difference(told) == "[-About-] {+Some+} 410 people were [-evacuated-]{+moved+}."


def test_words_are_found_where_they_stand_whatever_their_typography():
    text = "It said: “Don’t evac-\nuate.” DON'T EVACUATE."
    (span,) = Words(text).find(Words("don't evacuate".replace("d", "D", 1)))
    assert text[slice(*span)] == "Don’t evac-\nuate"
    assert Words(text).find(Words(" ")) == []
    assert Words("日本語の文").find(Words("本語")) == [Span(1, 3)]
