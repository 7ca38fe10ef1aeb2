import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.speakers import Speaker, is_named, missing_speaker, speaker_of
from index.document import Span
from index.sentences import sentence_spans


def missing(text: str, number: int) -> Speaker | None:
    spans = sentence_spans(text)
    return missing_speaker(text, spans[:number], spans[number])


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("“It was a failure,” said Edvar Lintholme, chief inspector.", "Edvar Lintholme"),
        ("“No,” said Ms Korrendahl.", "Ms Korrendahl"),
        ("“I had twenty-one minutes,” Mayor Oskin told the Courier on Friday.", "Mayor Oskin"),
        (
            "According to the emergency office of Quellhaven, 340 people were evacuated.",
            "the emergency office of Quellhaven",
        ),
        ("The gate failed, according to Dr Lintholme.", "Dr Lintholme"),
        ("Ms Korrendahl: The alarm was sounded.", "Ms Korrendahl"),
        ("The chief inspector denied that there had been one.", "The chief inspector"),
        ("The report said that 212 buildings were flooded.", "The report"),
        ("On Friday the company said that it would pay.", "the company"),
        ("In 2019 Marion also wrote that it held.", "Marion"),
        ("Brown replied: “Smith said it was late.”", "Brown"),
        ("‘Never,’ said Ann Lee.", "Ann Lee"),
        ('"The mistake was ours," said Edvar Lintholme, chief inspector.', "Edvar Lintholme"),
        ('It was ours," said Ann Lee.', "Ann Lee"),
        ("The siren went, said Junia Sablewick, two minutes before.", "Junia Sablewick"),
        ("The gates, the mayor said, held.", "the mayor"),
        ("“No,” said the chief inspector on Friday.", "the chief inspector"),
        ("Yesterday Mary said so.", "Mary"),
        ("On Friday Mayor Oskin said no.", "Mayor Oskin"),
    ],
)
def test_the_speaker_is_the_one_the_sentence_names(sentence: str, name: str):
    speaker = speaker_of(sentence)
    assert speaker is not None
    assert (speaker.name, speaker.pronoun) == (name, False)
    assert sentence[speaker.span.start : speaker.span.end] == name


@pytest.mark.parametrize("sentence", ["He said that it failed.", "“I know,” she said."])
def test_a_pronoun_is_a_speaker_without_a_name(sentence: str):
    speaker = speaker_of(sentence)
    assert speaker is not None
    assert speaker.pronoun


@pytest.mark.parametrize(
    "sentence",
    [
        "The gate failed.",
        "“The mayor said no.”",
        "Note: the gate failed.",
        "Total: 8.3",
        "It is said that the gate failed.",
        "When asked, nobody answered.",
        "Dr Lintholme was asked the same question.",
        "Mary Brown was told that it was over.",
        "The order was confirmed by Bram Quillover.",
        "The figure of 340, which has been widely reported, is low.",
        "The alarm was reported at 21:40.",
        "People were asked to leave.",
        "Ms Ansley opened the meeting and said that the mill had closed.",
        "The mayor, who chaired the meeting, said nothing.",
        "The head of the office said nothing.",
        "Ann and Bob said no.",
        "Nobody warned the harbour office before the siren.",
        "Everyone asked why.",
        "What Korrendahl said was wrong.",
        "The times reported are local.",
        "The figures reported in the log are local.",
        "The people told to leave stayed.",
        "Ann Lee, head of the office, explained the number of people.",
    ],
)
def test_a_sentence_that_names_no_speaker_has_none(sentence: str):
    assert speaker_of(sentence) is None


@given(st.text(st.sampled_from("AbC “”\"'’:.,said he told\n") | st.characters(), max_size=80))
def test_a_speakers_name_always_stands_where_its_span_says(text: str):
    speaker = speaker_of(text)
    if speaker is not None:
        assert text[speaker.span.start : speaker.span.end] == speaker.name


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Ms Korrendahl said it held. She said it failed.", 1),
        ("Ms Korrendahl said it held. The gate moved. She said it failed.", 2),
        ("Ms Korrendahl said it held. The Bell Bridge is shut. She said it failed.", 2),
        ("Ms Korrendahl said it held. Then Gate 3 moved. She said it failed.", 2),
        ("Ms Korrendahl said it held.\n\nShe said it failed.", 1),
        ("“It held,” said Ms Korrendahl. “It did not fail.”", 1),
    ],
)
def test_words_whose_speaker_stands_just_before_are_given_to_that_speaker(text: str, number: int):
    speaker = missing(text, number)
    assert speaker is not None
    assert speaker.name == "Ms Korrendahl"
    assert text[speaker.span.start : speaker.span.end] == "Ms Korrendahl"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Ms Korrendahl said it held. He said it failed.", 1),
        ("Mr Arnquist said it held. She said it failed.", 1),
        ("Ann Lee met Bob Ray. He said it failed.", 1),
        ("He said it held. He said it failed.", 1),
        ("“It held,” said Ms Korrendahl. The gate fell. “It did not fail.”", 2),
        ("“It held,” said Ms Korrendahl.\n\n“It did not fail.”", 1),
        ("Ann Lee said so. One. Two. Three. She said it failed.", 4),
        ("Ann Lee said so.\n\nOne. She said it failed.", 2),
        ("Ann Lee said it held. Bob Ray said it failed.", 1),
        ("Ann Lee said it held. It failed at noon.", 1),
        ("She said it failed.", 0),
        ("Ann Lee said it held. Bob Ray left the room. He said it failed.", 2),
        ("Ms Korrendahl said it held. Dr Lintholme disagreed. She said it failed.", 2),
        ("Ms Korrendahl said it held. “No,” said Mr Ray. She said it failed.", 2),
        ("Ms Korrendahl said it held. Asked by Ann Lee, she said it failed.", 1),
        ("Judge Ray asked. “No,” said Ms Lee. Dr Kerr was asked that too. “Yes,” he said.", 3),
    ],
)
def test_no_speaker_is_better_than_a_wrong_one(text: str, number: int):
    assert missing(text, number) is None


def test_in_the_demo_inquiry_nobody_else_is_given_the_inspectors_words(demo):
    answer = demo.query("What did Dr Lintholme say about the inspection being overdue by months?")
    assert "Korrendahl" not in "".join(
        sentence.text[start:end] for sentence in answer.sentences for start, end in sentence.added
    )


def test_a_speaker_is_found_by_a_word_of_the_name_or_one_made_from_it():
    speaker = Speaker("Russian minister", Span(0, 16))
    assert is_named(speaker, {"russia"})
    assert is_named(speaker, {"minister"})
    assert not is_named(speaker, {"rus"})
    assert not is_named(speaker, {"prussia"})
    assert not is_named(speaker, set())


def test_after_a_sentence_of_two_speakers_nobody_is_taken_for_the_third_ones_he():
    text = (
        "Dr. Kroll says that it held, to which Mr Lendl replies that it broke. "
        "Asked again, he said nothing."
    )
    first, second = sentence_spans(text)

    assert missing_speaker(text, [first], second) is None
