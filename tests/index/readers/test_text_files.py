"""Plain text: what stands in the file is what can be cited."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import normalised
from index.errors import DocumentError, EmptyDocument, UnsupportedFormat
from index.readers import read

# NUL and other control characters besides white space mark binary files.
WRITTEN = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\r\t\x85"), min_size=1
).filter(lambda text: text.encode().strip() and normalised(text).strip())


@given(text=WRITTEN)
def test_any_unicode_text_is_read_as_it_was_written(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("text") / "note.txt"
    path.write_bytes(text.encode())

    document = read(path)

    assert document.text == normalised(text)
    if document.date_span is not None:
        assert document.text[slice(*document.date_span)].strip()


SENTENCES = {
    "cp1252": "The minister’s “brief” visit to a café cost €5 — he said so himself.",
    "latin-1": "Le président a déclaré que l'été serait chaud et que les élèves étaient prêts.",
    "cp1250": "Ministr se ve čtvrtek sešel se svým protějškem, řekl že příliš žluťoučký kůň úpěl.",
    "shift_jis": "国務長官は木曜日にニューデリーで外相と短時間会談した。会談は十分未満だった。",
    "koi8-r": "Министр иностранных дел встретился с госсекретарём в Нью-Дели в четверг.",
    "cp1251": "Министр иностранных дел встретился с госсекретарём в Нью-Дели в четверг.",
    "gb18030": "国务卿星期四在新德里与外长短暂会晤。会晤持续不到十分钟。",
    "euc_kr": "국무장관은 목요일 뉴델리에서 외무장관과 짧게 만났다.",
    "utf-8-sig": "The minister’s visit.",
    "utf-16": "The minister’s visit, на русском.",
    "utf-32": "The minister’s visit, на русском.",
    "utf-16-le": "Министр встретился с госсекретарём, the minister’s visit.",
    "utf-16-be": "国務長官は木曜日に、ニューデリーで外相と会談した。",
}


@pytest.mark.parametrize("encoding", SENTENCES)
def test_a_legacy_encoding_is_recognised_without_being_named(tmp_path, encoding):
    path = tmp_path / "note.txt"
    path.write_bytes(SENTENCES[encoding].encode(encoding))

    assert read(path).text == SENTENCES[encoding]


def test_a_german_sentence_in_cp1252_is_not_taken_for_chinese(tmp_path):
    sentence = "Größere Fortschritte gab es nicht, sagte er über das Gespräch am Donnerstag."
    path = tmp_path / "note.txt"
    path.write_bytes(sentence.encode("cp1252"))

    assert read(path).text == sentence


def test_one_damaged_byte_does_not_turn_utf8_into_another_encoding(tmp_path):
    path = tmp_path / "note.txt"
    path.write_bytes("Přišel včera večer a řekl, že příště přijde dříve. ".encode() + b"\xc5")

    assert read(path).text.startswith("Přišel včera večer a řekl, že příště přijde dříve. ")


def test_hard_wrapped_lines_stay_as_they_are_but_for_newlines(tmp_path):
    path = tmp_path / "note.txt"
    path.write_bytes(b"one line\r\nand another\rand a third\n")

    assert read(path).text == "one line\nand another\nand a third\n"


def test_a_stray_nul_is_left_out(tmp_path):
    path = tmp_path / "note.txt"
    path.write_bytes(b"A long enough line of text that holds one NUL \0 and nothing else odd.")

    assert "\0" not in read(path).text


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n", "\ufeff \u3000\n".encode()])
def test_a_file_without_text_is_called_empty(tmp_path, content):
    path = tmp_path / "note.txt"
    path.write_bytes(content)

    with pytest.raises(EmptyDocument):
        read(path)


def test_a_news_report_that_opens_with_its_date_is_dated_by_it(tmp_path):
    path = tmp_path / "talks_in_delhi.txt"
    path.write_text(" date 2023-03-02 In a significant move, the ministers met.\n\nThey left.\n")

    document = read(path)

    assert document.date == "2023-03-02"
    assert document.text[slice(*document.date_span)] == "2023-03-02"
    assert document.title == "Talks in delhi"


def test_a_missing_file_says_so_without_its_path(tmp_path):
    with pytest.raises(DocumentError) as caught:
        read(tmp_path / "absent.txt")

    assert str(caught.value) == "There is no such file."


def test_a_folder_is_not_read(tmp_path):
    with pytest.raises(DocumentError, match="folder"):
        read(tmp_path)


BINARY = {
    "ogg": b"OggS\0\2" + bytes(range(256)),
    "sqlite": b"SQLite format 3\0" + bytes(range(256)) * 4,
    "noise": bytes(range(256)) * 8,
}


@pytest.mark.parametrize("kind", BINARY)
def test_a_binary_file_named_txt_is_refused_in_one_line(tmp_path, kind):
    path = tmp_path / "note.txt"
    path.write_bytes(BINARY[kind])

    with pytest.raises(UnsupportedFormat) as caught:
        read(path)

    message = str(caught.value)
    assert "can be read" in message
    assert "\n" not in message
    assert str(tmp_path) not in message


def test_the_name_of_an_upload_gives_its_title_and_kind(tmp_path):
    path = tmp_path / "tmp8a7f"
    path.write_text("**Nothing** is marked here.\n")

    as_text = read(path, name="annual_report-2023.txt")
    as_markdown = read(path, name="annual_report-2023.md")

    assert (as_text.title, as_text.text) == ("Annual report 2023", "**Nothing** is marked here.\n")
    assert as_markdown.text == "Nothing is marked here."


def test_the_line_that_is_the_title_is_a_heading_and_no_sentence(tmp_path):
    path = tmp_path / "zebras.txt"
    path.write_text("The zebra house of Lom\n4 May 2024\n\nThe zebra house holds 17 zebras.\n")
    document = read(path)
    assert document.title == "The zebra house of Lom"
    [heading] = document.headings
    assert document.text[heading.start : heading.end] == document.title
    assert document.heading_path(document.text.index("17")) == (document.title,)


def test_lines_with_a_line_of_marks_below_are_headings(tmp_path):
    path = tmp_path / "certificates.txt"
    path.write_text(
        "Certificates\n============\n\nHow they are kept.\n\nTo remove them\n--------------\n\n"
        "Delete the file.\n\nName    Age\n-----------\nAnna    40\n\nShort\n----------------\n"
    )
    document = read(path)

    headings = [(one.level, document.text[one.start : one.end]) for one in document.headings]
    assert headings == [(1, "Certificates"), (2, "To remove them")]
    assert document.heading_path(document.text.index("Delete")) == (
        "Certificates",
        "To remove them",
    )
