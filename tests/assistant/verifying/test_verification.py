from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.verifying.negation import reversed_clauses
from assistant.verifying.verification import is_verbatim, unsupported_spans
from index import readers
from index.document import Span
from index.sentences import sentence_spans

SEEDS = Path(__file__).parents[3] / "seeds"


def refused(text: str, *quotes: str) -> list[str]:
    return [text[start:end] for start, end in unsupported_spans(text, quotes)]


@pytest.mark.parametrize(
    ("text", "quote", "wrong"),
    [
        ("410 people left.", "340 people left.", ["410"]),
        ("It rose 3.9 metres.", "It rose 39 metres.", ["3.9"]),
        ("It rang at 22:05.", "It rang at 22:06.", ["22:05"]),
        ("It rang at 22:05.", "It rang at 2205.", ["22:05"]),
        ("1,577 people left.", "1,578 people left.", ["1,577"]),
        ("1,577 people left.", "1 and 577 people left.", ["1,577"]),
        ("It took 3½ hours.", "It took 3 hours.", ["3½"]),
        ("Four people left.", "Five people left.", ["Four"]),
        ("In 2026/04 it rained.", "In 2026/05 it rained.", ["2026/04"]),
        ("Thirty people left.", "Forty people left.", ["Thirty"]),
        ("Twenty-one people left.", "Twenty-two people left.", ["Twenty-one"]),
        ("It took one hundred days.", "It took two hundred days.", ["one hundred"]),
        ("It cost €5 million.", "It cost €5 billion.", ["5"]),
        ("It cost €5.", "It cost $5.", ["€5"]),
        ("It rose by 5 %.", "It rose by 5 million.", ["5"]),
        ("It rose by 5 %.", "It rose by 5.", ["5 %"]),
        ("It fell to -5 degrees.", "It fell to 5 degrees.", ["-5"]),
        ("It fell by -€5.", "It fell by €5.", ["5"]),
        ("It covers 5 m².", "It covers 5 m³.", ["5 m²"]),
        ("It is 5 metres long.", "It is 5 kilometres long.", ["5 metres"]),
        ("It rang at 9:15 am.", "It rang at 9:15 pm.", ["9:15 am"]),
    ],
)
def test_a_figure_that_the_passage_lacks_is_found(text: str, quote: str, wrong: list[str]):
    assert refused(text, quote) == wrong


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("1,577 people left.", "1577 people left."),
        ("1577 people left.", "1,577 people left."),
        ("1577000 people left.", "1,577,000 people left."),
        ("4 people left.", "Four people left."),
        ("Four people left.", "4 people left."),
        ("1 577 people left.", "1577 people left."),
        ("1\u202f577 people left.", "1,577 people left."),
        ("It cost 6.5 million euros.", "It cost €6.5 million."),
        ("It is 5 m long.", "It is five metres long."),
        ("One of them left.", "A child left."),
    ],
)
def test_the_same_figure_may_be_written_otherwise(text: str, quote: str):
    assert refused(text, quote) == []


@pytest.mark.parametrize(
    ("text", "quote", "wrong"),
    [
        ("It was opened by Ann Lee.", "It was opened by Bob Ray.", ["Ann", "Lee"]),
        ("Then McGregor won.", "Then Brown won.", ["McGregor"]),
        ("It failed on Monday.", "It failed on Friday.", ["Monday"]),
        ("It failed in March.", "It failed in April.", ["March"]),
        ("The EU left.", "The UN left.", ["EU"]),
        ("Then Öberg came.", "Then Aberg came.", ["Öberg"]),
        ("Korrendahl opened it.", "Oskin opened it.", ["Korrendahl"]),
        ("Korrendahl tore it.", "Oskin tore it.", ["Korrendahl"]),
        ("Korrendahl’s gate failed.", "Oskin’s gate failed.", ["Korrendahl’s"]),
        ("Korrendahl, who was there, left.", "Oskin, who was there, left.", ["Korrendahl"]),
        ("Ann Lee left.", "Bob Ray left.", ["Ann", "Lee"]),
        ("Officials opened it.", "The mayor opened it.", ["Officials"]),
    ],
)
def test_a_name_that_the_passage_lacks_is_found(text: str, quote: str, wrong: list[str]):
    assert refused(text, quote) == wrong


@pytest.mark.parametrize(
    ("text", "quote", "wrong"),
    [
        ("It was made by iRobot.", "It was made by a robot.", ["iRobot"]),
        ("He sold it on eBay.", "He sold it on Etsy.", ["eBay"]),
        ("The vaccine holds mRNA.", "The vaccine holds DNA.", ["mRNA"]),
        ("macOS failed.", "Windows failed.", ["macOS"]),
        ("He met d’Artagnan there.", "He met Athos there.", ["d’Artagnan"]),
        ("A pro-European mayor won.", "A pro-Russian mayor won.", ["pro-European"]),
        ("The ex-Yahoo clerk won.", "The ex-Google clerk won.", ["ex-Yahoo"]),
        ("The rule was made for the US.", "They made the rule for us.", ["US"]),
        ("US troops came.", "Troops came to us.", ["US"]),
        ("It went to IT.", "It went to it.", ["IT"]),
        ("It was told by the WHO.", "Who told it? It was told by the mayor.", ["WHO"]),
        ("The WHO’s rule came.", "Who made the rule that came?", ["WHO’s"]),
        ("They sailed to Turkey.", "They sailed and ate turkey.", ["Turkey"]),
        ("They were paid by Apple.", "They were paid by the apple.", ["Apple"]),
        ("It opened in May.", "It opened, and may it last.", ["May"]),
        ("He left in March.", "He left on a march.", ["March"]),
        ("It was sold to Shell and Target.", "A shell was the target of it.", ["Shell", "Target"]),
        ("The cup is from China.", "The cup is of china.", ["China"]),
        ("He worked at CARE.", "He worked at the care home.", ["CARE"]),
        ("In Reading it rained.", "It rained in the reading room.", ["Reading"]),
    ],
)
def test_a_name_is_no_word_that_is_spelled_alike(text: str, quote: str, wrong: list[str]):
    assert refused(text, quote) == wrong


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("It was made by iRobot.", "iRobot made it."),
        ("He sold it on eBay.", "He sold it on ebay."),
        ("He paid for 5 kWh.", "He paid for five kilowatt-hours."),
        ("The rule was made for the US.", "The U.S. made the rule."),
        ("It was told by NATO.", "Nato told it."),
        ("It was told by Nato.", "It was told by NATO."),
        ("They sailed to Turkey.", "Turkey was where they sailed."),
        ("They sailed to Turkey.", "TO TURKEY\nThey sailed."),
        ("They were paid by Apple.", "Apple Pays Them"),
        ("The ex-Yahoo clerk won.", "A clerk won, once of Yahoo."),
        ("It was told by the Mayor.", "The mayor told it."),
        ("It was told by Mayor Ann Lee.", "The mayor, Ann Lee, told it."),
        ("It was at Gate 3.", "It was at gate 3."),
        ("A French-speaking council met.", "A council that speaks French met."),
        ("Why the Main Gate Failed", "The main gate failed."),
        ("WHY THE GATE FAILED", "The gate failed."),
        ("There were five MPs.", "Five MPs were there."),
        ("He saw O’Neill’s gate.", "He saw the gate of O’Neill."),
    ],
)
def test_a_name_may_stand_in_capitals_or_at_the_start_of_a_sentence(text: str, quote: str):
    assert refused(text, quote) == []


@pytest.mark.parametrize(
    "text",
    [
        "However, it failed.",
        "Later that day it failed.",
        "Water was let out, and it failed.",
        "Unfortunately, it failed.",
        "Following the flood it failed.",
        "Heavy water came.",
        "Nonetheless it failed: The water came.",
    ],
)
def test_a_word_that_only_opens_a_sentence_is_no_name(text: str):
    assert refused(text, "It failed that day, the waters of the flood were let out and came.") == []


def test_a_name_in_another_form_is_the_same_name():
    assert refused("The Inspectors came.", "An inspector came.") == []


@pytest.mark.parametrize(
    ("text", "quote", "wrong"),
    [
        ("It was not opened.", "It was opened.", ["not"]),
        ("It wasn't opened.", "It was opened.", ["wasn't"]),
        ("It wasn’t opened.", "It was opened.", ["wasn’t"]),
        ("Nobody opened it.", "The operator opened it.", ["Nobody"]),
        ("The company denied it.", "The company confirmed it.", ["denied"]),
        ("It is impossible.", "It is possible.", ["impossible"]),
        ("It was an unsafe gate.", "It was a safe gate.", ["unsafe"]),
        ("The gate was not opened.", "The gate was opened, nobody was hurt.", ["not"]),
    ],
)
def test_a_negation_that_the_passage_lacks_is_found(text: str, quote: str, wrong: list[str]):
    assert refused(text, quote) == wrong


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("It was opened.", "It was not opened."),
        ("The gate was opened.", "The gate was never opened."),
        ("There was a controlled release.", "There was no controlled release."),
        ("The council accepted the motion.", "The council rejected the motion."),
        ("The alarm sounded at 21:40.", "The alarm did not sound at 21:40."),
        ("The gates opened.", "The gate was not opened."),
        ("The inspections were overdue.", "No inspection was overdue."),
        ("It failed.", "It is not true that it failed."),
        ("He was able to open it.", "He was unable to open it."),
        ("It is possible.", "It is impossible."),
        ("The company opened it.", "The company failed to open it."),
        ("It moved.", "It hardly moved."),
        ("The valve was opened.", "It rained. The valve was not opened, and it rained again."),
        ("He opened it.", "He did not open it and left."),
    ],
)
def test_a_negation_that_the_sentence_drops_condemns_all_of_it(text: str, quote: str):
    assert refused(text, quote) == [text]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Several firms come from Aldin.", "Several firms of Aldin told of their income."),
        ("The board was formed by miners.", "The board was informed by miners."),
        ("They hope to discover its course.", "They cover its course, or hope to."),
        ("The disease came at ease.", "It came at ease."),
        ("The town wants to invest in vests.", "The town wants a vest."),
        ("The film did impress the press.", "The press saw the film, and it did."),
        ("The portant gate is important.", "The portant gate is what counts."),
        ("The museum will display it.", "The museum will play it."),
        ("The under part is worn.", "Der part is worn."),
        ("Each unit has it.", "Each has it."),
        ("They sing of what is missing.", "They sing of it."),
        ("A mission went to Aldin.", "It went to Aldin."),
        ("They unveiled and unearthed it.", "The veiled thing was earthed, and they saw it."),
        ("The lock was uncovered by divers.", "The covered lock was found by divers."),
        ("It depends on rain.", "Independent farmers wait, and it needs rain."),
        ("The team was consistent.", "The team consists of three."),
        ("Prices vary, unless they are equal.", "Prices vary less if they are equal."),
        ("The universe is a verse.", "The verse is what it is."),
        ("A discount was given.", "They count what was given."),
        ("The river was closed.", "They disclosed that the river was shut."),
        ("It was a likely place.", "They dislike the probable place, which it was."),
        ("The information was read.", "The disinformation was read."),
        ("The invention was praised.", "The vention was praised."),
        ("Her patient was praised.", "The impatient man was praised by her."),
    ],
)
def test_a_word_that_only_begins_like_a_denial_denies_nothing(text: str, quote: str):
    assert reversed_clauses(text, [quote]) == []


@pytest.mark.parametrize(
    ("bare", "denied"),
    [
        ("happy", "unhappy"),
        ("legal", "illegal"),
        ("legally", "illegally"),
        ("complete", "incomplete"),
        ("mature", "immature"),
        ("regular", "irregular"),
        ("tidily", "untidily"),
        ("agreed", "disagreed"),
        ("agree", "disagrees"),
        ("approved", "disapproved"),
        ("qualified", "disqualifies"),
        ("stability", "instability"),
        ("regularities", "irregularities"),
        ("authorised", "unauthorised"),
        ("binding", "non-binding"),
        ("binding", "nonbinding"),
        ("Russian", "non‑Russian"),
    ],
)
def test_a_word_and_its_denial_are_told_apart_both_ways(bare: str, denied: str):
    text = f"The keepers were {denied}."
    assert reversed_clauses(text, [f"The keepers were {bare}."]) == [Span(17, 17 + len(denied))]
    stated = f"The keepers were {bare}."
    assert reversed_clauses(stated, [text]) == [Span(0, len(stated))]
    assert reversed_clauses(text, [text]) == reversed_clauses(stated, [stated]) == []


def test_the_part_of_a_passage_that_is_denied_may_be_left_out():
    assert refused("The gate moved.", "The gate moved, but no motor had run.") == []


def test_a_denial_in_other_words_is_the_same_denial():
    assert refused("The gate was not opened.", "Nobody opened the gate.") == []
    assert refused("The company never opened it.", "The company denied that it opened it.") == []


def test_a_negation_in_another_passage_does_not_count():
    quotes = ["The gate moved in four seconds.", "Nobody was hurt on the quay."]
    assert refused("The gate moved in four seconds.", *quotes) == []


@pytest.mark.parametrize(
    ("text", "quote", "wrong"),
    [
        ("He said “it was a fault”.", "He said it was an error.", ["“it was a fault”"]),
        ('He said "it was wet".', "He said it was dry.", ['"it was wet"']),
        ("He said “was it dry”.", "He said it was dry.", ["“was it dry”"]),
        ("He said “red”.", "He said it stirred.", ["“red”"]),
        ("It was ‘a fault’.", "It was an error.", ["‘a fault’"]),
    ],
)
def test_a_quotation_that_is_not_word_for_word_is_found(text: str, quote: str, wrong: list[str]):
    assert refused(text, quote) == wrong


def test_a_quotation_stands_in_one_passage():
    quotes = ["He said it was a", "failure of the gate"]
    assert refused("He said “a failure”.", *quotes) == ["“a failure”"]


def test_a_quotation_may_differ_in_punctuation_and_case():
    assert refused("He said “it was dry”.", "It was\ndry, he said.") == []


def test_a_sentence_that_cites_nothing_is_unsupported_altogether():
    assert unsupported_spans("It rained.", []) == [Span(0, 10)]


def added(text: str) -> list[Span]:
    return [Span(0, text.index("]") + 1)]


@pytest.mark.parametrize(
    ("text", "quotes", "facts"),
    [
        ("[Ann Lee:] It failed.", ["It failed.", "Ann Lee"], []),
        ("[The Log, 2 March 2023:] It failed.", ["It failed."], ["The Log", "2 March 2023"]),
        ("[Accounts differ. The Log:] It failed.", ["It failed."], ["The Log"]),
        ("[The Log, 1 page:] It failed.", ["It failed."], ["The Log", "1 pages"]),
        ("[Report IHW2026/04_b:] It failed.", ["It failed."], ["Report IHW2026/04_b"]),
    ],
)
def test_words_of_the_program_stand_in_a_citation_or_the_documents_facts(text, quotes, facts):
    assert unsupported_spans(text, quotes, facts, added(text)) == []


@pytest.mark.parametrize(
    ("text", "facts", "wrong"),
    [
        ("[Ann Lee:] It failed.", ["The Log"], ["Ann", "Lee"]),
        ("[The Log, 2 March 2024:] It failed.", ["The Log", "2 March 2023"], ["2024"]),
        ("[The Log, 2 April 2023:] It failed.", ["The Log", "2 March 2023"], ["April"]),
        ("[not at all:] It failed.", ["The Log"], ["not", "at", "all"]),
        ("[The Log lies:] It failed.", ["The Log"], ["lies"]),
    ],
)
def test_words_of_the_program_that_stand_nowhere_are_found(text, facts, wrong):
    spans = unsupported_spans(text, ["It failed."], facts, added(text))
    assert [text[start:end] for start, end in spans] == wrong


def test_facts_support_only_words_of_the_program():
    assert unsupported_spans("It failed in 2024.", ["It failed."], ["2024"]) == [Span(13, 17)]


def test_a_passage_quoted_whole_is_supported_whatever_else_is_cited():
    denied = "It was not opened before it was opened, he said."
    assert refused("It was opened.", denied, "It was opened.") == []


@given(st.text())
def test_any_text_quoted_verbatim_is_supported(text: str):
    assert unsupported_spans(text, [text]) == [] or not text


WORDS = st.sampled_from(
    [
        *("not", "no", "never", "wasn’t", "“", "”", '"', "'", "Ann", "LEE", "and", "gate", "gates"),
        *(
            "1,577",
            "-5",
            "€5",
            "million",
            "m²",
            "unable",
            "1577",
            "21:40",
            "3½",
            "two",
            "twenty-one",
            "[3]",
            "(",
            ")",
            ".",
            "?",
            ";",
            ",",
        ),
        *("é", "ß", "İ", "Σ", "ﬁ", "中文", "מים", "🚢", "\u00ad", "\u200b", "—", "/", "|", "\n"),
    ]
)


@given(st.lists(WORDS).map(" ".join), st.lists(WORDS).map(" ".join))
def test_a_sentence_quoted_verbatim_is_supported_beside_another_citation(text: str, other: str):
    assert unsupported_spans(" ".join(text.split()), [text, other]) == []


@given(st.lists(WORDS).map(" ".join), st.data())
def test_every_span_found_lies_in_the_sentence(text: str, data: st.DataObject):
    quote = data.draw(st.lists(WORDS).map(" ".join))
    for start, end in unsupported_spans(text, [quote]):
        assert 0 <= start <= end <= len(text)


@pytest.mark.parametrize("path", sorted(SEEDS.iterdir()), ids=lambda path: path.name)
def test_every_sentence_of_the_demo_documents_can_be_quoted(path: Path):
    text = readers.read(path).text
    spans = sentence_spans(text)
    assert len(spans) > 10
    for start, end in spans:
        quote = text[start:end]
        shown = " ".join(quote.split())
        assert unsupported_spans(shown, [quote]) == []
        assert is_verbatim(shown, quote)


@pytest.mark.parametrize(
    ("text", "quote", "wrong"),
    [
        ("The man bit the dog.", "The dog bit the man.", ["man", "dog"]),
        ("In 1912 Bergen met Aldin in Ann.", "In 1912 Ann met Aldin in Bergen.", ["Bergen", "Ann"]),
        (
            "That year the coach Ida Holm won.",
            "Ida Holm lost, and that year the coach Ola Vik won.",
            ["Ida", "Holm"],
        ),
        ("It scored 11 goals.", "It scored 6 goals and made 11 passes.", ["11"]),
    ],
)
def test_a_name_or_figure_in_the_place_of_another_is_found(text, quote, wrong):
    assert refused(text, quote) == wrong


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The judge was beaten by the mayor.", "The mayor beat the judge."),
        ("In Aldin, Ann met Bergen.", "Ann met Bergen in Aldin."),
        ("The jury, judges and press met.", "The press, judges and jury met."),
        ("Holm won the race.", "Ida Holm won the race."),
        (
            "In nine hours 61 mm of rain fell on the Brael's valley.",
            "On Friday, 61 mm of rain fell on the valley of the Brael in nine hours.",
        ),
    ],
)
def test_what_is_only_ordered_otherwise_is_supported(text, quote):
    assert refused(text, quote) == []


@pytest.mark.parametrize(
    ("text", "quote", "wrong"),
    [
        ("All ships were lost.", "Some ships were lost.", ["All"]),
        ("The ferry always stops here.", "The ferry often stops here.", ["always"]),
        ("It is the largest lake.", "It is one of the largest lakes.", ["largest"]),
        ("Traffic increased in May.", "Traffic decreased in May.", ["increased"]),
        ("It closed before the storm.", "It closed after the storm.", ["before"]),
        ("It takes exactly 30 days.", "It takes at least 30 days.", ["30 days"]),
        ("It takes more than 30 days.", "It takes about 30 days.", ["30 days"]),
    ],
)
def test_words_of_degree_must_be_those_of_the_passage(text, quote, wrong):
    assert refused(text, quote) == wrong


def test_a_name_may_be_written_out_or_by_its_initials():
    assert refused("He left the United States.", "He left the U.S. in May.") == []
    assert refused("It joined the WHO.", "It joined the World Health Organization.") == []
    assert refused("It joined the WTO.", "It joined the World Health Organization.") == ["WTO"]


def test_over_five_years_may_be_as_long_as_they_last():
    assert not unsupported_spans("It paid 205 crowns over 5 years.", ["5 years, 205 crowns."])
    assert unsupported_spans("It took over 24 minutes.", ["It took 24 minutes."])
    assert unsupported_spans("It took more than 5 years.", ["It took 5 years."])
