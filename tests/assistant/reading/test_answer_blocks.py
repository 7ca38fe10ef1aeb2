"""The embedded reader shows what a person would copy: a list whole, a command with its sentence."""

from collections.abc import Iterator

import pytest

from assistant.assistant import Assistant
from assistant.reading.block_ranking import block_spans
from assistant.settings import Settings

PROSE = "The harbour office stands on the east quay, and it is closed on public holidays."
STEPS = [
    f"{verb} the {thing} of the berth, and tell the office of the quay that it is done"
    for verb, thing in zip(
        ("Empty", "Close", "Clean", "Unplug", "Cover", "Lock", "Mark", "Leave"),
        ("bin", "water tap", "planks", "power line", "cleats", "gate", "buoy", "key"),
        strict=True,
    )
]
LONG = " ".join(f"In year {n} the keeper wrote {n} lines about the weather." for n in range(30))


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("One.\n\nTwo.", ["One.", "Two."]),
        ("Bring:\n\n- a lamp\n- a rope\n\nGo home.", ["Bring:\n\n- a lamp\n- a rope", "Go home."]),
        ("1. Open\n\n2. Close\n\nDone.", ["1. Open\n\n2. Close", "Done."]),
        ("Run this:\n\n    make chat\n\nWait.", ["Run this:\n\n    make chat", "Wait."]),
        ("需要：\n\n- 灯\n\n完。", ["需要：\n\n- 灯", "完。"]),
        ("a | b\n1 | 2", ["a | b\n1 | 2"]),
        ("  \n\n One. \n \n", ["One."]),
        ("", []),
        ("-----\n\nOne.\n***\n\n====\nTwo.", ["One.", "Two."]),
    ],
)
def test_a_block_is_a_paragraph_or_what_a_colon_announces_or_a_whole_list(text: str, blocks):
    assert [text[slice(*span)] for span in block_spans(text)] == blocks


def test_what_is_put_together_has_a_limit():
    items = "\n\n".join(f"- item {n} of the long list of things to bring along" for n in range(200))
    spans = block_spans(items)
    assert len(spans) > 3
    assert max(end - start for start, end in spans) <= 1_400


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("port")
    (folder / "rules.md").write_text(
        f"# Rules of the port\n\n{PROSE}\n\n## Papers\n\nWhoever wants a mooring hands in:\n\n"
        "- proof of ownership\n- proof of insurance\n- a photograph of the boat\n\n"
        f"## Weather\n\n{LONG}\n",
        encoding="utf-8",
    )
    (folder / "hafen.md").write_text(
        "# Hafenordnung\n\nHunde sind am Hafen an der Leine zu führen. "
        "Die Gebühr beträgt 12 Euro je Nacht.\n",
        encoding="utf-8",
    )
    (folder / "berths.md").write_text(
        "# Berths\n\n## Leaving a berth\n\nWhoever leaves a berth for the winter does this:\n\n"
        + "".join(f"{n}. {step}\n" for n, step in enumerate(STEPS, 1))
        + "\n## Laundry\n\nIt costs 5 euros a load.\n",
        encoding="utf-8",
    )
    with Assistant(settings=Settings(store=folder / "store", embedding="e5")) as assistant:
        assert len(assistant.add(sorted(folder.glob("*.md"))).added) == 3
        yield assistant


def test_a_list_is_quoted_whole_with_what_announces_it_under_one_footnote(port: Assistant):
    answer = port.query("What must one hand in for a mooring?")
    (sentence,) = [one for one in answer.sentences if "insurance" in one.text]
    assert sentence.text.splitlines() == [
        "Whoever wants a mooring hands in:",
        "• proof of ownership",
        "• proof of insurance",
        "• a photograph of the boat",
    ]
    (number,) = sentence.citations
    quote = answer.citation(number).quote
    assert answer.citation(number).heading == ("Rules of the port", "Papers")
    assert " ".join(quote.split()) == " ".join(sentence.text.split())


def test_steps_that_reach_beyond_one_passage_are_quoted_whole(port: Assistant):
    question = "What must one do when leaving a berth for the winter?"
    longest = max(len(one.text) for one in port.search(question))
    answer = port.query(question)
    (sentence,) = [one for one in answer.sentences if "Unplug" in one.text]
    assert [step for step in STEPS if step in sentence.text] == STEPS
    assert len(sentence.text) > longest


def test_what_only_the_heading_says_stands_before_the_words_in_brackets(port: Assistant):
    answer = port.query("What does the laundry cost?")
    (sentence,) = [one for one in answer.sentences if "5 euros" in one.text]
    assert sentence.text == "[Laundry:] It costs 5 euros a load."
    (citation,) = [answer.citation(number) for number in sentence.citations]
    assert citation.quote == "It costs 5 euros a load."
    assert citation.heading[-1] == "Laundry"


def test_of_a_long_paragraph_the_best_sentences_are_shown(port: Assistant):
    answer = port.query("What did the keeper write in year 17?")
    assert any(one.text.startswith("In year 17 ") for one in answer.sentences)
    told = [one.text for one in answer.sentences if "In year" in one.text]
    assert all(len(text) < 300 for text in told)


@pytest.mark.parametrize(
    "question", ["Wie hoch ist die Gebühr je Nacht?", "Was gilt für Hunde am Hafen?"]
)
def test_a_question_in_another_language_than_english_is_answered(port: Assistant, question: str):
    answer = port.query(question)
    assert "12 Euro je Nacht" in answer.text
    assert "an der Leine" in answer.text
    assert not answer.dropped


def test_what_no_document_speaks_of_is_refused_in_any_language(port: Assistant):
    for question in ("Who won the football match?", "谁赢了足球比赛？", "Wer schrieb den Faust?"):
        assert port.query(question).abstained


@pytest.fixture(scope="module")
def demo_in_all_languages(tmp_path_factory: pytest.TempPathFactory, seeds) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("languages") / "store"
    with Assistant(settings=Settings(store=folder, embedding="e5")) as assistant:
        assert len(assistant.add(seeds).added) == 7
        yield assistant


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Why did Gate 3 fail?", ["run dry"]),
        ("Who ordered the evacuation, and when?", ["Oskin", "22:05"]),
        ("Wie viele Menschen wurden evakuiert?", ["410"]),
        ("How many people were evacuated?", ["Accounts differ", "410", "340"]),
    ],
)
def test_the_demo_documents_are_asked_in_any_language(demo_in_all_languages, question, words):
    answer = demo_in_all_languages.query(question)
    assert all(word in answer.text for word in words)


@pytest.mark.parametrize("question", ["Who won the football match?", "Wer gewann die Wahl?"])
def test_the_demo_documents_do_not_answer_everything(demo_in_all_languages, question):
    assert demo_in_all_languages.query(question).abstained


@pytest.mark.parametrize(
    "question",
    [
        "List the recommendations of the inspectorate.",
        "What are the recommendations of the inspectorate?",
    ],
)
def test_a_table_that_is_the_list_asked_for_is_told_whole_with_what_leads_it_in(
    demo_in_all_languages, question
):
    answer = demo_in_all_languages.query(question)

    assert not answer.abstained
    lines = answer.sentences[0].text.splitlines()
    assert lines[0].startswith("The Inspectorate makes three recommendations")
    assert [line.split(" | ")[0] for line in lines[1:]] == ["No.", "1", "2", "3"]
