"""A sentence that was corrected since says so, and editions of one document are told apart."""

import pytest

NOTICE = "---\ntitle: {title}\ndate: {date}\n---\n# {title}\n\n{text}\n"

AUDIT = "The audit counted 48 damaged boats in the marina of Ostrava Bay."
CORRECTION = (
    "This notice corrects our audit of the marina after the storm in March.\n\n"
    "The audit gave 48 damaged boats. The right number is 53."
)


@pytest.fixture
def ask(ask_of):
    """Asks a store of the documents that are given as (title, date, text)."""

    def make(*documents):
        return ask_of(
            {
                str(number): NOTICE.format(title=title, date=date, text=text)
                for number, (title, date, text) in enumerate(documents)
            }
        )

    return make


def test_a_corrected_figure_is_told_behind_its_correction_and_marked(ask):
    answer = ask(
        ("Audit of the marina after the storm", "2025-03-20", AUDIT),
        ("Notice of 2 May", "2025-05-02", CORRECTION),
    )("How many boats were damaged in the marina?")

    first = answer.sentences[0]
    assert "53" in first.text
    (old,) = [one for one in answer.sentences if one.superseded]
    assert old.text.endswith(AUDIT)
    later = answer.citation(old.superseded[0])
    assert later.title == "Notice of 2 May"
    assert "53" in later.quote
    assert not answer.conflicts


def test_what_was_asked_before_does_not_change_it(ask):
    query = ask(
        ("Audit of the marina after the storm", "2025-03-20", AUDIT),
        ("Notice of 2 May", "2025-05-02", CORRECTION),
        ("Fees of the marina", "2025-01-02", "A berth for a boat costs 40 euros a night."),
    )
    question = "How many boats were damaged in the marina?"
    fees = query("What does a berth cost?")
    history = [("user", "What does a berth cost?"), ("assistant", fees.text)]

    assert query(question, history=history).text == query(question).text


def test_a_german_correction_is_understood(ask):
    answer = ask(
        ("Prüfbericht zum Yachthafen nach dem Sturm", "2025-03-20", "Gezählt wurden 48 Boote."),
        (
            "Mitteilung",
            "2025-05-02",
            (
                "Diese Mitteilung berichtigt den Prüfbericht zum Yachthafen nach dem Sturm.\n\n"
                "Die Angabe von 48 Booten wird berichtigt: Es waren 53 Boote."
            ),
        ),
    )("Wie viele Boote wurden im Yachthafen gezählt?")

    assert any(one.superseded for one in answer.sentences)
    assert "53" in answer.sentences[0].text


def test_figures_that_went_up_are_no_correction(ask):
    answer = ask(
        ("Audit of the marina after the storm", "2025-03-20", AUDIT),
        (
            "Yearly review",
            "2026-02-01",
            (
                "The audit of the marina after the storm in 2025 counted 48 damaged boats. "
                "In 2026 a second storm damaged 53 boats."
            ),
        ),
    )("How many boats were damaged in the marina in 2025?")

    assert not any(one.superseded for one in answer.sentences)


LEAVE = "Employees receive {} days of paid leave a year.\n\nA certificate is due on day three."


def test_of_two_editions_the_newer_stands_first_and_each_under_its_title(ask):
    query = ask(
        ("Leave policy 2022", "2022-01-01", LEAVE.format(20)),
        ("Leave policy 2024", "2024-01-01", LEAVE.format(25)),
    )
    question = "How many days of paid leave do employees receive?"
    told = [one.text for one in query(question).sentences]

    assert told[0].startswith("[Leave policy 2024, 1 January 2024:]")
    assert "25 days" in told[0]
    assert told[1].startswith("[Leave policy 2022, 1 January 2022:]")
    assert not query(question).conflicts


def test_the_edition_that_the_question_names_stands_first(ask):
    answer = ask(
        ("Leave policy 2022", "2022-01-01", LEAVE.format(20)),
        ("Leave policy 2024", "2024-01-01", LEAVE.format(25)),
    )("How many days of paid leave did employees receive in 2022?")

    assert "20 days" in answer.sentences[0].text


def test_what_both_editions_say_alike_is_cited_of_the_newer_alone(ask):
    answer = ask(
        ("Leave policy 2022", "2022-01-01", LEAVE.format(20)),
        ("Leave policy 2024", "2024-01-01", LEAVE.format(25)),
    )("When is a certificate due?")

    assert [one.title for one in answer.citations] == ["Leave policy 2024"]
