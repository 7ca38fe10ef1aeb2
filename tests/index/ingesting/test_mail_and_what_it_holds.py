"""Mail as it comes in: each message a document, and each file that was attached to it."""

import io
import mailbox
import zipfile
from email.message import EmailMessage
from pathlib import Path

import outlook_file
import pytest
from openpyxl import Workbook
from outlook_file import message_file
from PIL import Image

from index.ingesting.report import AddReport
from index.places import shown_name

WORDS = "The gate was opened at 21:34."
NOTE = "The museum shows seven ferries."
UNREAD = "bad_readers:refuse"


def message(subject: str = "Gate 3", words: str = WORDS, **attached: bytes) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Ilsabet Korrendahl <korrendahl@barrage.example>"
    mail["Date"] = "Mon, 17 Nov 2025 23:40:00 +0100"
    mail["Subject"] = subject
    mail.set_content(words)
    for name, data in attached.items():
        filename = name.replace("_", ".")
        mail.add_attachment(data, maintype="application", subtype="x", filename=filename)
    return mail


def workbook() -> bytes:
    book, held = Workbook(), io.BytesIO()
    book.active.append(["Ferry", "Tons"])
    book.active.append(["Quill", 231])
    book.save(held)
    return held.getvalue()


def names(done) -> list[str]:
    return [shown_name(one.path) for one in done]


def known(shelf, report: AddReport) -> dict:
    ids = {one.document_id: shown_name(one.path) for one in report.added}
    return {ids[one.id]: one for one in shelf.store.documents()}


def test_what_is_attached_is_a_document_that_says_to_what(shelf, files):
    inner = message("The log", "Wind from the west.", note_txt=b"Deeper inside.")
    mail = message(table_xlsx=workbook(), song_mp3=b"ID3")
    mail.add_attachment(inner)
    path = files / "mail.eml"
    path.write_bytes(mail.as_bytes())

    report = shelf.add(files)
    documents = known(shelf, report)

    assert names(report.added) == [
        "mail.eml",
        "mail.eml › table.xlsx",
        "mail.eml › The log.eml",
        "mail.eml › The log.eml › note.txt",
    ]
    assert ("attachment of", "Gate 3") in documents["mail.eml › table.xlsx"].properties
    assert ("attachment of", "The log") in documents[names(report.added)[3]].properties
    assert names(report.passed_over) == ["mail.eml › song.mp3"]
    assert shelf.lexical("Quill 231")
    assert len(shelf.add(files, reader=UNREAD).unchanged) == 4
    assert not shelf.store.check()


def test_an_attachment_that_is_gone_from_its_mail_is_withdrawn(shelf, files):
    path = files / "mail.eml"
    path.write_bytes(message(note_txt=NOTE.encode(), more_txt=b"More of it.").as_bytes())
    shelf.add(files)
    path.write_bytes(message(more_txt=b"More of it.").as_bytes())
    assert names(shelf.add(files).removed) == ["mail.eml › note.txt"]
    path.write_bytes(message().as_bytes())
    assert names(shelf.add(files).removed) == ["mail.eml › more.txt"]

    assert [one.title for one in shelf.store.documents()] == ["Gate 3"]
    assert len(shelf.add(files, reader=UNREAD).unchanged) == 1


def test_a_picture_without_words_in_a_mail_is_passed_over_and_told(shelf, files):
    held = io.BytesIO()
    Image.new("L", (60, 60), 255).save(held, "PNG")
    (files / "mail.eml").write_bytes(message(logo_png=held.getvalue()).as_bytes())

    report = shelf.add(files)

    assert names(report.added) == ["mail.eml"]
    assert names(report.passed_over) == ["mail.eml › logo.png"]
    assert not report.failed


def test_pictures_and_texts_within_a_message_are_not_left_in_silence(shelf, files):
    mail = message(words=WORDS)
    mail.add_alternative("<p>The gate was opened.</p><img src='cid:1'>", subtype="html")
    page = mail.get_payload(1)
    page.add_related(b"GIF89a", maintype="image", subtype="gif", cid="<1>")
    mail.make_mixed()
    mail.attach(message(words="Wind from the west, said afterwards."))
    mail.get_payload(1).set_content("Wind from the west, said afterwards.")
    (files / "mail.eml").write_bytes(mail.as_bytes())

    report = shelf.add(files)

    assert names(report.passed_over) == ["mail.eml › unnamed.gif"]
    assert names(report.added) == ["mail.eml"]
    assert "said afterwards" in "".join(shelf.live())


def test_what_is_attached_to_a_message_of_outlook_is_a_document_too(shelf, files):
    headers = (
        "From: Bo Lund <lund@town.example>\r\nDate: Mon, 17 Nov 2025 23:40:00 +0100\r\n"
        "Message-ID: <1@town.example>\r\nIn-Reply-To: <0@town.example>\r\n"
    )
    table = b"Ferry,Tons\nQuill,231\n" * 300
    attached = {"table.csv": table, "note.txt": NOTE.encode(), "inner.msg": None}
    data = message_file("Gate 3", WORDS, headers=headers, attached=attached)
    (files / "mail.msg").write_bytes(data)

    report = shelf.add(files)
    documents = known(shelf, report)

    assert names(report.added) == ["mail.msg", "mail.msg › table.csv", "mail.msg › note.txt"]
    assert ("attachment of", "Gate 3") in documents["mail.msg › note.txt"].properties
    assert names(report.passed_over) == ["mail.msg › inner.msg"]
    assert "not kept as a file" in report.passed_over[0].reason
    assert not report.failed
    told = dict(documents["mail.msg"].properties)
    assert told["date"] == "2025-11-17T23:40:00+01:00"
    assert told["in-reply-to"] == "<0@town.example>"


def test_a_message_inside_a_message_of_outlook_is_a_document_with_what_it_holds(shelf, files):
    headers = (
        "From: Ada Moe <moe@town.example>\r\nDate: Sun, 16 Nov 2025 08:05:00 +0100\r\n"
        "To: Bo Lund <lund@town.example>\r\n"
    )
    oldest = outlook_file.message("The first report", "The valve was new then.", head=24)
    held = {"note.txt": b"It is rusty now.", "x": oldest}
    older = outlook_file.message(
        "Gate 3/4?", "The valve is stuck.", headers=headers, attached=held, head=24
    )
    only_rich = outlook_file.message("In colours", "", rtf=b"LZFu" * 20, head=24)
    attached = {"older.msg": older, "rich.msg": only_rich}
    (files / "mail.msg").write_bytes(message_file("Fwd", WORDS, attached=attached))

    report = shelf.add(files)
    documents = known(shelf, report)

    assert names(report.added) == [
        "mail.msg",
        "mail.msg › Gate 3-4?.eml",
        "mail.msg › Gate 3-4?.eml › note.txt",
        "mail.msg › Gate 3-4?.eml › The first report.eml",
    ]
    older = documents["mail.msg › Gate 3-4?.eml"]
    assert (older.title, older.author, older.date) == ("Gate 3/4?", "Ada Moe", "2025-11-16")
    assert dict(older.properties)["attachment of"] == "Fwd"
    assert "Attachments: Gate 3-4?.eml, In colours.eml" in "".join(shelf.live())
    (passed_over,) = report.passed_over
    assert "In colours.eml" in str(passed_over.path)
    assert shelf.finds("It is rusty now.")
    assert sorted(names(shelf.sync(files).unchanged)) == sorted(names(report.added))


def test_words_that_outlook_keeps_in_its_own_way_are_told(shelf, files):
    (files / "mail.msg").write_bytes(message_file("Gate 3", "", rtf=b"LZFu" * 20))

    (added,) = shelf.add(files).added

    assert "rich text only" in added.reason


def box(path: Path, *mails: EmailMessage) -> Path:
    held = mailbox.mbox(path)
    held.clear()
    for mail in mails:
        held.add(mail)
    held.close()
    return path


@pytest.fixture
def mails() -> list[EmailMessage]:
    return [message(f"Notice {n}", f"From here on ferry {n} is late.") for n in range(1, 5)]


def test_each_message_of_a_mailbox_is_a_document_with_its_subject_and_date(shelf, files, mails):
    mails[1].add_attachment(NOTE.encode(), maintype="text", subtype="plain", filename="n.txt")
    box(files / "box.mbox", *mails)

    report = shelf.add(files)
    documents = known(shelf, report)

    assert names(report.added) == [f"box.mbox › {n}" for n in ("1", "2", "2 › n.txt", "3", "4")]
    assert documents["box.mbox › 3"].title == "Notice 3"
    assert documents["box.mbox › 3"].date == "2025-11-17"
    assert "\nFrom here on ferry 3" in shelf.store.document(documents["box.mbox › 3"].id).text
    assert len(shelf.add(files, reader=UNREAD).unchanged) == 5


def test_a_mailbox_that_loses_its_first_message_keeps_the_documents_of_the_others(
    shelf, files, mails
):
    path = box(files / "box.mbox", *mails)
    shelf.add(files)
    before = {one.title: one.id for one in shelf.store.documents()}
    box(path, *mails[1:])

    report = shelf.add(files, reader=UNREAD)

    del before["Notice 1"]
    assert {one.title: one.id for one in shelf.store.documents()} == before
    assert not report.failed
    assert not shelf.store.check()


def test_a_mailbox_that_grows_reads_the_new_messages_only(shelf, files, mails):
    path = box(files / "box.mbox", *mails[:3])
    shelf.add(files)
    box(path, *mails)

    report = shelf.add(files)

    assert (len(report.unchanged), len(report.added)) == (3, 1)


def test_mail_in_an_archive_is_opened_too(shelf, files):
    with zipfile.ZipFile(files / "old.zip", "w") as archive:
        archive.writestr("mail.eml", message(note_txt=NOTE.encode()).as_bytes())

    assert names(shelf.add(files).added) == [
        "old.zip › mail.eml",
        "old.zip › mail.eml › note.txt",
    ]


def test_the_mails_of_one_day_are_listed_in_the_order_of_their_sending(shelf, files):
    # The first is sent from New York, and later.
    for title, hour in (("A", "07:00:00 -0500"), ("C", "11:00:00 +0000"), ("B", "10:00:00 +0200")):
        mail = message(f"Notice {title}", f"Of {title}.")
        mail.replace_header("Date", f"Mon, 17 Nov 2025 {hour}")
        (files / f"{title}.eml").write_bytes(mail.as_bytes())
    shelf.add(files)

    assert [one.title for one in shelf.store.documents()] == [*("Notice A", "Notice C", "Notice B")]


def test_messages_that_answer_each_other_in_a_circle_are_listed_all(shelf, files):
    for title, hour, id_, answered in (
        ("Question", "12:00", "<1@x>", "<3@x>"),  # in a circle with the last one
        ("Answer", "11:00", "<2@x>", "<1@x>"),
        ("Thanks", "10:00", "<3@x>", "<2@x>"),
        ("Before", "09:00", "<4@x>", "<9@elsewhere>"),
    ):
        mail = message(title, f"Of {title}.")
        mail.replace_header("Date", f"Mon, 17 Nov 2025 {hour}:00 +0000")
        mail["Message-ID"], mail["In-Reply-To"] = id_, answered
        (files / f"{title}.eml").write_bytes(mail.as_bytes())
    shelf.add(files)

    titles = [one.title for one in shelf.store.documents()]
    assert titles.index("Before") == 3
    assert len(set(titles)) == 4


def test_a_reply_is_later_than_what_it_answers_whatever_the_clocks_said(shelf, files):
    for title, hour, id_, answered in (
        ("Question", "12:00", "<1@x>", ""),
        ("Answer", "11:00", "<2@x>", "<1@x>"),
        ("Thanks", "10:00", "<3@x>", "<2@x>"),
    ):
        mail = message(title, f"Of {title}.")
        mail.replace_header("Date", f"Mon, 17 Nov 2025 {hour}:00 +0000")
        mail["Message-ID"] = id_
        if answered:
            mail["In-Reply-To"] = answered
        (files / f"{title}.eml").write_bytes(mail.as_bytes())
    shelf.add(files)

    assert [one.title for one in shelf.store.documents()] == ["Thanks", "Answer", "Question"]


def test_the_number_in_a_mailbox_is_no_name_of_a_message(shelf, files, mails):
    box(files / "box.mbox", *mails)
    shelf.add(files)
    with shelf.store.snapshot() as snapshot:
        assert not snapshot.mentioned(["box"])
