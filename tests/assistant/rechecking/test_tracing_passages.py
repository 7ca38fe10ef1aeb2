"""What became of a passage in a later version of its document."""

import random

import pytest

from assistant.rechecking.passage_tracing import Trace, Tracing
from index.document import Span

OFFICE = "According to the office, 340 people were evacuated."
PARAGRAPHS = (
    "The barrage was built in 1931 and has six gates.",
    "Lot 12 sold for 300 crowns. Lot 13 sold for 400 crowns. Lot 14 sold for 500 crowns.",
    f"It rained all night. {OFFICE} About 410 people were evacuated, says the inspectorate.",
    "The alarm was sounded at 21:40. Nobody was hurt. The town had 46 minutes to react.",
    "Total damage: 40",
)
OLD = "\n\n".join(PARAGRAPHS)


def traced(passage: str, new: str, old: str = OLD) -> tuple[Trace, str]:
    """What became of a passage, and its words in the new text."""
    start = old.index(passage)
    trace = Tracing(old, new).trace(Span(start, start + len(passage)))
    return trace, new[slice(*trace.span)] if trace.span else ""


def ordered(*numbers: int) -> str:
    return "\n\n".join(PARAGRAPHS[number] for number in numbers)


def test_an_unchanged_text_keeps_every_passage():
    trace, words = traced(OFFICE, OLD)
    assert (trace.same, trace.in_order, words) == (True, True, OFFICE)


def test_text_put_in_before_does_not_move_a_passage():
    trace, words = traced(OFFICE, f"A new foreword of many words.\n\n{OLD}")
    assert (trace.same, trace.in_order, words) == (True, True, OFFICE)


def test_a_passage_moves_with_its_paragraph_and_the_others_stay():
    new = ordered(2, 0, 1, 3, 4)
    assert traced(OFFICE, new)[0].in_order is False
    assert traced(OFFICE, new)[1] == OFFICE
    for other in ("Lot 13 sold for 400 crowns.", "Nobody was hurt.", PARAGRAPHS[0]):
        trace, words = traced(other, new)
        assert (trace.same, trace.in_order, words) == (True, True, other)


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (2, 0, 1, 3, 4), (0, 1, 3, 4, 2)])
def test_a_changed_figure_is_found_wherever_its_paragraph_went(order):
    trace, words = traced(OFFICE, ordered(*order).replace("340", "350"))
    assert (trace.same, words) == (False, OFFICE.replace("340", "350"))


def test_a_removed_passage_is_gone_though_one_like_it_stands_there_as_before():
    trace, _ = traced(OFFICE, OLD.replace(f"{OFFICE} ", ""))
    assert trace.span is None
    trace, _ = traced(
        "Lot 12 sold for 300 crowns.", OLD.replace("Lot 12 sold for 300 crowns. ", "")
    )
    assert trace.span is None
    trace, words = traced(
        "Lot 13 sold for 400 crowns.", OLD.replace("Lot 12 sold for 300 crowns. ", "")
    )
    assert (trace.same, trace.in_order, words) == (True, True, "Lot 13 sold for 400 crowns.")


def test_a_removed_passage_is_not_taken_for_its_neighbour_that_changed():
    new = OLD.replace("Lot 12 sold for 300 crowns. ", "").replace("400 crowns", "450 crowns")
    assert traced("Lot 12 sold for 300 crowns.", new)[0].span is None
    trace, words = traced("Lot 13 sold for 400 crowns.", new)
    assert (trace.same, words) == (False, "Lot 13 sold for 450 crowns.")


ALIKE = "According to the inspector, 410 people were evacuated."


@pytest.mark.parametrize("before", ["", "Intro.", "The alarm was sounded at 21:40."])
@pytest.mark.parametrize(
    "now", [ALIKE, ALIKE.replace("410", "420"), ALIKE.replace("inspector", "minister")]
)
def test_of_two_sentences_that_begin_alike_the_right_one_is_gone(before: str, now: str):
    old = f"A foreword.\n\n{before} {OFFICE} {ALIKE}\n\nThe town had 46 minutes."
    new = f"A foreword.\n\n{before} {now}\n\nThe town had 46 minutes."
    assert traced(OFFICE, new, old)[0].span is None
    trace, words = traced(ALIKE, new, old)
    assert (trace.same, words) == (now == ALIKE, now)
    new = f"A foreword.\n\n{before} {OFFICE}\n\nThe town had 46 minutes."
    assert traced(ALIKE, new, old)[0].span is None
    assert traced(OFFICE, new, old)[1] == OFFICE


def test_a_sentence_replaced_by_one_unlike_it_is_gone():
    assert (
        traced("Nobody was hurt.", OLD.replace("Nobody was hurt.", "Six lay in bed."))[0].span
        is None
    )


def test_a_rewritten_sentence_is_shown_whole():
    new = OLD.replace("Nobody was hurt.", "Nobody was badly hurt, as far as is known.")
    trace, words = traced("Nobody was hurt.", new)
    assert (trace.same, words) == (False, "Nobody was badly hurt, as far as is known.")


@pytest.mark.parametrize(
    ("passage", "now"),
    [
        ("Nobody was hurt.", "It is a rumour that Nobody was hurt."),
        ("The alarm was sounded at 21:40.", "Hardly anyone says The alarm was sounded at 21:40."),
        ("Total damage: 40", "Total damage: 40 million"),
        ("Total damage: 40", "Total damage: 40 000"),
    ],
)
def test_words_put_into_the_sentence_around_a_passage_change_it(passage: str, now: str):
    trace, words = traced(passage, OLD.replace(passage, now))
    assert (trace.same, words) == (False, now)


@pytest.mark.parametrize("now", ["{}\nThe end.", "{}\n\nSigned: A. N.", "{}"])
def test_what_follows_on_its_own_line_is_no_change(now: str):
    trace, words = traced(
        "Total damage: 40", OLD.replace("Total damage: 40", now.format("Total damage: 40"))
    )
    assert (trace.same, trace.in_order, words) == (True, True, "Total damage: 40")


def test_reflowed_and_hyphenated_lines_are_no_change():
    new = OLD.replace(" ", "\n").replace("evacuated", "evac-\nuated")
    trace, words = traced(OFFICE, new)
    assert (trace.same, trace.in_order) == (True, True)
    assert words.split("\n")[-2:] == ["evac-", "uated."]


REPEATED = "\n\n".join(
    ("North", "Closed on Monday.", "South", "Closed on Monday.", "East", "Closed on Monday.", "End")
)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_of_words_that_stand_several_times_each_is_followed_to_its_own_place(number: int):
    words = "Closed on Monday."
    at = [i for i in range(len(REPEATED)) if REPEATED.startswith(words, i)][number]
    new = "A foreword.\n\n" + REPEATED
    trace = Tracing(REPEATED, new).trace(Span(at, at + len(words)))
    assert trace.span == (at + 13, at + 13 + len(words))
    cut = REPEATED[:at] + REPEATED[at + len(words) + 2 :]
    assert Tracing(REPEATED, cut).trace(Span(at, at + len(words))).span is None
    changed = REPEATED[:at] + "Closed on Tuesday." + REPEATED[at + len(words) :]
    trace = Tracing(REPEATED, changed).trace(Span(at, at + len(words)))
    assert trace.span is not None
    assert changed[slice(*trace.span)] == "Closed on Tuesday."


def test_a_span_without_words_is_gone():
    assert Tracing("One.  Two.", "One.  Two.").trace(Span(4, 6)).span is None


@pytest.mark.parametrize("seed", range(20))
def test_what_shuffled_paragraphs_keep_is_never_called_changed_or_gone(seed: int):
    random_ = random.Random(seed)
    words = [f"{a}{b}" for a in "bdfgklmnprst" for b in ("aro", "ine", "olt", "ume")]
    paragraphs = [
        " ".join(
            " ".join(random_.choices(words, k=random_.randint(4, 9))).capitalize() + "."
            for _ in range(random_.randint(1, 4))
        )
        for _ in range(30)
    ]
    old = "\n\n".join(paragraphs)
    new = "\n\n".join(random_.sample(paragraphs, len(paragraphs)))
    tracing = Tracing(old, new)
    at = 0
    for paragraph in paragraphs:
        trace = tracing.trace(Span(at, at + len(paragraph)))
        assert trace.same
        assert trace.span is not None
        assert new[slice(*trace.span)] == paragraph
        at += len(paragraph) + 2
