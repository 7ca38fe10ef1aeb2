"""What is no claim about the documents is told from what is."""

import pytest

from assistant.writing.streaming import about_itself, is_fragment


@pytest.mark.parametrize(
    "text",
    [
        "Performance",
        "Three benefits are offered:",
        "Advantages and disadvantages of each of them",
        "The answer is:",
        "What did it cost?",
        "5.",
        "Performance!",
        "- better security for all",
        'urlopen("https://host.invalid").read(), [row for row in csv.reader(file)], yagmail.',
    ],
)
def test_headings_items_and_leads_are_fragments(text):
    assert is_fragment(text)


@pytest.mark.parametrize(
    "text",
    [
        "It rained.",
        "“It rained.”",
        "The ministers were in New Delhi for ten minutes",
        "会谈持续了不到十分钟。",
        "Call assistant.close() or the [exit() method](https://host.invalid/exit) first.",
        'print("a") is called by run("a"), which returns.',
        "It rose (N=20, p<0.05).",
        "The ferries carried 4,212 people(!) in May.",
    ],
)
def test_sentences_are_none(text):
    assert not is_fragment(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The passage is about the treaty.", "The passage"),
        ("These sentences are not entirely correct.", "These sentences"),
        ("I'm sorry that the treaty ended.", "I"),
        ("The treaty ended.</passage>", "</passage>"),
        ("Your question concerns the treaty.", "Your question"),
    ],
)
def test_talk_about_the_answer_is_no_claim(text, words):
    (span,) = about_itself(text, ["The treaty ended in 2001."])
    assert text[slice(*span)] == words


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("I love the colour.", "I really love this colour."),
        ("The text of the treaty is short.", "The treaty's text is short, the paper says."),
        ("The question of borders was left open.", "They left open the question of borders."),
        ("Set <mark_distance> to 70.", "Write down <mark_distance> and set it."),
    ],
)
def test_what_the_document_says_so_is(text, quote):
    assert not about_itself(text, [quote])
