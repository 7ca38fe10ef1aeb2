"""Calendars and address cards: each event and each person in lines that can be cited."""

import base64

import pytest
from outcomes import assert_read_or_one_line

from index.errors import DocumentError, EmptyDocument
from index.readers import read


def parts(document):
    return [(p.kind, p.label) for p in document.parts]


CALENDAR = """\
BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Choir//Plan//EN\r
X-WR-CALNAME:Choir\r
BEGIN:VTIMEZONE\r
TZID:Europe/Stockholm\r
BEGIN:STANDARD\r
DTSTART:19701025T030000\r
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r
TZNAME:CET\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:1@choir\r
DTSTAMP:20260101T000000Z\r
SUMMARY:Annual meeting of the choir\r
DTSTART:20260418T190000Z\r
DTEND:20260418T210000Z\r
LOCATION:Hall 4\\, Lund\r
ORGANIZER;CN="Berg, Nils":mailto:nils@choir.example\r
ATTENDEE;CN=Mia Falk;PARTSTAT=ACCEPTED:mailto:mia@choir.example\r
ATTENDEE:mailto:jon@choir.example\r
DESCRIPTION:Bring the blue folder.\\nThe treasurer reports on the year and th\r
 e new piano.\r
STATUS:CANCELLED\r
X-ROOM-CODE:B7\r
BEGIN:VALARM\r
ACTION:DISPLAY\r
TRIGGER:-PT15M\r
DESCRIPTION:Soon\r
END:VALARM\r
END:VEVENT\r
BEGIN:VEVENT\r
SUMMARY:Rehearsal\r
DTSTART;TZID=Europe/Stockholm:20260407T183000\r
DURATION:PT1H30M\r
RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;UNTIL=20260601T000000Z\r
EXDATE;TZID=Europe/Stockholm:20260421T183000\r
END:VEVENT\r
BEGIN:VEVENT\r
SUMMARY:Summer break\r
DTSTART;VALUE=DATE:20260701\r
DTEND;VALUE=DATE:20260801\r
END:VEVENT\r
BEGIN:VTODO\r
SUMMARY:Order the scores\r
DUE;VALUE=DATE:20260315\r
STATUS:NEEDS-ACTION\r
PERCENT-COMPLETE:40\r
END:VTODO\r
END:VCALENDAR\r
"""


def test_each_event_is_a_part_with_its_times_place_and_people(saved):
    document = read(saved(CALENDAR, "choir.ics"))
    assert parts(document) == [
        ("event", "Annual meeting of the choir"),
        ("event", "Rehearsal"),
        ("event", "Summer break"),
        ("event", "Order the scores"),
    ]
    first = document.text[slice(document.parts[0].start, document.parts[0].end)]
    assert first.split("\n\n") == [
        "Annual meeting of the choir",
        "Event: Annual meeting of the choir",
        "Start: 18 April 2026, 19:00 UTC",
        "End: 18 April 2026, 21:00 UTC",
        "Place: Hall 4, Lund",
        "Organiser: Berg, Nils (nils@choir.example)",
        "Attendees: Mia Falk (mia@choir.example, accepted), jon@choir.example",
        "Status: cancelled",
        "Reminder: 15 minutes before",
        "Bring the blue folder.\nThe treasurer reports on the year and the new piano.",
    ]
    assert document.title == "Choir"
    told = {left.words for left in document.left_out}
    assert "X-ROOM-CODE: B7" in told
    assert any("Europe/Stockholm" in words for words in told)
    assert "1@choir" not in document.text


def test_recurring_events_tell_their_rule_in_words(saved):
    text = read(saved(CALENDAR, "choir.ics")).text
    assert "Start: 7 April 2026, 18:30 (Europe/Stockholm)" in text
    assert "Duration: 1 hour 30 minutes" in text
    assert "Repeats: every 2 weeks on Tuesday, Thursday, until 1 June 2026, 00:00 UTC" in text
    assert "Except: 21 April 2026, 18:30 (Europe/Stockholm)" in text


def test_whole_days_end_on_their_last_day(saved):
    text = read(saved(CALENDAR, "choir.ics")).text
    assert "Start: 1 July 2026\n\nEnd: 31 July 2026" in text
    assert (
        "Task: Order the scores\n\nDue: 15 March 2026\n\nStatus: needs action\n\nDone: 40 %" in text
    )


CARDS = """\
BEGIN:VCARD
VERSION:3.0
FN:Nils Berg
N:Berg;Nils;;Dr.;
ORG:Lund Choir;Board
TITLE:Chair
TEL;TYPE=WORK,VOICE:+46 8 555 0199
item1.EMAIL;type=INTERNET;type=pref:nils@choir.example
item1.X-ABLabel:_$!<Private>!$_
ADR;TYPE=home:;;Storgatan 1;Lund;;222 22;Sweden
BDAY:1961-05-03
NOTE:Prefers letters\\; answers late.
PHOTO;ENCODING=b;TYPE=JPEG:{photo}
END:VCARD

BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=85kesson;Bj=C3=B6rn
NOTE;ENCODING=QUOTED-PRINTABLE:Plays the=
 viola=0AOn Sundays only
TEL;HOME:046-123
END:VCARD
"""


def test_each_card_is_a_part_with_names_numbers_and_addresses(saved):
    photo = base64.b64encode(b"\xff\xd8" * 90).decode()
    folded = "\n ".join(photo[at : at + 60] for at in range(0, len(photo), 60))
    document = read(saved(CARDS.replace("{photo}", folded), "people.vcf"))
    assert parts(document) == [("contact", "Nils Berg"), ("contact", "Björn Åkesson")]
    assert document.text.split("\n\n") == [
        "Nils Berg",
        "Name: Dr. Nils Berg",
        "Organisation: Lund Choir, Board",
        "Title: Chair",
        "Phone (work): +46 8 555 0199",
        "Email (Private): nils@choir.example",
        "Address (home): Storgatan 1, Lund, 222 22, Sweden",
        "Birthday: 3 May 1961",
        "Prefers letters; answers late.",
        "Björn Åkesson",
        "Name: Björn Åkesson",
        "Phone (home): 046-123",
        "Plays the viola\nOn Sundays only",
    ]
    assert "picture" in [left.why for left in document.left_out]


def test_one_card_is_titled_by_its_name(saved):
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Nils Berg\nTEL:+46 8 555 0199\nEND:VCARD\n"
    document = read(saved(card, "card.vcf"))
    assert document.title == "Nils Berg"
    assert "Phone: +46 8 555 0199" in document.text


def test_what_is_cut_off_is_kept_and_told(saved):
    cut = CALENDAR[: CALENDAR.index("DESCRIPTION:Bring")]
    document = read(saved(cut, "cut.ics"))
    assert "Place: Hall 4, Lund" in document.text
    [warning] = document.warnings
    assert "cut off" in warning


def test_times_that_are_none_stay_as_they_are_written(saved):
    source = CALENDAR.replace("20260418T190000Z", "soon after Easter")
    document = read(saved(source, "easter.ics"))
    assert "Start: soon after Easter" in document.text


@pytest.mark.parametrize(
    ("name", "source"),
    [("none.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n"), ("none.vcf", "BEGIN:VCARD\nEND:VCARD\n")],
)
def test_calendars_and_cards_without_words_say_so(saved, name, source):
    with pytest.raises(EmptyDocument):
        read(saved(source, name))


@pytest.mark.parametrize("name", ["x.ics", "x.vcf"])
def test_what_is_no_calendar_or_card_is_one_line(saved, name):
    with pytest.raises(DocumentError) as caught:
        read(saved("The pier fell.\nNobody was hurt.\n", name))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "source",
    [
        "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 50_000,
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY" + ';X="' * 50_000 + ":y\n",
        "BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:" + "=\n" * 50_000 + "a\nEND:VCARD",
        "BEGIN:VCARD\nFN:" + "\\" * 100_000 + "\nEND:VCARD",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:a\nDTSTART:99999999T999999Z\nDURATION:P"
        + "9" * 9_000
        + "W\nRRULE:"
        + ";" * 50_000
        + "\nEND:VEVENT\nEND:VCALENDAR",
    ],
)
def test_hostile_calendars_and_cards_end_in_words_or_one_line(saved, source):
    for name in ("hostile.ics", "hostile.vcf"):
        assert_read_or_one_line(saved(source, name))
