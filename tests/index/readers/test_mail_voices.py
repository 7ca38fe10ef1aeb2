"""Who says what in a message: the sender's own words, what is quoted of others, a signature."""

from email.message import EmailMessage

import pytest

from index.document import touched
from index.readers.reading import read_bytes

OWN = "The gate was opened at 21:34."
QUOTED = "The gate was never opened that night."


def read_mail(body: str, *, subtype: str = "plain", subject: str = "Re: Gate 3"):
    mail = EmailMessage()
    mail["From"] = "Ilsabet Korrendahl <korrendahl@barrage.example>"
    mail["To"] = "Bo Lund <lund@town.example>"
    mail["Cc"] = "press@town.example"
    mail["Date"] = "Tue, 18 Nov 2025 08:10:00 +0100"
    mail["Subject"] = subject
    mail["Message-ID"] = "<2@barrage.example>"
    mail["In-Reply-To"] = "<1@town.example>"
    mail.set_content(body, subtype=subtype)
    return read_bytes(mail.as_bytes(), "gate.eml")


def voices(document, *words: str) -> list[tuple[str, str] | None]:
    """Of which part each of the words is, by kind and label."""
    found = []
    for one in words:
        at = document.text.index(one)
        parts = touched(document.parts, at, at + len(one))
        found.append((parts[0].kind, parts[0].label) if parts else None)
    return found


@pytest.mark.parametrize(
    ("line", "label"),
    [
        (
            "On Mon, Nov 17, 2025 at 11:40 PM Bo Lund <lund@town.example> wrote:",
            "Bo Lund, 2025-11-17",
        ),
        ("On 17 Nov 2025, at 23:40, Bo Lund wrote:", "Bo Lund, 2025-11-17"),
        ("Am 17.11.2025 um 23:40 schrieb Bo Lund:", "Bo Lund, 2025-11-17"),
        (
            "Am 17. November 2025 um 23:40 schrieb Bo Lund <lund@town.example>:",
            "Bo Lund, 2025-11-17",
        ),
        (
            "Le lun. 17 novembre 2025 à 23:40, Ana de la Cruz <cruz@town.example> a\nécrit :",
            "Ana de la Cruz, 2025-11-17",
        ),
        (
            "El 17 de noviembre de 2025 a las 23:40, Ana Ruiz\n(<ruiz@town.example>) escribió:",
            "Ana Ruiz, 2025-11-17",
        ),
        ("2025年11月17日(月) 23:40 山田太郎 <yamada@town.example>:", "山田太郎, 2025-11-17"),
        ("lund@town.example wrote:", "lund@town.example"),
        ("I do not agree with this.", "an earlier message"),
    ],
)
def test_quoted_words_are_those_of_whom_the_line_above_names(line, label):
    document = read_mail(f"{OWN}\n\n{line}\n> {QUOTED}\n> Nobody was there.\n\nMore tomorrow.\n")

    assert voices(document, OWN, QUOTED, "More tomorrow.") == [None, ("quotation", label), None]
    assert f"{QUOTED}\nNobody was there." in document.text
    assert " ".join(line.split()) in " ".join(document.text.split())


def test_words_quoted_in_what_is_quoted_are_of_their_own_author():
    document = read_mail(
        f"{OWN}\n\nOn 17 Nov 2025 at 23:40 Bo Lund <b@t.example> wrote:\n> So it says.\n>\n"
        f"> On 16 Nov 2025 at 20:00 Ana Ruiz <a@t.example> wrote:\n>> {QUOTED}\n> And then?\n"
    )

    assert voices(document, "So it says.", QUOTED, "And then?") == [
        ("quotation", "Bo Lund, 2025-11-17"),
        ("quotation", "Ana Ruiz, 2025-11-16"),
        ("quotation", "Bo Lund, 2025-11-17"),
    ]


@pytest.mark.parametrize(
    "header",
    [
        (
            "-----Original Message-----\nFrom: Bo Lund\nSent: Monday, November 17, 2025 11:40 PM\n"
            "To: Ilsabet Korrendahl\nSubject: Something else"
        ),
        (
            "Von: Bo Lund <lund@town.example>\nGesendet: Montag, 17. November 2025 23:40\n"
            "An: Ilsabet Korrendahl\nBetreff: Gate 3"
        ),
        (
            "De : Bo Lund\nEnvoyé : lundi 17 novembre 2025 23:40\nÀ : Ilsabet Korrendahl\n"
            "Objet : Gate 3"
        ),
        (
            "*De:* Bo Lund\n*Enviado:* lunes, 17 de noviembre de 2025 23:40\n"
            "*Para:* Ilsabet Korrendahl\n*Asunto:* Gate 3"
        ),
        (
            "---------- Forwarded message ---------\nFrom: Bo Lund <lund@town.example>\n"
            "Date: Mon, 17 Nov 2025 at 23:40\nSubject: Gate 3\nTo: <k@barrage.example>"
        ),
    ],
    ids=["Outlook", "German", "French", "Spanish", "forwarded"],
)
def test_what_stands_below_the_header_lines_of_a_message_is_its_authors(header):
    document = read_mail(f"{OWN}\n\n{header}\n\n{QUOTED}\n\nNobody was there.\n")

    whose = ("quotation", "Bo Lund, 2025-11-17")
    assert voices(document, OWN, QUOTED, "Nobody was there.") == [None, whose, whose]


def test_lines_with_labels_that_are_no_header_are_the_senders():
    agenda = "When: Monday 17 November 2025 10:00\nWhere: Room 3\nWho: Anna and Bo\nWhat: Gate 4"

    assert not read_mail(f"{agenda}\n\n{OWN}\n").parts


def test_a_signature_is_told_apart_and_ends_where_a_quotation_begins():
    document = read_mail(
        f"{OWN}\nRegards\n-- \nIlsabet Korrendahl\nHead of operations\n\n"
        f"On 17 Nov 2025 at 23:40 Bo Lund <b@t.example> wrote:\n> {QUOTED}\n"
    )

    assert voices(document, OWN, "Head of operations", QUOTED) == [
        None,
        ("signature", "Ilsabet Korrendahl"),
        ("quotation", "Bo Lund, 2025-11-17"),
    ]


def test_a_page_tells_its_quotations_by_its_marks():
    document = read_mail(
        f"<div>{OWN}</div><div class='gmail_quote'><div>On 17 Nov 2025 at 23:40 Bo Lund "
        f"&lt;b@t.example&gt; wrote:<br></div><blockquote><p>{QUOTED}</p><blockquote>Deeper words."
        "</blockquote></blockquote></div><p>More tomorrow.</p>",
        subtype="html",
    )

    assert voices(document, OWN, QUOTED, "More tomorrow.") == [
        None,
        ("quotation", "Bo Lund, 2025-11-17"),
        None,
    ]
    assert voices(document, "Deeper words.")[0][0] == "quotation"
    assert not any("\ue000" <= character <= "\ue001" for character in document.text)


def test_a_page_from_outlook_tells_them_by_the_header_lines():
    document = read_mail(
        f"<p>{OWN}</p><div><p><b>From:</b> Bo Lund<br><b>Sent:</b> Monday, November 17, 2025 11:40 "
        f"PM<br><b>To:</b> Ilsabet<br><b>Subject:</b> Gate 3</p></div><p>{QUOTED}</p>",
        subtype="html",
    )

    assert voices(document, OWN, QUOTED) == [None, ("quotation", "Bo Lund, 2025-11-17")]


def test_what_the_headers_say_are_properties():
    assert read_mail(OWN).properties == (
        ("from", "Ilsabet Korrendahl <korrendahl@barrage.example>"),
        ("to", "Bo Lund <lund@town.example>"),
        ("cc", "press@town.example"),
        ("date", "2025-11-18T08:10:00+01:00"),
        ("subject", "Re: Gate 3"),
        ("message-id", "<2@barrage.example>"),
        ("in-reply-to", "<1@town.example>"),
    )


@pytest.mark.parametrize(
    "body",
    [
        *(">" * 300_000, "<blockquote" * 30_000, "A:" * 100_000, "A: 1\n" * 60_000),
        *("a" + "-" * 300_000 + "a\nA: 1\nB: 2\nC: 3", "A B " * 75_000 + "\n> a"),
    ],
)
def test_hostile_bodies_are_read_in_time_that_grows_with_them(body):
    for subtype in ("plain", "html"):
        assert read_mail(f"{OWN}\n{body}\n", subtype=subtype).text
