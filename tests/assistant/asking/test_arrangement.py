"""Two things stand side by side where the documents tell of both, and events in order of days."""

import pytest

from assistant import Assistant
from assistant.asking.arrangement import compared_things, timeline_topic


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("Compare Alpha and Beta.", ("Alpha", "Beta")),
        ("What is the difference between overtime and comp time?", ("overtime", "comp time")),
        ("How does the ferry differ from the launch?", ("the ferry", "the launch")),
        ("hothouse versus greenhouse?", ("hothouse", "greenhouse")),
        ("IDE or editor, what's the difference", ("IDE", "editor")),
        ("Was ist der Unterschied zwischen Miete und Pacht?", ("Miete", "Pacht")),
        ("Quelle est la différence entre un bail et un prêt ?", ("un bail", "un prêt")),
        ("¿Cuál es la diferencia entre renta y fianza?", ("renta", "fianza")),
        ("Confronta il molo con il faro", ("il molo", "il faro")),
        ("Vergelijk de pont met de brug", ("de pont", "de brug")),
        ("Jaka jest różnica między promem a mostem?", ("promem", "mostem")),
        ("比较渡船和桥", ("渡船", "桥")),
        ("渡船和桥有什么区别？", ("渡船", "桥")),
        ("フェリーと橋の違いは何ですか", ("フェリー", "橋")),
        ("ما الفرق بين العبارة والجسر؟", ("العبارة", "الجسر")),
    ],
)
def test_the_two_things_are_found(text, things):
    assert compared_things(text) == things


@pytest.mark.parametrize(
    "text",
    [
        "How do I compare two commits?",
        "What is the difference in weight between Alpha and Beta?",
        "How many people came compared with the year before?",
        "Which pump is heavier, Alpha or Beta?",
        "Who won, and when?",
        "Why was the ferry that left the northern quay in March versus April so late?",
    ],
)
def test_other_questions_are_taken_as_they_are(text):
    assert compared_things(text) is None


@pytest.fixture(scope="module")
def pumps(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pumps")
    (folder / "pumps.md").write_text(
        "# Pumps\n\n## Pump Alder\n\nThe Alder pump weighs 51 kg and costs 2,300 crowns.\n\n"
        "## Pump Birch\n\nThe Birch pump weighs 64 kg and costs 3,100 crowns.\n\n"
        "## Opening hours\n\nThe office is open from nine to five.\n",
        encoding="utf-8",
    )
    with Assistant(folder / "store") as assistant:
        assistant.add(folder / "pumps.md")
        yield assistant


@pytest.mark.parametrize("question", ["Compare Alder and Birch.", "Vergleiche Alder mit Birch."])
def test_what_is_said_of_both_is_shown(pumps, question):
    answer = pumps.query(question)

    assert not answer.abstained
    assert [c.quote for c in answer.citations] == [
        "The Alder pump weighs 51 kg and costs 2,300 crowns.",
        "The Birch pump weighs 64 kg and costs 3,100 crowns.",
    ]


def test_nothing_is_shown_beside_a_thing_that_no_document_tells_of(pumps):
    answer = pumps.query("Compare Alder and Cedar.")

    assert not any("Birch" in citation.quote for citation in answer.citations)
    assert answer.abstained or all("Alder" in citation.quote for citation in answer.citations)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Timeline of the flood", "the flood"),
        ("Give me a timeline for Gate 3.", "Gate 3"),
        ("Put the repairs in chronological order", "the repairs"),
        ("Zeige mir die Chronologie der Flut", "Flut"),
        ("Chronologie de la crue", "crue"),
        ("Cronología de la inundación", "inundación"),
        ("Tijdlijn van de brug", "de brug"),
        ("洪水的时间线", "洪水"),
        ("洪水の年表を作ってください", "洪水"),
    ],
)
def test_what_a_timeline_is_of_is_found(text, topic):
    assert timeline_topic(text) == topic


def test_events_are_told_in_the_order_of_their_days_each_cited(demo):
    answer = demo.query("Give me a timeline of Gate 3.")

    days = [text.partition(":]")[0].strip("[") for text in (s.text for s in answer.sentences)]
    assert days[0] == "1 April 2016"
    assert days[-1].startswith("13 November 2025")
    assert len(days) > 8
    assert all(sentence.citations for sentence in answer.sentences)
    assert not any(c.quote.startswith("By Wenna") for c in answer.citations)


def test_a_timeline_of_what_has_no_days_is_a_question_like_others(pumps):
    answer = pumps.query("Timeline of the Alder pump")

    assert answer.abstained or "51 kg" in answer.text
