from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.verification import is_verbatim, unsupported
from index import readers
from index.document import Span
from index.sentences import sentence_spans

SEEDS = Path(__file__).parents[2] / "seeds"


def refused(text: str, *quotes: str) -> list[str]:
    return [text[start:end] for start, end in unsupported(text, quotes)]


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
    ],
)
def test_a_name_that_the_passage_lacks_is_found(text: str, quote: str, wrong: list[str]):
    assert refused(text, quote) == wrong


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
    ],
)
def test_a_negation_that_the_sentence_drops_condemns_all_of_it(text: str, quote: str):
    assert refused(text, quote) == [text]


def test_the_part_of_a_passage_that_is_denied_may_be_left_out():
    assert refused("The gate moved.", "The gate moved, but no motor had run.") == []


def test_a_negation_in_another_passage_does_not_count():
    quotes = ["The gate moved in four seconds.", "Nobody was hurt on the quay."]
    assert refused("The gate moved in four seconds.", *quotes) == []


@pytest.mark.parametrize(
    ("text", "quote", "wrong"),
    [
        ("He said “it was a fault”.", "He said it was an error.", ["“it was a fault”"]),
        ('He said "it was wet".', "He said it was dry.", ['"it was wet"']),
        ("He said “was it dry”.", "He said it was dry.", ["“was it dry”"]),
    ],
)
def test_a_quotation_that_is_not_word_for_word_is_found(text: str, quote: str, wrong: list[str]):
    assert refused(text, quote) == wrong


def test_a_quotation_may_differ_in_punctuation_and_case():
    assert refused("He said “it was dry”.", "It was\ndry, he said.") == []


def test_a_sentence_that_cites_nothing_is_unsupported_altogether():
    assert unsupported("It rained.", []) == [Span(0, 10)]


def added(text: str) -> list[Span]:
    return [Span(0, text.index("]") + 1)]


@pytest.mark.parametrize(
    ("text", "quotes", "facts"),
    [
        ("[Ann Lee:] It failed.", ["It failed.", "Ann Lee"], []),
        ("[The Log, 2 March 2023:] It failed.", ["It failed."], ["The Log", "2 March 2023"]),
        ("[Accounts differ. The Log:] It failed.", ["It failed."], ["The Log"]),
    ],
)
def test_words_of_the_program_stand_in_a_citation_or_the_documents_facts(text, quotes, facts):
    assert unsupported(text, quotes, facts, added(text)) == []


@pytest.mark.parametrize(
    ("text", "facts", "wrong"),
    [
        ("[Ann Lee:] It failed.", ["The Log"], ["Ann", "Lee"]),
        ("[The Log, 2 March 2024:] It failed.", ["The Log", "2 March 2023"], ["2024"]),
        ("[The Log, 2 April 2023:] It failed.", ["The Log", "2 March 2023"], ["April"]),
    ],
)
def test_words_of_the_program_that_stand_nowhere_are_found(text, facts, wrong):
    spans = unsupported(text, ["It failed."], facts, added(text))
    assert [text[start:end] for start, end in spans] == wrong


def test_facts_support_only_words_of_the_program():
    assert unsupported("It failed in 2024.", ["It failed."], ["2024"]) == [Span(13, 17)]


@given(st.text())
def test_any_text_quoted_verbatim_is_supported(text: str):
    assert unsupported(text, [text]) == [] or not text


WORDS = st.sampled_from(
    [
        *("not", "no", "never", "wasn’t", "“", "”", '"', "'", "Ann", "LEE", "and", "gate", "gates"),
        *("1,577", "1577", "21:40", "3½", "two", "twenty-one", "[3]", "(", ")", ".", "?", ";", ","),
        *("é", "ß", "İ", "Σ", "ﬁ", "中文", "מים", "🚢", "\u00ad", "\u200b", "—", "/", "|", "\n"),
    ]
)


@given(st.lists(WORDS).map(" ".join), st.lists(WORDS).map(" ".join))
def test_a_sentence_quoted_verbatim_is_supported_beside_another_citation(text: str, other: str):
    assert unsupported(" ".join(text.split()), [text, other]) == []


@given(st.lists(WORDS).map(" ".join), st.data())
def test_every_span_found_lies_in_the_sentence(text: str, data: st.DataObject):
    quote = data.draw(st.lists(WORDS).map(" ".join))
    for start, end in unsupported(text, [quote]):
        assert 0 <= start <= end <= len(text)


@pytest.mark.parametrize("path", sorted(SEEDS.iterdir()), ids=lambda path: path.name)
def test_every_sentence_of_the_demo_documents_can_be_quoted(path: Path):
    text = readers.read(path).text
    spans = sentence_spans(text)
    assert len(spans) > 10
    for start, end in spans:
        quote = text[start:end]
        shown = " ".join(quote.split())
        assert unsupported(shown, [quote]) == []
        assert is_verbatim(shown, quote)
