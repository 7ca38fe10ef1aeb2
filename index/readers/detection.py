"""What a file holds, told by its content; the name only decides between kinds of text."""

import io
import re
import tarfile
import zipfile
import zlib
from enum import Enum
from pathlib import PurePath

import puremagic

from index.errors import DocumentError, EncryptedDocument, UnsupportedFormat
from index.readers.encoding import decode

TEXT_SUFFIXES = frozenset({".txt", ".text"})
MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"})
SAVED_PAGE_SUFFIXES = frozenset({".mht", ".mhtml"})
MAIL_SUFFIXES = frozenset({".eml", ".mbox", ".msg"})
DATA_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".geojson", ".ipynb", ".xml"})
CODE_SUFFIXES = frozenset(
    """
    .py .pyi .js .mjs .ts .jsx .tsx .java .kt .scala .c .h .cc .cpp .hpp .cs .go .rs .rb .php .pl
    .swift .m .r .jl .lua .sh .bash .ps1 .sql .css .scss .f90
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
TRANSCRIPT_SUFFIXES = frozenset({".vtt", ".srt"})
CARD_SUFFIXES = frozenset({".ics", ".vcf"})
SETTINGS_SUFFIXES = frozenset({".yaml", ".yml", ".toml", ".ini", ".cfg"})
LOG_SUFFIXES = frozenset({".log"})
MARKUP_SUFFIXES = {
    ".rst": "RST",
    ".rest": "RST",
    ".org": "ORG",
    ".adoc": "ASCIIDOC",
    ".asciidoc": "ASCIIDOC",
    ".tex": "LATEX",
    ".bib": "BIBTEX",
}
"""Suffix → the name of its `Kind`."""
ARCHIVE_ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")
TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".tab"})
OFFICE_SUFFIXES = frozenset(
    {".docx", ".docm", ".dotx", ".dotm", ".xlsx", ".xlsm", ".xltx", ".xltm"}
    | {".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"}
    | {".odt", ".ott", ".ods", ".odp", ".rtf"}
)
SUPPORTED = frozenset(
    TEXT_SUFFIXES
    | MARKDOWN_SUFFIXES
    | HTML_SUFFIXES
    | SAVED_PAGE_SUFFIXES
    | IMAGE_SUFFIXES
    | MAIL_SUFFIXES
    | DATA_SUFFIXES
    | CODE_SUFFIXES
    | TRANSCRIPT_SUFFIXES
    | CARD_SUFFIXES
    | SETTINGS_SUFFIXES
    | LOG_SUFFIXES
    | MARKUP_SUFFIXES.keys()
    | TABLE_SUFFIXES
    | OFFICE_SUFFIXES
) | {".pdf", ".epub"}
"""The suffixes, in lower case, of the files that a walk through a folder takes."""


def is_taken(name: str) -> bool:
    """Whether a walk through a folder takes a file of this name.

    >>> is_taken("Report.PDF"), is_taken("song.mp3")
    (True, False)
    """
    return PurePath(name).suffix.lower() in SUPPORTED or name.lower().endswith(ARCHIVE_ENDINGS)


IGNORED = (".*", "~$*", "node_modules/", "__pycache__/", "venv/", "*.egg-info/")
"""Left out of every folder and archive, in gitignore syntax; '!pattern' in a folder's
`.footnoteignore` brings back."""

READABLE = (
    "text, Markdown, HTML, PDF, Word, Excel and PowerPoint files of 2007 and later, OpenDocument, "
    "RTF, CSV, EPUB, pictures, mail, transcripts, JSON, XML, source code and ZIP and tar archives "
    "can be read"
)
_HEAD = 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"
_TAR_MARK = slice(257, 262)
_CONTENT_TYPES = "[Content_Types].xml"
_ZIPPED = {
    "xl/": "a binary Excel workbook (.xlsb): save it as .xlsx",
}
_OLE_STREAMS = {
    "Workbook": "an old Excel workbook",
    "PowerPoint Document": "an old PowerPoint file",
}
_IMAGES = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|II\*\0|MM\0\*|RIFF....WEBP|BM.{4}\0{4}", re.DOTALL
)
_SOUND = re.compile(
    rb"ID3[\x02-\x04]|\xff[\xe2-\xfb]|RIFF....WAVE|OggS\0|fLaC|\x1aE\xdf\xa3"
    rb"|....ftyp(?:M4[ABVP]|isom|iso[2-9]|mp4[12]|avc1|qt  |3g)",
    re.DOTALL,
)
"""How recordings begin: sound, and pictures with sound."""
_PDF_HEADER = re.compile(rb"%PDF-\d")
_HTML_OPENING = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*(?:<!doctype\s+html|<html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_MARKDOWN_SIGNS = re.compile(
    r"^#{1,6} \S|^```|\[[^\]\n]{1,500}\]\([^)\n]{1,2000}\)|^\|.+\|$|\*\*\S[^*\n]*\*\*", re.MULTILINE
)


_MAIL_OPENING = re.compile(
    r"(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)*?"
    r"(?:Received|Return-Path|Message-ID|MIME-Version):",
    re.IGNORECASE,
)
_SAVED_PAGE = re.compile(r"^Snapshot-Content-Location:", re.IGNORECASE | re.MULTILINE)
_MBOX_OPENING = re.compile(r"From \S+ .*\d{4}\n[A-Za-z][\w-]*:")
_CUES_OPENING = re.compile(r"WEBVTT(?:[ \t\n]|\Z)|\s*\d{1,9}\n\d\d:\d\d:\d\d[.,]\d{3} --> \d\d:")
_CARD_OPENING = re.compile(r"\s*BEGIN:(?:VCALENDAR|VCARD)\s*\n", re.IGNORECASE)
_XML_OPENING = re.compile(r"\s*<\?xml\s")


class Kind(Enum):
    """A format family; the value is its media type, of pictures only the first half.

    >>> Kind.PDF.value
    'application/pdf'
    """

    TEXT = "text/plain"
    MARKDOWN = "text/markdown"
    HTML = "text/html"
    PDF = "application/pdf"
    IMAGE = "image/*"
    EPUB = "application/epub+zip"
    SAVED_PAGE = "multipart/related"
    EMAIL = "message/rfc822"
    MAILBOX = "application/mbox"
    OUTLOOK = "application/vnd.ms-outlook"
    JSON = "application/json"
    NOTEBOOK = "application/x-ipynb+json"
    XML = "application/xml"
    CODE = "text/x-source"
    SETTINGS = "application/yaml"
    LOG = "text/x-log"
    TRANSCRIPT = "text/vtt"
    CARDS = "text/calendar"
    RST = "text/x-rst"
    ORG = "text/org"
    ASCIIDOC = "text/asciidoc"
    LATEX = "application/x-tex"
    BIBTEX = "application/x-bibtex"
    SEPARATED = "text/csv"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    ODF = "application/vnd.oasis.opendocument"
    RTF = "application/rtf"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ARCHIVE = "application/zip"


def detect(data: bytes, name: str) -> Kind:
    """The kind of the non-empty `data`.

    Raises:
        UnsupportedFormat: it is of a type that cannot be read.
        EncryptedDocument: it is an Office file under a password.
        DocumentError: it is a ZIP archive that does not open.

    >>> detect(b"%PDF-1.7", "report.txt")
    <Kind.PDF: 'application/pdf'>
    """
    head = data[:_HEAD]
    if _PDF_HEADER.match(head.lstrip(b"\xef\xbb\xbf \t\r\n\f\0")) or (
        _PDF_HEADER.search(head) and b"endobj" in data
    ):
        return Kind.PDF
    if _IMAGES.match(head):
        return Kind.IMAGE
    if data.startswith(_ZIP):
        return _detect_zip(data)
    if data.startswith(_OLE):
        if "__properties_version1.0".encode("utf-16-le") in data:
            return Kind.OUTLOOK
        raise _refused_ole(data)
    if data.startswith(b"{\\rtf"):
        return Kind.RTF
    if _is_tar(data):
        return Kind.ARCHIVE
    decoded = decode(data)
    if decoded is None and _SOUND.match(head):
        raise UnsupportedFormat(
            "This is a recording, and no sound can be read: make a transcript of it (.vtt, .srt or "
            "text, as speech recognisers and meeting programs write them) and add that."
        )
    if decoded is None:
        if name.lower().endswith(ARCHIVE_ENDINGS):
            raise DocumentError(
                "The file is damaged or cut off (an archive that does not open): get a fresh copy."
            )
        raise UnsupportedFormat(f"This seems to be {_impression(data, name)}: {READABLE}.")
    return _kind_of_text(decoded, PurePath(name).suffix.lower())


def _kind_of_text(text: str, suffix: str) -> Kind:
    head = text[: 8 * _HEAD].removeprefix("\ufeff").replace("\r\n", "\n")
    if _HTML_OPENING.match(head):
        return Kind.HTML
    if suffix in TRANSCRIPT_SUFFIXES or _CUES_OPENING.match(head):
        return Kind.TRANSCRIPT
    if suffix in CARD_SUFFIXES or _CARD_OPENING.match(head):
        return Kind.CARDS
    if suffix in TABLE_SUFFIXES:
        return Kind.SEPARATED
    if _MBOX_OPENING.match(head):
        return Kind.MAILBOX
    if suffix == ".eml" or _MAIL_OPENING.match(head):
        is_page = suffix in SAVED_PAGE_SUFFIXES or _SAVED_PAGE.search(head)
        return Kind.SAVED_PAGE if is_page else Kind.EMAIL
    if suffix == ".ipynb":
        return Kind.NOTEBOOK
    if suffix in (".json", ".jsonl", ".ndjson", ".geojson"):
        return Kind.JSON
    if suffix == ".xml" or _XML_OPENING.match(head):
        return Kind.XML
    if suffix in MARKUP_SUFFIXES:
        return Kind[MARKUP_SUFFIXES[suffix]]
    if suffix in SETTINGS_SUFFIXES:
        return Kind.SETTINGS
    if suffix in LOG_SUFFIXES:
        return Kind.LOG
    if suffix in CODE_SUFFIXES:
        return Kind.CODE
    if suffix in MARKDOWN_SUFFIXES:
        return Kind.MARKDOWN
    if suffix in HTML_SUFFIXES:
        return Kind.HTML
    if suffix in TEXT_SUFFIXES:
        return Kind.TEXT
    signs = {match.group()[0] for match in _MARKDOWN_SIGNS.finditer(text[: 64 * _HEAD])}
    return Kind.MARKDOWN if len(signs) > 1 else Kind.TEXT


def _detect_zip(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise DocumentError(
            "The file is damaged or cut off (a DOCX or another ZIP archive that does not open): "
            "get a fresh copy of it."
        ) from error
    office = _CONTENT_TYPES in names
    if "word/document.xml" in names or (office and _any_in("word/", names)):
        return Kind.DOCX
    if "ppt/presentation.xml" in names or (office and _any_in("ppt/", names)):
        return Kind.PPTX
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if "META-INF/container.xml" in names:
        return Kind.EPUB
    if "content.xml" in names and ("mimetype" in names or "META-INF/manifest.xml" in names):
        return Kind.ODF
    for prefix, what in _ZIPPED.items():
        if office and _any_in(prefix, names):
            raise UnsupportedFormat(f"This seems to be {what}: {READABLE}.")
    return Kind.ARCHIVE


def _is_tar(data: bytes) -> bool:
    """Whether it is a tar archive, also a packed one."""
    packed = data.startswith(_GZIP)
    if not packed and data[_TAR_MARK] != b"ustar":
        return False
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz" if packed else "r:"):
            return True
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError):
        return False


def is_picture(name: str) -> bool:
    """Whether a file of this name is a picture.

    >>> is_picture("logo.PNG"), is_picture("report.pdf")
    (True, False)
    """
    return PurePath(name).suffix.lower() in IMAGE_SUFFIXES


def may_hold_files(head: bytes, name: str) -> bool:
    r"""Whether a file of which these are the first bytes may be an archive or mail.

    >>> may_hold_files(b"PK\x03\x04", "report.docx"), may_hold_files(b"%PDF-1.7", "report.pdf")
    (True, False)
    """
    if head.startswith((*_ZIP, _GZIP, _OLE)) or head[_TAR_MARK] == b"ustar":
        return True
    text = head.decode("latin-1").removeprefix("\xef\xbb\xbf").replace("\r\n", "\n")
    mail = _MAIL_OPENING.match(text) or _MBOX_OPENING.match(text)
    return mail is not None or PurePath(name).suffix.lower() in MAIL_SUFFIXES


def _any_in(folder: str, names: list[str]) -> bool:
    return any(name.startswith(folder) for name in names)


def _refused_ole(data: bytes) -> DocumentError:
    """Office files before 2007, and encrypted ones of today, share this container."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        return EncryptedDocument("The file needs a password: save a copy without one.")
    if holds("WordDocument"):
        return UnsupportedFormat("This is an old Word file (.doc): save it as .docx.")
    what = next((w for stream, w in _OLE_STREAMS.items() if holds(stream)), "an old Office file")
    return UnsupportedFormat(f"This seems to be {what}: {READABLE}.")


def _impression(data: bytes, name: str) -> str:
    """What a binary file seems to be, as a noun phrase."""
    try:
        matches = puremagic.magic_string(data[: 64 * _HEAD])
    except (puremagic.PureError, ValueError):
        matches = []
    named = [m for m in matches if m.name and m.confidence >= 0.4] or [m for m in matches if m.name]
    if named:
        suffix = PurePath(name).suffix.lower()
        best = next((m for m in named if m.extension == suffix), named[0])
        return f"a binary file ({' '.join(best.name.split())})"
    return "a binary file of unknown type"
