"""Exports of chats: who wrote what and when, message by message, in whatever form they come."""

import json

import pytest

from index.readers.reading import read_bytes


def chat(*lines, name="WhatsApp Chat with Harbour.txt"):
    return read_bytes("\n".join(lines).encode(), name)


def said(document):
    return [(part.label, document.text[part.start : part.end]) for part in document.parts]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("[12/03/2024, 09:14:05] Ines:", "[13/03/2024, 14:31:00] Tom:"),
        ("3/12/24, 9:14 AM - Ines:", "3/13/24, 2:31\u202fPM - Tom:"),
        ("12.03.24, 09:14 - Ines:", "13.03.24, 14:31 - Tom:"),
        ("12/03/2024 à 09:14 - Ines :", "13/03/2024 à 14:31 - Tom :"),
        ("12/3/24, 9:14 a. m. - Ines:", "13/3/24, 2:31 p. m. - Tom:"),
        ("2024/3/12 上午9:14 - Ines:", "2024/3/13 下午2:31 - Tom:"),
        ("12-03-2024 09:14 - Ines:", "13-03-2024 14:31 - Tom:"),
    ],
)
def test_days_and_times_are_read_in_the_form_of_each_language(first, second):
    document = chat(f"{first} The pump is back.", f"{second} Good.", f"{second} Who pays?")

    assert [label[: label.index(" ") + 17] for label, _ in said(document)] == [
        "Ines, 2024-03-12 09:14",
        "Tom, 2024-03-13 14:31",
        "Tom, 2024-03-13 14:31",
    ]


def test_a_message_goes_on_in_the_lines_below_it():
    document = chat(
        "13.03.24, 09:14 - Ines: It came with a new seal:",
        "serial 4471-B",
        "",
        "and a note.",
        "13.03.24, 09:15 - Tom: Good.",
        "13.03.24, 09:16 - Tom: Who pays?",
    )

    assert said(document)[0] == (
        "Ines, 2024-03-13 09:14",
        "It came with a new seal:\nserial 4471-B\n\nand a note.",
    )
    assert document.text.startswith("13.03.24\n\nInes: It came")


@pytest.mark.parametrize("words", ["<Media omitted>", "\u200eimage omitted"])
def test_what_the_export_does_not_hold_is_left_out_and_told(words):
    head = "[13/03/2024, 09:14:05] "
    document = chat(f"{head}Ines: Hello.", f"{head}\u200eTom: {words}", f"{head}Ines: Thanks.")

    assert "omitted" not in document.text
    assert [(one.words, one.where) for one in document.left_out] == [
        (words.strip("\u200e"), "Tom, 2024-03-13 09:14:05")
    ]


def test_what_the_program_says_itself_has_no_speaker():
    head = "13.03.24, 09:14 - "
    document = chat(f"{head}Ines created group “A: b”", f"{head}Ines: Hello.", f"{head}Ines: You?")

    assert said(document)[0] == ("2024-03-13 09:14", "Ines created group “A: b”")


def test_a_day_that_may_be_two_days_stays_as_it_is_written():
    document = chat(*[f"03/04/2024, 09:1{n} - {who}: Hi." for n, who in enumerate("ABA")])

    assert said(document)[0] == ("A, 03/04/2024 09:10", "Hi.")


@pytest.mark.parametrize(
    "lines",
    [
        ["[2024-03-12 09:14:05] INFO: started", "[2024-03-12 09:14:06] ERROR: gone"] * 3,
        ["12.03.2024 09:14 - 10:30 Meeting", "13.03.2024 09:14 - 10:30 Meeting"] * 3,
    ],
)
def test_logs_and_calendars_are_no_chats(lines):
    document = chat(*lines, name="a.txt")

    assert document.text == "\n".join(lines)
    assert not document.parts


SLACK = [
    {
        "type": "message",
        "user": "U1",
        "ts": "1710234845.0001",
        "text": "The pump <@U2> ordered is back &amp; runs: <https://x.test|the note>.",
        "user_profile": {"real_name": "Ines Rau"},
        "reactions": [{"name": "thumbsup"}],
    },
    {
        "type": "message",
        "user": "U2",
        "ts": "1710234941.0002",
        "text": "Who pays?",
        "user_profile": {"real_name": "Tom Falk"},
        "files": [{"name": "offer.pdf"}],
    },
]
DISCORD = {
    "channel": {"name": "pumps"},
    "messages": [
        {
            "timestamp": f"2024-03-12T09:1{n}:05.123+00:00",
            "content": words,
            "author": {"name": who.lower(), "nickname": who},
        }
        for n, (who, words) in enumerate((("Ines", "It is back."), ("Tom", "Who pays?")))
    ],
}
TEAMS = {
    "value": [
        {
            "createdDateTime": f"2024-03-12T09:1{n}:05Z",
            "from": {"application": None, "user": {"displayName": who}},
            "body": {"contentType": "html", "content": f"<p>{words}</p>"},
        }
        for n, (who, words) in enumerate((("Ines", "It is <b>back</b>."), ("Tom", "Who pays?")))
    ]
}
TELEGRAM = {
    "name": "Harbour",
    "messages": [
        {"id": 1, "date": "2024-03-12T09:10:05", "from": "Ines", "text": ["It is ", "back."]},
        {
            "id": 2,
            "date": "2024-03-12T09:11:05",
            "from": "Tom",
            "text": [{"type": "bold", "text": "Who pays?"}],
        },
    ],
}


MESSENGER = {
    "title": "Harbour",
    "participants": [{"name": "Ines"}, {"name": "Tom"}],
    "messages": [  # the latest first
        {"sender_name": "Tom", "timestamp_ms": 1710234665000, "content": "Who pays?"},
        {"sender_name": "Ines", "timestamp_ms": 1710234605000, "content": "It is back."},
    ],
}


@pytest.mark.parametrize(
    "export",
    [DISCORD, TEAMS, TELEGRAM, MESSENGER],
    ids=["Discord", "Teams", "Telegram", "Messenger"],
)
def test_json_of_messaging_programs_is_read_as_who_wrote_what(export):
    document = read_bytes(json.dumps(export).encode(), "export.json")

    assert document.text == "2024-03-12\n\nInes: It is back.\n\nTom: Who pays?"
    assert said(document) == [
        ("Ines, 2024-03-12 09:10:05", "It is back."),
        ("Tom, 2024-03-12 09:11:05", "Who pays?"),
    ]


def test_names_and_links_of_slack_are_as_they_are_shown_and_the_rest_is_left_out():
    document = read_bytes(json.dumps(SLACK).encode(), "export.json")

    assert said(document) == [
        (
            "Ines Rau, 2024-03-12 09:14:05",
            "The pump @Tom Falk ordered is back & runs: the note.",
        ),
        ("Tom Falk, 2024-03-12 09:15:41", "Who pays?\n[offer.pdf]"),
    ]
    assert ("thumbsup", "reactions.name") in [(one.words, one.where) for one in document.left_out]


def test_other_lists_under_the_same_names_stay_what_they_are():
    value = {"messages": [{"text": "Hello", "lang": "en"}, {"text": "Hallo", "lang": "de"}]}

    assert "Hello | en" in read_bytes(json.dumps(value).encode(), "a.json").text


def test_letters_of_messenger_are_whole():
    words = "Gebühr".encode().decode("latin-1")
    messages = [
        {"sender_name": who, "timestamp_ms": 1710234605000, "content": words} for who in ("A", "B")
    ]

    text = read_bytes(json.dumps({"messages": messages}).encode(), "a.json").text

    assert text.endswith("A: Gebühr\n\nB: Gebühr")
