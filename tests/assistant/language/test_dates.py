from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.assistant import Assistant
from assistant.draft import Claim, add_words
from assistant.language.dates import resolve_relative_dates, spoken_date
from index.document import Span

THURSDAY = "2023-03-02"


def days(sentence: str, published: str | None = THURSDAY) -> list[str]:
    return [
        f"{sentence[:at].split()[-1]} = {day}"
        for at, day in resolve_relative_dates(sentence, published)
    ]


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("They met on Thursday in Delhi.", ["Thursday = 2 March 2023"]),
        ("They met on Wednesday.", ["Wednesday = 1 March 2023"]),
        ("They met on Friday.", ["Friday = 24 February 2023"]),
        ("They met last Thursday.", ["Thursday = 23 February 2023"]),
        ("They will meet on Friday.", ["Friday = 3 March 2023"]),
        ("The vote is scheduled for this Monday.", ["Monday = 6 March 2023"]),
        ("Yesterday it rained.", ["Yesterday = 1 March 2023"]),
        ("It will rain tomorrow.", ["tomorrow = 3 March 2023"]),
        ("It fell last month.", ["month = February 2023"]),
        ("Last year’s summit failed.", ["year’s = 2022"]),
        ("It opens next year.", ["year = 2024"]),
    ],
)
def test_a_relative_date_counts_from_the_documents_own(sentence: str, meant: list[str]):
    assert days(sentence) == meant


@pytest.mark.parametrize(
    "sentence",
    [
        "They meet next Thursday.",  # the coming one, or the one after it
        "They meet every Thursday.",
        "The shop is shut on Thursdays.",
        "They will meet on Thursday.",  # today, or in a week
        "They met on Thursday (March 2) in Delhi.",
        "On 2 March they said that they had met on Tuesday.",
        "“We met yesterday,” she said.",
        "The post-yesterday mood was Thursday-like.",
    ],
)
def test_what_is_uncertain_or_stated_is_left(sentence: str):
    assert days(sentence) == []


@pytest.mark.parametrize(
    ("published", "meant"),
    [
        (None, []),
        ("2023", ["year = 2022"]),
        ("2023-01", ["month = December 2022", "year = 2022"]),
        ("2023-01-02", ["Yesterday = 1 January 2023", "month = December 2022", "year = 2022"]),
    ],
)
def test_no_more_is_told_than_the_documents_date_allows(published: str | None, meant: list[str]):
    assert days("Yesterday, last month and last year it rained.", published) == meant


def test_an_iso_date_is_written_out():
    assert [spoken_date(d) for d in ("2023-03-02", "2023-03", "2023")] == [
        "2 March 2023",
        "March 2023",
        "2023",
    ]


@given(st.text(min_size=1), st.data())
def test_additions_leave_the_words_of_a_draft_as_they_are(text: str, data: st.DataObject):
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    start = data.draw(st.integers(0, len(text)))
    exact = Span(start, data.draw(st.integers(start, len(text))))
    draft = add_words(Claim(text, (), exact=(exact,)), [(at, " [x y]") for at in places])
    assert [draft.text[s:e] for s, e in draft.added] == ["[x y]"] * len(places)
    assert "".join(draft.text[s:e] for s, e in draft.exact).replace(" [x y]", "") in text
    kept = list(draft.text)
    for s, e in reversed(draft.added):
        del kept[s - 1 : e]
    assert "".join(kept) == text


def test_when_a_date_is_asked_for_the_day_that_is_meant_is_told(
    assistant: Assistant, tmp_path: Path
):
    note = tmp_path / "ministers.txt"
    note.write_text(
        "Date: 2 March 2023\n\nThe two ministers met on Wednesday in the old customs house.\n"
    )
    assistant.add(note)

    answer = assistant.query("When did the two ministers meet?")

    (sentence,) = answer.sentences
    assert "met on Wednesday [1 March 2023] in the old" in sentence.text
    assert [sentence.text[start:end] for start, end in sentence.added] == ["[1 March 2023]"]
    assert [answer.citation(n).quote for n in sentence.citations] == [
        "The two ministers met on Wednesday in the old customs house.",
        "2 March 2023",
    ]
    where = assistant.query("Where did the two ministers meet?")
    assert "[" not in where.sentences[0].text
