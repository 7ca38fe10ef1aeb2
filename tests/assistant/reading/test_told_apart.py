"""What a question leaves open is told of each that it may mean; what it names answers alone."""

import pytest


@pytest.fixture
def ask(ask_of):
    """The same with the texts by name."""
    return lambda **texts: ask_of(texts)


def told(answer):
    return [one.text for one in answer.sentences]


MANUAL = (
    "# Kestrel {} manual\n\nThe battery lasts {} hours. The charger delivers {} watts. "
    "The warranty is {} years.\n"
)
MANUALS = {
    "one": MANUAL.format("X200", 9, 45, "two"),
    "two": MANUAL.format("X300", 14, 65, "three"),
}


def test_of_two_models_each_answers_under_its_title_and_nothing_differs(ask):
    answer = ask(**MANUALS)("How long does the battery last?")

    assert not answer.conflicts
    assert sorted(text.partition(" The")[0] for text in told(answer)) == [
        "[Kestrel X200 manual:]",
        "[Kestrel X300 manual:]",
    ]


def test_the_model_that_is_named_answers_alone(ask):
    answer = ask(**MANUALS)("How long is the warranty of the X300?")

    assert {one.title for one in answer.citations} == {"Kestrel X300 manual"}


def test_both_models_answer_where_both_are_named(ask):
    answer = ask(**MANUALS)("How long does the battery last in the X200 and in the X300?")

    assert len({one.title for one in answer.citations}) == 2


LEASE = (
    "# Mietvertrag, Wohnung {}, Hafenstraße 12\n\nMieterin: {}. Vermieterin: Hafenbau GmbH.\n\n"
    "## Miete\n\nDie monatliche Miete beträgt {} Euro. Die Kaution beträgt {} Euro.\n"
)
LEASES = {
    "a": LEASE.format("3A", "Irma Volk", 850, 1700),
    "b": LEASE.format("5B", "Jana Reif", 1120, 2240),
}


def test_german_leases_are_told_apart_by_their_flats(ask):
    answer = ask(**LEASES)("Wie hoch ist die monatliche Miete?")

    assert not answer.conflicts
    assert any("3A" in text and "850" in text for text in told(answer))
    assert any("5B" in text and "1120" in text for text in told(answer))


ENGLISH = (
    "# Lease, flat {}, Harbour Road 12\n\nTenant: {}. Landlord: Harbour Homes Ltd.\n\n"
    "## Rent\n\nThe monthly rent is {} euros. The deposit is {} euros.\n"
)


def test_a_name_that_stands_in_one_of_them_tells_which_is_meant(ask):
    answer = ask(
        a=ENGLISH.format("3A", "Irma Volk", 850, "1,700"),
        b=ENGLISH.format("5B", "Jana Reif", "1,120", "2,240"),
    )("How much deposit did Irma Volk pay?")

    assert "1,700" in answer.text
    assert "2,240" not in answer.text


POLICY = (
    "# Leave policy\n\n{}\n\n## Annual leave\n\n"
    "Full-time employees receive {} days of paid annual leave a year.\n"
)
POLICIES = {
    "old": POLICY.format("Version 1.0 · Effective 1 January 2022", 20),
    "new": POLICY.format(
        "Version 2.0 · Effective 1 January 2024. It replaces version 1.0 of 1 January 2022.", 25
    ),
}
LEAVE = "How many days of annual leave do employees receive?"


def test_of_two_policies_of_one_title_the_one_in_force_stands_first(ask):
    answer = ask(**POLICIES)(LEAVE)

    assert not answer.conflicts
    assert told(answer)[0].startswith("[Leave policy, 1 January 2024:]")
    assert "25 days" in told(answer)[0]
    assert told(answer)[1].startswith("[Leave policy, 1 January 2022:]")
    assert "20 days" in told(answer)[1]


def test_the_day_by_which_they_are_told_apart_is_cited(ask):
    answer = ask(**POLICIES)(LEAVE)

    for sentence in answer.sentences:
        day = sentence.text[sentence.text.index(", ") + 2 : sentence.text.index(":]")]
        assert any(answer.citation(number).quote == day for number in sentence.citations)


def test_a_policy_that_is_not_yet_in_force_comes_second(ask):
    later = POLICY.format("Version 3.0 · Effective 1 January 2090", 30)
    answer = ask(**POLICIES, later=later)(LEAVE)

    assert "25 days" in told(answer)[0]
    assert any("30 days" in text for text in told(answer)[1:])


@pytest.mark.parametrize(("year", "days"), [("2022", 20), ("2023", 20), ("2024", 25)])
def test_a_year_is_answered_by_the_policy_of_that_time(ask, year, days):
    answer = ask(**POLICIES)(f"How many days of annual leave did employees receive in {year}?")

    assert len(told(answer)) == 1
    assert f"{days} days" in told(answer)[0]


def test_headings_of_one_document_are_told_apart(ask):
    answer = ask(
        cars="# Car prices\n\n## Model Elm\n\nA service costs 410 crowns.\n\n"
        "## Model Oak\n\nA service costs 560 crowns.\n"
    )("How much does a service cost?")

    assert not answer.conflicts
    assert any("Model Elm" in text and "410" in text for text in told(answer))
    assert any("Model Oak" in text and "560" in text for text in told(answer))


BERTHS = "# Berths of the harbour\n\n" + "\n\n".join(
    f"## Berth {name}\n\nBerth {name} is kept by {keeper}. Its state: {state}."
    for name, keeper, state in (
        ("Heron", "Ida Moe", "open"),
        ("Gull", "Jon Vik", "closed"),
        ("Tern", "Ida Moe", "closed"),
        ("Swan", "Kari Dal", "open"),
    )
)


@pytest.mark.parametrize(
    ("question", "berths"),
    [
        ("Which berths does Ida Moe keep?", {"Heron", "Tern"}),
        ("Which berths are open?", {"Heron", "Swan"}),
        ("List all berths.", {"Heron", "Gull", "Tern", "Swan"}),
    ],
)
def test_of_alike_sections_those_answer_that_have_the_word_asked_for(ask, question, berths):
    answer = ask(berths=BERTHS)(question)

    assert {
        name for text in told(answer) for name in berths if f"Berth {name} is" in text
    } == berths
    assert len(told(answer)) == len(berths)


@pytest.mark.parametrize(
    "question",
    ["When was the trial stopped?", "Was the trial stopped?", "Why was the trial stopped?"],
)
def test_two_accounts_in_one_document_both_stand(ask, question):
    answer = ask(
        trial="# Trial of pump station 7\n\n"
        "## Operations\n\nThe trial was stopped at 14:20 because the bearing overheated.\n\n"
        "## Manufacturer\n\nThe trial was stopped at 14:35 because the power failed.\n"
    )(question)

    assert "14:20" in answer.text
    assert "14:35" in answer.text


def test_accounts_of_one_thing_still_differ(ask):
    answer = ask(
        log="# Log of the lighthouse\n\nThe alarm sounded at 21:58.\n",
        company="# What the ferry company says\n\nThe alarm was sounded at 21:40.\n",
    )("When did the alarm sound?")

    assert answer.conflicts


REPORT = (
    "# Flood report, Vessel Street\n\nDate: 2 February 2026\n\nIn all, 212 buildings were flooded. "
    "Forty people were evacuated by boat.\n"
)
CORRECTION = (
    "# Correction to the flood report\n\nDate: 9 March 2026\n\nThe flood report of 2 February 2026 "
    "stated that 212 buildings were flooded. The correct number is 231 buildings.\n"
)


def test_a_correction_may_name_what_it_corrects_by_its_date(ask):
    answer = ask(report=REPORT, correction=CORRECTION)("How many buildings were flooded?")

    assert told(answer)[0].startswith("[Correction to the flood report, 9 March 2026:]")
    assert "231" in told(answer)[0]
    assert [one.superseded for one in answer.sentences] == [(), (1,)]


def test_a_correction_of_what_was_not_asked_is_no_answer(ask):
    answer = ask(report=REPORT, correction=CORRECTION)("How many people were evacuated?")

    assert len(answer.sentences) == 1
    assert "Forty" in answer.text
    assert answer.citation(answer.sentences[0].superseded[0]).title.startswith("Correction")


def test_words_that_stand_in_the_title_alone_make_no_answer_doubtful(ask):
    answer = ask(
        a=ENGLISH.format("3A", "Irma Volk", 850, "1,700"),
        b=ENGLISH.format("5B", "Jana Reif", "1,120", "2,240"),
    )("What is the rent of flat 5B?")

    assert not answer.abstained
    assert "1,120" in answer.text
    assert "850" not in answer.text


def test_an_unrelated_earlier_turn_leaves_it_as_it_is(ask):
    query = ask(**POLICIES, **MANUALS)
    history = [("user", "Which leave is paid?"), ("assistant", query("Which leave is paid?").text)]

    for question in (LEAVE, "How long does the battery last?"):
        assert query(question, history=history).text == query(question).text
