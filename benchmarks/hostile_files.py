"""The files of `hostile.py`: one ordinary file a format, and what hostile ones look like."""

import csv
import io
import json
import os
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from email.message import EmailMessage
from pathlib import Path

import docx
import pptx
import xlsxwriter
from odf import opendocument, table, text
from PIL import Image, ImageDraw
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

SENTENCES = [
    f"On day {n} the keeper of Teal Harbour mended lantern number {n} for {n * 7} crowns."
    for n in range(1, 60)
]
"""About 4,500 characters, so that the cuts go through text and through structure."""

_BOMB = 1 << 30
_DEEP = 200_000
_CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
    'version="1.0"><rootfiles><rootfile full-path="c.opf" '
    'media-type="application/oebps-package+xml"/></rootfiles></container>'
)
_PACKAGE = (
    '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
    '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Lanterns</dc:title></metadata>'
    '<manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
    '<spine><itemref idref="a"/></spine></package>'
)


def ordinary() -> dict[str, bytes]:
    """Name → content of a well-formed file of each format."""
    lines = "\n\n".join(SENTENCES)
    html = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    rows = [["day", "lantern", "crowns"], *([n, n, n * 7] for n in range(1, 120))]
    mail = _mail(lines)
    return {
        "lanterns.txt": lines.encode(),
        "utf16.txt": lines.encode("utf-16"),
        "lanterns.md": f"# Lanterns\n\n{lines}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n".encode(),
        "lanterns.html": f"<!doctype html><title>Lanterns</title><body>{html}</body>".encode(),
        "lanterns.pdf": pdf(12),
        "lanterns.docx": _word(),
        "lanterns.xlsx": _workbook(rows),
        "lanterns.pptx": _slides(),
        "lanterns.odt": _odt(),
        "lanterns.ods": _ods(rows),
        "lanterns.rtf": (r"{\rtf1\ansi " + r"\par ".join(SENTENCES) + "}").encode(),
        "lanterns.csv": _separated(rows),
        "lanterns.epub": epub(html.encode()),
        "lanterns.eml": mail,
        "lanterns.mbox": b"From a@b.invalid Mon Mar  2 12:00:00 2026\n" + mail + b"\n",
        "lanterns.json": json.dumps(
            [{"day": n, "said": s} for n, s in enumerate(SENTENCES)]
        ).encode(),
        "lanterns.jsonl": "\n".join(json.dumps({"said": s}) for s in SENTENCES).encode(),
        "lanterns.ipynb": _notebook(),
        "lanterns.xml": f"<?xml version='1.0'?><log>{html}</log>".encode(),
        "lanterns.py": "".join(
            f"# {sentence}\nn = {n}\n" for n, sentence in enumerate(SENTENCES)
        ).encode(),
        "lanterns.png": picture("PNG"),
        "lanterns.jpg": picture("JPEG"),
        "lanterns.tiff": picture("TIFF"),
    }


def write(folder: Path) -> None:
    """Write the hostile files into a folder."""
    for name, content in _hostile().items():
        (folder / name).write_bytes(content() if callable(content) else content)
    for name in (
        "two\nlines.txt",
        "\u202etxt.fdp.txt",
        "-rf.txt",
        "a" * 251 + ".txt",
        "%s{0}$(id).txt",
    ):
        (folder / name).write_text("The name of this file is odd.\n")
    (Path(os.fsdecode(os.fsencode(folder) + b"/not utf-8 \xff\xfe.txt"))).write_text("Odd bytes.\n")
    os.mkfifo(folder / "pipe.txt")
    (folder / "endless.txt").symlink_to("/dev/zero")
    (folder / "nowhere.txt").symlink_to("not there")
    (folder / "round").symlink_to(folder, target_is_directory=True)
    with (folder / "500 MB.txt").open("wb") as file:
        line = "".join(SENTENCES).encode()
        for _ in range(500_000_000 // len(line) + 1):
            file.write(line)
    deep = folder / "/".join(["d"] * 300)
    deep.mkdir(parents=True)
    (deep / "deep.txt").write_text("This file lies deep.\n")


def _hostile() -> dict[str, bytes | Callable[[], bytes]]:
    made = ordinary()
    laughs = "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' if n else '<!ENTITY a0 "ha">' for n in range(12)
    )
    many = " ".join(f'a{n}="x"' for n in range(200_000))
    xml = '<?xml version="1.0"?>'
    return {
        "empty.txt": b"",
        "blank.txt": b" \n\t\n",
        "one letter.txt": b"x",
        "zeros.txt": bytes(1 << 20),
        "noise.txt": random.Random(3).randbytes(1 << 20),
        "control.txt": bytes(range(32)) * 40 + b" The keeper rang twice. " + b"\x7f\x1b[31m" * 9,
        "surrogates.txt": "The \ud800 keeper \udfff rang.".encode("utf-16-le", "surrogatepass")
        * 40,
        "overlong.txt": b"\xc0\xaf\xed\xa0\x80 The keeper rang. \xff\xfe" * 40,
        "directions.txt": "\u202eThe keeper\u2066 rang\u202c twice.\u200f\ufeff".encode() * 50,
        "marks.txt": ("Z" + "\u0301" * 3_000 + " rang. ").encode() * 40,
        "one line.txt": b"word " * 400_000,
        "one word.txt": b"w" * 2_000_000,
        "new lines.txt": b"\n" * 5_000_000 + b"The end.",
        "one line.html": lambda: b"<html><p>" + b"word " * 400_000,
        "deep.html": b"<html>" + b"<div>" * _DEEP + b"deep" + b"</div>" * _DEEP,
        "tags.html": b"<html>" + b"<" * 500_000,
        "table.html": b"<html><table>" + b"<tr><td colspan=99999 rowspan=99999>x" * 5_000,
        "deep.md": b"> " * 50_000 + b"deep",
        "brackets.md": b"# x\n" + b"[" * 100_000 + b"](" * 10_000,
        "stars.md": b"# x\n" + b"*a _b " * 50_000,
        "deep.json": b"[" * 1_000_000 + b"]" * 1_000_000,
        "numbers.json": b"[" + b"9" * 500_000 + b"]",
        "keys.json": json.dumps({f"key {n}": n for n in range(20_000)}).encode(),
        "deep.xml": xml.encode() + b"<a>" * _DEEP + b"deep" + b"</a>" * _DEEP,
        "laughs.xml": f"{xml}<!DOCTYPE l [{laughs}]><l>&a11;</l>".encode(),
        "outside.xml": f'{xml}<!DOCTYPE l [<!ENTITY f SYSTEM "file:///etc/passwd">]><l>&f;</l>'.encode(),
        "attributes.xml": f"{xml}<l {many}/>".encode(),
        "deep.rtf": rb"{\rtf1 " + b"{" * _DEEP + b"deep" + b"}" * _DEEP,
        "bin.rtf": rb"{\rtf1 The keeper rang. \bin2000000000 x}",
        "words.rtf": rb"{\rtf1 " + rb"\par " * 2_000_000 + b"}",
        "columns.csv": b"a," * 100_000 + b"\n" + b"1," * 100_000,
        "quote.csv": b'a,b\n1,"' + b"never closed, " * 100_000,
        "parts.eml": _nested_mail(2_000),
        "headers.eml": b"Subject: x\n"
        + b"".join(b"X-%d: y\n" % n for n in range(200_000))
        + b"\nHi.",
        "bomb.docx": lambda: _bomb("word/document.xml", _word()),
        "bomb.xlsx": lambda: _bomb("xl/sharedStrings.xml", made["lanterns.xlsx"]),
        "bomb.pptx": lambda: _bomb("ppt/slides/slide1.xml", made["lanterns.pptx"]),
        "bomb.odt": lambda: _bomb("content.xml", made["lanterns.odt"]),
        "bomb.epub": lambda: _bomb("a.xhtml", made["lanterns.epub"]),
        "lying.docx": lambda: _lying(_bomb("word/document.xml", _word())),
        "laughs.docx": _replaced(
            made["lanterns.docx"],
            "word/document.xml",
            f"{xml}<!DOCTYPE l [{laughs}]><l>&a11;</l>".encode(),
        ),
        "wide.xlsx": _wide_workbook(),
        "outside.zip.docx": _replaced(made["lanterns.docx"], "../../../tmp/evil", b"evil"),
        "10,000 pages.pdf": lambda: pdf(10_000),
        "round.pdf": _round_pdf(),
        "huge page.pdf": lambda: pdf(1, size=(14_400_000, 14_400_000)),
        "encrypted.pdf": pdf(1, encrypt=True),
        "bomb.pdf": _stream_bomb(),
        "encrypted.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(504)
        + "EncryptedPackage".encode("utf-16-le"),
        "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(504)
        + "WordDocument".encode("utf-16-le"),
        "really a PDF.docx": made["lanterns.pdf"],
        "really Word.txt": made["lanterns.docx"],
        "really a picture.pdf": made["lanterns.png"],
        "really a web page.pdf": made["lanterns.html"],
        "really a workbook.csv": made["lanterns.xlsx"],
        "bomb.png": _picture_bomb(),
        "cut.png": made["lanterns.png"][:2_000],
    }


def pdf(pages: int, size: tuple[float, float] = (595, 842), *, encrypt: bool = False) -> bytes:
    """A PDF of so many pages with three sentences each; under a password if wanted."""
    to = io.BytesIO()
    lock = StandardEncryption("secret", "owner") if encrypt else None
    canvas = Canvas(to, pagesize=size, encrypt=lock)
    for page in range(pages):
        for line in range(2):
            canvas.drawString(60, 780 - 20 * line, SENTENCES[(page * 3 + line) % len(SENTENCES)])
        canvas.showPage()
    canvas.save()
    return to.getvalue()


def picture(kind: str) -> bytes:
    """A page of print as a picture."""
    image = Image.new("L", (900, 300), 255)
    ImageDraw.Draw(image).multiline_text((20, 20), "\n".join(SENTENCES[:8]), fill=0, font_size=18)
    to = io.BytesIO()
    image.save(to, kind)
    return to.getvalue()


def epub(body: bytes) -> bytes:
    """An e-book of one chapter."""
    chapter = b'<html xmlns="http://www.w3.org/1999/xhtml"><body>' + body + b"</body></html>"
    return _zipped(
        [
            ("META-INF/container.xml", _CONTAINER.encode()),
            ("c.opf", _PACKAGE.encode()),
            ("a.xhtml", chapter),
        ]
    )


def _word() -> bytes:
    document = docx.Document()
    for sentence in SENTENCES:
        document.add_paragraph(sentence)
    return _saved(document.save)


def _workbook(rows: Iterable[list[str | int]]) -> bytes:
    to = io.BytesIO()
    with xlsxwriter.Workbook(to, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return to.getvalue()


def _wide_workbook() -> bytes:
    """One cell in each corner of the largest sheet there can be."""
    to = io.BytesIO()
    with xlsxwriter.Workbook(to, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, column in ((0, 0), (0, 16_383), (1_048_575, 0), (1_048_575, 16_383)):
            sheet.write(row, column, f"corner {row} {column}")
    return to.getvalue()


def _slides() -> bytes:
    deck = pptx.Presentation()
    for sentence in SENTENCES[:20]:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = "Lanterns", sentence
    return _saved(deck.save)


def _odt() -> bytes:
    document = opendocument.OpenDocumentText()
    for sentence in SENTENCES:
        document.text.addElement(text.P(text=sentence))
    return _saved(document.write)


def _ods(rows: Iterable[list[str | int]]) -> bytes:
    document = opendocument.OpenDocumentSpreadsheet()
    sheet = table.Table(name="Lanterns")
    for row in rows:
        line = table.TableRow()
        for value in row:
            cell = table.TableCell()
            cell.addElement(text.P(text=str(value)))
            line.addElement(cell)
        sheet.addElement(line)
    document.spreadsheet.addElement(sheet)
    return _saved(document.write)


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    to = io.BytesIO()
    save(to)
    return to.getvalue()


def _separated(rows: Iterable[list[str | int]]) -> bytes:
    to = io.StringIO()
    csv.writer(to).writerows(rows)
    return to.getvalue().encode()


def _mail(body: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@b.invalid", "c@d.invalid", "Lanterns"
    message["Date"] = "Mon, 02 Mar 2026 12:00:00 +0000"
    message.set_content(body)
    message.add_alternative(f"<p>{body}</p>", subtype="html")
    return message.as_bytes()


def _nested_mail(depth: int) -> bytes:
    head = b"From: a@b.invalid\nMIME-Version: 1.0\nSubject: deep\n"
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(depth)
    )
    return head + opened + b"Content-Type: text/plain\n\nThe keeper rang.\n"


def _notebook() -> bytes:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": [s]} for s in SENTENCES]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _zipped(entries: Iterable[tuple[str, bytes]]) -> bytes:
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return to.getvalue()


def _replaced(package: bytes, part: str, content: bytes) -> bytes:
    """The package with a part of it replaced, or added."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        kept = [(name, archive.read(name)) for name in archive.namelist() if name != part]
    return _zipped([*kept, (part, content)])


def _bomb(part: str, package: bytes) -> bytes:
    """The package with a part that unpacks to a gigabyte."""
    to = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as archive,
        zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for name in archive.namelist():
            if name != part:
                bomb.writestr(name, archive.read(name))
        with bomb.open(part, "w", force_zip64=True) as file:
            file.write(archive.read(part)[:400])
            for _ in range(_BOMB >> 20):
                file.write(b" boom" * ((1 << 20) // 5))
    return to.getvalue()


def _lying(package: bytes) -> bytes:
    """The package with every unpacked size in its directory said to be 100 bytes."""
    changed = bytearray(package)
    at = changed.find(b"PK\x01\x02")
    while at >= 0:
        changed[at + 24 : at + 28] = struct.pack("<I", 100)
        at = changed.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


def _picture_bomb() -> bytes:
    """A PNG of 60,000 × 60,000 dots in a few kilobytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    side = 60_000
    pack = zlib.compressobj(9)
    row = b"\0" * (side // 8 + 1)
    data = b"".join(pack.compress(row) for _ in range(side)) + pack.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def _stream_bomb() -> bytes:
    """A PDF whose page is drawn by a stream that unpacks to a gigabyte."""
    pack = zlib.compressobj(9)
    piece = b"q Q " * (1 << 18)
    stream = b"".join(pack.compress(piece) for _ in range(_BOMB >> 20)) + pack.flush()
    return _pdf_of(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
    )


def _round_pdf() -> bytes:
    """A PDF whose page tree leads back to its root."""
    return _pdf_of(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 99999999>>",
        b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R 3 0 R]/Count 99999999>>",
    )


def _pdf_of(*objects: bytes) -> bytes:
    to = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(to))
        to += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table_at = len(to)
    to += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    to += b"".join(b"%010d 00000 n \n" % place for place in places)
    to += b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table_at)
    return bytes(to)
