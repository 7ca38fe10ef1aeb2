"""Mail: what people cite of a message is its header lines and its words."""

import mailbox
from email.message import EmailMessage

import pytest
from outcomes import assert_read_or_one_line

from index.errors import DocumentError, EmptyDocument
from index.readers import read
from index.readers.reading import read_bytes


def message(**changes):
    mail = EmailMessage()
    mail["From"] = "Ilsabet Korrendahl <korrendahl@barrage.example>"
    mail["To"] = "press@town.example"
    mail["Date"] = "Mon, 17 Nov 2025 23:40:00 -0800"
    mail["Subject"] = "Statement on Gate 3"
    mail["Message-ID"] = "<1@barrage.example>"
    mail.set_content(
        "The gate was opened at 21:34.\n\nIt was a controlled release – no accident.\n"
    )
    for name, value in changes.items():
        del mail[name]
        mail[name] = value
    return mail


@pytest.fixture
def saved(tmp_path):
    def save(mail, name="statement.eml"):
        path = tmp_path / name
        path.write_bytes(mail if isinstance(mail, bytes) else mail.as_bytes())
        return path

    return save


def test_a_message_is_its_header_lines_and_its_words(saved):
    document = read(saved(message()))
    assert document.text.split("\n\n") == [
        (
            "From: Ilsabet Korrendahl <korrendahl@barrage.example>\nTo: press@town.example\n"
            "Date: Mon, 17 Nov 2025 23:40:00 -0800\nSubject: Statement on Gate 3"
        ),
        "The gate was opened at 21:34.",
        "It was a controlled release – no accident.",
    ]
    assert document.title == "Statement on Gate 3"
    assert document.author == "Ilsabet Korrendahl"


def test_its_date_is_the_day_on_which_the_sender_wrote(saved):
    assert read(saved(message())).date == "2025-11-17"


def test_a_message_is_told_by_its_content(saved):
    assert read(saved(message(), name="statement.txt")).media_type == "message/rfc822"


def test_of_a_page_and_its_plain_words_the_words_are_read(saved):
    mail = message()
    mail.add_alternative("<p>The <b>page</b></p>", subtype="html")
    assert "controlled release" in read(saved(mail)).text


def test_a_message_that_is_only_a_page_is_read_as_one_sees_it(saved):
    mail = message()
    mail.set_content("<p>It held.</p><p hidden>It broke.</p><script>x()</script>", subtype="html")
    assert read(saved(mail)).text.endswith("\n\nIt held.")


def test_what_was_attached_is_named(saved):
    mail = message()
    mail.add_attachment(b"\0", maintype="application", subtype="pdf", filename="report.pdf")
    assert read(saved(mail)).text.endswith("Attachments: report.pdf")


def test_the_messages_of_a_mailbox_are_parts(tmp_path):
    box = mailbox.mbox(tmp_path / "all.mbox")
    for subject in ("The first", "The second"):
        box.add(message(Subject=subject))
    box.close()
    document = read(tmp_path / "all.mbox")
    first, second = document.parts
    assert (first.kind, first.label, second.label) == ("message", "1", "2")
    assert "The second" in document.text[second.start : second.end]
    assert "The second" not in document.text[first.start : first.end]


def test_a_message_cut_anywhere_is_text_or_one_line(saved):
    mail = message()
    mail.add_alternative("<p>The <b>page</b></p>", subtype="html")
    mail.add_attachment(b"\0\1", maintype="application", subtype="pdf", filename="report.pdf")
    data = mail.as_bytes()
    for cut in range(1, len(data), max(len(data) // 40, 1)):
        assert_read_or_one_line(saved(data[:cut]))


@pytest.mark.parametrize(
    "hostile",
    [
        (
            b"From: =?unknown-9?q?=FF?= <a@b>\nMessage-ID: <1>\n"
            b"Content-Type: text/plain; charset=no-such\n\nWords\n"
        ),
        b"Message-ID: <1>\nDate: yesterday, more or less\nSubject: =?utf-8?b?////?=\n\nWords\n",
        b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=""\n\nWords\n',
        b"Message-ID: <1>\n"
        + b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3_000)
        ),
    ],
    ids=["unknown encodings", "nonsense in headers", "empty boundary", "3,000 parts deep"],
)
def test_malformed_messages_are_text_or_one_line(saved, hostile):
    assert_read_or_one_line(saved(hostile))


def test_a_message_without_words_is_empty(saved):
    with pytest.raises(EmptyDocument):
        read(saved(b"X-Nothing: 1\n\n"))


def test_an_outlook_file_cut_off_is_one_line(saved):
    opening = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    data = opening + "__properties_version1.0".encode("utf-16-le") * 50
    with pytest.raises(DocumentError, match="damaged or cut off"):
        read(saved(data, name="letter.msg"))


def test_the_code_pages_of_windows_are_known_by_all_their_names(saved):
    head = b"From: a@b.example\nMIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n"
    kind = b"Content-Type: text/plain; charset=windows-950\n\n"

    mail = head + kind + "閘門二十一時開啟。".encode("cp950")

    assert "閘門二十一時開啟。" in read(saved(mail)).text


def test_a_page_that_says_more_than_its_plain_version_is_read(saved):
    mail = message()
    mail.set_content("This mail needs a newer program.")
    page = "<p>The fee is 41 euros from May on, and nobody pays twice.</p>"
    mail.add_alternative(page, subtype="html")

    document = read(saved(mail))

    assert "The fee is 41 euros" in document.text
    [left] = document.left_out
    assert (left.words, left.why) == ("This mail needs a newer program.", "plain version")


def test_words_behind_a_picture_go_on_in_the_mail(saved):
    mail = message()
    mail.set_content("See the plan.")
    mail.make_mixed()
    mail.add_attachment(b"GIF89a", maintype="image", subtype="gif", filename="plan.gif")
    mail.attach(message())
    mail.get_payload(2).set_content("Bring gloves.")

    text = read(saved(mail)).text

    assert text.endswith("See the plan.\n\nBring gloves.\n\nAttachments: plan.gif")


def test_an_encoding_that_nobody_knows_is_told_by_the_bytes():
    head = "From: holt@pier.example\nContent-Type: text/plain; charset=unknown-8bit\n\n"
    data = head.encode() + "Die Gebühr ist 40 Euro.".encode("latin-1")

    assert read_bytes(data, "a.eml").text.endswith("Die Gebühr ist 40 Euro.")
