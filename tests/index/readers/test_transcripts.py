"""Transcripts: what was said, whole sentences by whom and when, without the marks of the file."""

import json

import pytest
from outcomes import assert_read_or_one_line

from index.errors import DocumentError, EmptyDocument
from index.readers import read
from index.readers.reading import read_bytes

MEETING = """\
WEBVTT

NOTE made by the town's recorder

STYLE
::cue { color: white }

1
00:00:01.000 --> 00:00:06.500
<v Hanna Ritter>Good morning, everyone. Let us begin with the

2
00:00:06.500 --> 00:00:10.000 align:start position:10%
<v Hanna Ritter>budget for the new reading room.</v>

3
00:00:10.200 --> 00:00:17.000
<v.loud Oskar Blom>The budget is <i>sixty-two</i> thousand crowns, and

4
00:00:17.000 --> 00:00:22.000
<v Oskar Blom>the shelves &amp; lamps alone cost nineteen thousand.

5
00:14:03.000 --> 00:14:09.000
<v Hanna Ritter>We decided to open on the third of October.
"""

TALK = """\
1
00:00:01,000 --> 00:00:04,000
The lighthouse was automated

2
00:00:04,000 --> 00:00:08,000
in nineteen eighty-seven, and the last
keeper left in spring.

3
00:01:10,500 --> 00:01:14,000
{\\an8}<i>It is forty-one metres high.</i>
"""


def parts(document):
    return [(part.label, document.text[part.start : part.end]) for part in document.parts]


def test_cues_become_turns_of_whole_sentences_with_speaker_and_time(saved):
    document = read(saved(MEETING, "council_meeting.vtt"))
    assert document.text.split("\n\n") == [
        (
            "Hanna Ritter: Good morning, everyone. Let us begin with the budget for the new "
            "reading room."
        ),
        (
            "Oskar Blom: The budget is sixty-two thousand crowns, and the shelves & lamps alone "
            "cost nineteen thousand."
        ),
        "Hanna Ritter: We decided to open on the third of October.",
    ]
    assert [label for label, _ in parts(document)] == [
        "Hanna Ritter, 00:00:01",
        "Oskar Blom, 00:00:10",
        "Hanna Ritter, 00:14:03",
    ]
    assert {part.kind for part in document.parts} == {"cue"}
    assert document.title == "Council meeting"
    assert document.media_type == "text/vtt"
    assert [(left.words, left.why) for left in document.left_out] == [
        ("made by the town's recorder", "note"),
        ("::cue { color: white }", "style"),
    ]
    assert not document.warnings


def test_subtitles_without_speakers_are_cited_by_the_time_of_their_sentence(saved):
    document = read(saved(TALK, "talk.srt"))
    assert parts(document) == [
        (
            "00:00:01",
            (
                "The lighthouse was automated in nineteen eighty-seven, and the last keeper left "
                "in spring."
            ),
        ),
        ("00:01:10", "It is forty-one metres high."),
    ]
    assert document.text.count("\n\n") == 1
    assert document.title == "Talk"
    assert not document.headings


def test_a_long_turn_is_cited_by_the_time_of_each_sentence_not_of_its_beginning(saved):
    cues = "\n\n".join(
        f"00:{minute:02}:00.000 --> 00:{minute:02}:50.000\n<v Ada>Point {minute} was agreed."
        for minute in range(1, 6)
    )
    document = read(saved(f"WEBVTT\n\n{cues}\n", "points.vtt"))
    at = document.text.index("Point 4")
    assert [part.label for part in document.parts_at(at, at + 10)] == ["Ada, 00:04:00"]


def test_speech_without_full_stops_is_cited_by_times_that_are_near(saved):
    cues = "\n\n".join(
        f"00:{n // 12:02}:{n % 12 * 5:02}.000 --> 00:{n // 12:02}:{n % 12 * 5 + 5:02}.000\nword{n}"
        for n in range(120)
    )
    document = read(saved(f"WEBVTT\n\n{cues}\n", "words.vtt"))
    assert all(part.end - part.start < 100 for part in document.parts)
    at = document.text.index("word60")
    assert document.parts_at(at, at + 6)[0].label.startswith("00:0")
    assert len(document.parts) >= 15


def test_names_that_meeting_programs_write_into_the_words_are_speakers(saved):
    source = """WEBVTT

1
00:00:01.000 --> 00:00:03.000
Mia Falk: The ferry is late.

2
00:00:03.000 --> 00:00:05.000
Mia Falk: It waits for the tide.

3
00:00:06.000 --> 00:00:09.000
Jon Ek: One thing: who told the harbour?
"""
    document = read(saved(source, "zoom.vtt"))
    assert document.text.split("\n\n") == [
        "Mia Falk: The ferry is late. It waits for the tide.",
        "Jon Ek: One thing: who told the harbour?",
    ]
    assert [part.label for part in document.parts] == [
        "Mia Falk, 00:00:01",
        "Mia Falk, 00:00:03",
        "Jon Ek, 00:00:06",
    ]


def test_captions_that_roll_are_not_told_twice(saved):
    source = """WEBVTT
Kind: captions
Language: en

00:00:00.000 --> 00:00:02.000 align:start
the<00:00:00.500><c> tide</c>

00:00:02.000 --> 00:00:02.010
the tide

00:00:02.010 --> 00:00:04.000
the tide
is<00:00:02.500><c> high</c>

00:00:04.000 --> 00:00:04.010
is high

00:00:04.010 --> 00:00:06.000
is high
tonight
"""
    document = read(saved(source, "captions.vtt"))
    assert document.text == "the tide is high tonight"
    assert document.language == "en"


def test_a_word_said_twice_stays_twice(saved):
    source = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>Yes.\n\n00:03.000 --> 00:04.000\n<v A>Yes.\n\n"
        "00:05.000 --> 00:06.000\n<v A>We agree.\n\n00:07.000 --> 00:08.000\n<v A>All of us.\n"
    )
    assert read(saved(source, "yes.vtt")).text == "A: Yes. Yes. We agree. All of us."


def test_a_recognisers_segments_are_read_as_speech_not_as_numbers(saved):
    whisper = {
        "text": " The pier fell at dawn. Nobody was hurt.",
        "language": "en",
        "segments": [
            {"id": 0, "start": 0.0, "end": 2.5, "text": " The pier fell", "tokens": [1, 2]},
            {"id": 1, "start": 2.5, "end": 4.0, "text": " at dawn.", "avg_logprob": -0.2},
            {"id": 2, "start": 3661.2, "end": 3663.0, "text": " Nobody was hurt."},
        ],
    }
    document = read(saved(json.dumps(whisper), "pier.json"))
    assert parts(document) == [
        ("00:00:00", "The pier fell at dawn."),
        ("01:01:01", "Nobody was hurt."),
    ]
    assert document.language == "en"
    assert document.title == "Pier"
    spoken = {"segments": [{"start": 1, "end": 2, "text": "It held.", "speaker": "SPEAKER_01"}]}
    assert read(saved(json.dumps(spoken), "x.json")).text == "SPEAKER_01: It held."
    plain = {"transcription": [{"timestamps": {"from": "00:00:05,000"}, "text": " It held."}]}
    assert parts(read(saved(json.dumps(plain), "cpp.json"))) == [("00:00:05", "It held.")]


def test_names_that_no_file_may_hold_are_made_printable(saved):
    spoken = {
        "model": "m\ud800",
        "segments": [{"start": 1, "end": 2, "text": "a\0", "speaker": "S\ud800"}],
    }
    document = read(saved(json.dumps(spoken), "odd.json"))
    assert (document.text, document.properties) == ("S?: a", (("model", "m?"),))


def test_json_whose_segments_are_something_else_stays_json(saved):
    other = {"segments": [{"start": "Lund", "end": "Malmö", "text": "by rail"}]}
    assert "Lund" in read(saved(json.dumps(other), "routes.json")).text


NAMED = [
    (
        "[00:00:05] Mia Falk: The ferry is late.\n[00:12:31] Jon Ek: It waits for the tide.\n"
        "[00:12:40] Mia Falk: Who told the harbour?\nNobody did.\n"
    ),
    (
        "Mia Falk  0:05\nThe ferry is late.\n\nJon Ek  12:31\nIt waits for the tide.\n\n"
        "Mia Falk  12:40\nWho told the harbour?\nNobody did.\n"
    ),
    (
        "Mia Falk (00:00:05): The ferry is late.\nJon Ek (00:12:31): It waits for the tide.\n"
        "Mia Falk (00:12:40): Who told the harbour?\nNobody did.\n"
    ),
    (
        "00:00:05 Mia Falk: The ferry is late.\n00:12:31 Jon Ek: It waits for the tide.\n"
        "00:12:40 Mia Falk: Who told the harbour?\nNobody did.\n"
    ),
]


@pytest.mark.parametrize("source", NAMED)
def test_plain_lines_with_names_and_times_are_turns(saved, source):
    document = read(saved("Harbour talk\n\n3 May 2024\n\n" + source, "talk.txt"))
    assert document.text.split("\n\n")[2:] == [
        "Mia Falk: The ferry is late.",
        "Jon Ek: It waits for the tide.",
        "Mia Falk: Who told the harbour? Nobody did.",
    ]
    assert [part.label for part in document.parts] == [
        "Mia Falk, 00:00:05",
        "Jon Ek, 00:12:31",
        "Mia Falk, 00:12:40",
    ]
    assert (document.title, document.date) == ("Harbour talk", "2024-05-03")


@pytest.mark.parametrize(
    "source",
    [
        "12:00:01 ERROR: disk full\n12:00:02 INFO: retry\n12:00:03 ERROR: disk full\n",
        "09:30 Tea: in the hall\n08:15 Talk: the tide\n10:00 Walk: to the pier\n",
        "Opening: 9:30\nClosing: 17:00\nLunch: 12:00\n",
    ],
)
def test_logs_and_timetables_are_no_transcripts(saved, source):
    document = read(saved(source, "times.txt"))
    assert document.text == source
    assert not document.parts


def test_the_chat_of_a_meeting_is_read_as_turns(saved):
    source = (
        "00:05:01\tpatrick:\tGm gm\n00:11:47\tJo | L2:\tIt is late.\n00:12:00\tpatrick:\tYes.\n"
    )
    document = read(saved(source, "meeting_chat.txt"))
    assert document.text == "patrick: Gm gm\n\nJo | L2: It is late.\n\npatrick: Yes."
    assert [part.label for part in document.parts][1] == "Jo | L2, 00:11:47"
    assert document.title == "Meeting chat"


def test_a_text_that_quotes_a_conversation_is_no_transcript(saved):
    talk = NAMED[0]
    prose = "".join(f"The harbour office wrote its report number {n}.\n" for n in range(60))
    for source in (prose + talk, talk + prose):
        document = read(saved(source, "report.txt"))
        assert document.text == source
        assert not document.parts


def test_broken_times_are_told_once_and_their_words_kept(saved):
    broken = MEETING.replace("00:00:10.200 -->", "00:99:aa -->").replace("00:14:03.000", "later")
    document = read(saved(broken, "broken.vtt"))
    assert "sixty-two thousand" in document.text
    assert "third of October" in document.text
    [warning] = document.warnings
    assert warning.startswith("2 of 5 times")
    assert "-->" not in document.text
    assert [part.label for part in document.parts] == [
        "Hanna Ritter, 00:00:01",
        "Oskar Blom",
        "Oskar Blom, 00:00:17",
        "Hanna Ritter",
    ]


@pytest.mark.parametrize("source", ["WEBVTT\n", "WEBVTT\n\n1\n00:01.000 --> 00:02.000\n\n"])
def test_a_transcript_without_words_says_so(saved, source):
    with pytest.raises(EmptyDocument):
        read(saved(source, "silence.vtt"))


@pytest.mark.parametrize(
    "source",
    [
        "WEBVTT\n\n" + "<v " * 20_000 + "-->",
        "1\n00:00:01,000 --> 00:00:02,000\n" + "<i>" * 20_000 + "word",
        "[00:00:01] " + "A" * 100_000 + "\n" * 3,
        "-->\n" * 10_000,
        "WEBVTT\n\n" + "00:00.000 --> 00:01.000\n<v A>a\n\n" * 3_000,
        "[1:00] A B: c\n" * 5_000,
    ],
)
def test_hostile_transcripts_end_in_words_or_one_line(saved, source):
    for name in ("hostile.vtt", "hostile.srt", "hostile.txt"):
        assert_read_or_one_line(saved(source, name))


def test_a_cut_off_segment_file_is_one_line(saved):
    with pytest.raises(DocumentError) as caught:
        read(saved('{"segments": [{"start": 0, "text": "The', "cut.json"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["talk.mp3", "talk.wav", "talk.m4a"])
def test_sound_is_not_read_and_says_how_to_go_on(saved, name):
    heads = {
        "talk.mp3": b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\0" * 99,
        "talk.wav": b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0" + b"\x01\0" * 99,
        "talk.m4a": b"\0\0\0\x20ftypM4A \0\0\0\0" + b"\0\x01" * 99,
    }
    with pytest.raises(DocumentError, match=r"(?i)sound.*transcript") as caught:
        read(saved(heads[name], name))
    assert "\n" not in str(caught.value)


def test_lines_of_two_people_in_one_cue_are_turns_of_their_own():
    cues = "1\n00:00:03,500 --> 00:00:05,000\n{\\an8}- Who pays?\n- The insurer\nof the port.\n\n"
    cues += "2\n00:00:06,000 --> 00:00:08,000\nAnd when?\n"

    document = read_bytes(cues.encode(), "a.srt")

    assert document.text == "Who pays?\n\nThe insurer of the port. And when?"


def test_words_below_the_line_of_the_name_are_that_persons():
    lines = [
        "09:14:05 From Ines Rau to Everyone:",
        "\tThe fee is 40.",
        "09:15:10 From Tom Falk to Everyone:",
        "\tThanks!",
        "09:16:00 From Ines Rau to Tom Falk (direct message):",
        "\tSee you.",
    ]

    document = read_bytes("\n".join(lines).encode(), "chat.txt")

    assert document.text == "Ines Rau: The fee is 40.\n\nTom Falk: Thanks!\n\nInes Rau: See you."
    assert document.parts[1].label == "Tom Falk, 09:15:10"
