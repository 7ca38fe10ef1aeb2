"""Mail as it comes in: each message a document, and each file that was attached to it."""

import io
import mailbox
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from openpyxl import Workbook
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
    assert names(report.added) == ["mail.eml", "mail.eml › unnamed.txt"]
    assert "said afterwards" in "".join(shelf.live())


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


def test_the_number_in_a_mailbox_is_no_name_of_a_message(shelf, files, mails):
    box(files / "box.mbox", *mails)
    shelf.add(files)
    with shelf.store.snapshot() as snapshot:
        assert not snapshot.mentioned(["box"])
