"""Which day a weekday means: told by its clause's verb or a marker, or left alone, and checked."""

from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.language.dates import resolve_relative_dates
from assistant.verifying.verification import unsupported_spans
from index.document import Span

THURSDAY = "2025-11-13"


def days(sentence: str) -> list[str]:
    return [day for _, day in resolve_relative_dates(sentence, THURSDAY)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The minister arrives in Ostrel on Sunday.",
        "The choir runs a Sunday school in Ostrel.",
        "Shops lured buyers with Black Friday sales.",
        "She wrote for the Sunday Times.",
        "He told the Sunday Herald that it had rained.",
        "Die Zeit am Sonntag druckte den Brief.",
        "The paper on Sunday school teachers was read.",
        "Ruby Tuesday played in the hall.",
        "They visited Easter Island and Good Friday was observed.",
        "The wanted man appears in court on Monday.",
        "The bridge that opened in May closes on Monday.",
        "The envoy elected in May inaugurates the dam on Monday.",
        "He promised to come on Monday.",
        "The king announced elections on Monday.",
        "The vote was scheduled for Monday.",
        "The match was to start on Monday.",
        "She asked him to leave on Tuesday.",
        "They would meet on Tuesday.",
        "He had left on Tuesday.",
        "Trains run on Saturday.",
        "Is it open on Saturday?",
        "It stopped raining by Saturday.",
        "The council met before Saturday.",
        "The Wednesday club met.",
        "Ash Wednesday fell early.",
        "They voted for Tuesday’s plan.",
        "Sheffield Wednesday won.",
        "Sheffield Wednesday lost on penalties.",
        "The band Blue Monday, formed in June, played.",
        "They watched the film Tomorrow.",
        "It was the year of the Last Month Festival.",
        "Many were laid off on Black Monday.",
        "They left on a Monday.",
        "If it rained on Tuesday, the race was lost.",
    ],
)
def test_a_weekday_without_a_sure_direction_is_left_alone(sentence: str):
    assert days(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("The minister arrived in Ostrel on Sunday.", "9 November 2025"),
        ("The minister will arrive in Ostrel on Sunday.", "16 November 2025"),
        ("On Tuesday, the council rejected the plan.", "11 November 2025"),
        ("The council rejected the plan Tuesday.", "11 November 2025"),
        ("The envoy was freed on Monday night.", "10 November 2025"),
        ("The ship sank last Friday.", "7 November 2025"),
        ("The ship sank this past Friday.", "7 November 2025"),
        ("The ferry sails again this coming Friday.", "14 November 2025"),
        ("The court is due to rule on Monday.", "17 November 2025"),
        ("Talks are expected to resume on Wednesday.", "19 November 2025"),
        ("The queen is visiting the mine on Saturday.", "15 November 2025"),
        ("He said that the mine will close on Saturday.", "15 November 2025"),
        ("The dam broke on Wednesday, and repairs will take a year.", "12 November 2025"),
        ("The mayor, who arrives today, spoke on Wednesday.", "12 November 2025"),
        ("They won’t meet on Saturday.", "15 November 2025"),
    ],
)
def test_a_weekday_is_resolved_where_its_clause_tells_the_direction(sentence: str, day: str):
    assert days(sentence) == [day]


def added(text: str, quote: str, dated: str | None = THURSDAY) -> list[str]:
    start = text.index("[")
    spans = [Span(start, text.index("]") + 1)]
    wrong = unsupported_spans(text, [quote], [], spans, [dated])
    return [text[s:e] for s, e in wrong]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The ship sank on Sunday [9 November 2025].", "The ship sank on Sunday."),
        ("The ship will sail on Sunday [16 November 2025].", "The ship will sail on Sunday."),
        ("It rained yesterday [12 November 2025].", "It rained yesterday."),
        ("It rained last month [October 2025].", "It rained last month."),
        ("It opens next year [2026].", "It opens next year."),
    ],
)
def test_an_added_date_that_the_calendar_bears_out_passes(text: str, quote: str):
    assert added(text, quote) == []


@pytest.mark.parametrize(
    ("text", "quote", "dated"),
    [
        ("The ship sank on Sunday [10 November 2025].", "The ship sank on Sunday.", THURSDAY),
        ("The ship sank on Sunday [2 November 2025].", "The ship sank on Sunday.", THURSDAY),
        ("The ship sank on Sunday [16 November 2025].", "The ship sank on Sunday.", THURSDAY),
        ("It sails on Sunday [9 November 2025].", "It sails on Sunday.", THURSDAY),
        ("It will sail on Sunday [9 November 2025].", "It will sail on Sunday.", THURSDAY),
        ("The ship sank on Sunday [9 November 2025].", "The ship sank on Sunday.", None),
        ("The ship sank on Sunday [9 November 2025].", "The ship sank on Monday.", THURSDAY),
        ("He read the Sunday [9 November 2025] Times.", "He read the Sunday Times.", THURSDAY),
        (
            "It ran on Sunday [9 November 2025] school day.",
            "It ran on Sunday school day.",
            THURSDAY,
        ),
        ("It rained yesterday [11 November 2025].", "It rained yesterday.", THURSDAY),
        ("It rained last month [September 2025].", "It rained last month.", THURSDAY),
        ("It opens next year [2027].", "It opens next year.", THURSDAY),
        ("The ship sank [9 November 2025].", "The ship sank.", THURSDAY),
    ],
)
def test_an_added_date_that_the_calendar_does_not_bear_out_is_found(text, quote, dated):
    assert added(text, quote, dated)


def test_a_plan_told_in_the_present_gets_no_past_date(assistant: Assistant, tmp_path: Path):
    note = tmp_path / "visit.txt"
    note.write_text("Date: 13 November 2025\n\nThe minister arrives in Ostrel on Sunday.\n")
    assistant.add(note)

    answer = assistant.query("When does the minister arrive in Ostrel?")

    (sentence,) = answer.sentences
    assert sentence.text == "The minister arrives in Ostrel on Sunday."
    assert sentence.added == ()
