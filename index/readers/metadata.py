"""What a document states about itself: date, byline, title and source; absent beats invented.

Which of a file's properties are statements, and which a program wrote unasked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import NamedTuple

from index.calendar_names import WEEKDAYS
from index.dates import DATE, MONTH_DATE, iso_date
from index.document import (
    Document,
    Heading,
    LeftOut,
    Page,
    Part,
    Span,
    StoredCell,
    Table,
    after_date,
    readable_stem,
)
from index.layout import PageLayout
from index.status import with_status

_HEAD_LENGTH = 3_000
_HEAD_LINES = 25
_LONGEST_TITLE = 150
_LONGEST_UNSPACED = 40
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{8}")
_SAYING = re.compile(r"[^\W\d_]{3,}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
"""Letters of a file's name that say something: fewer are signs or numbers of it."""
_OPENING_WORDS = 8
_LONGEST_BYLINE = 100

_WEEKDAY = rf"(?:(?:{'|'.join(WEEKDAYS)}),?\s)?"
_CAPITALISED = r"[^\W\d_a-z][\w.'’-]{0,60}"
_PARTICLES = r"(?:(?:de|da|di|du|van|von|der|den|la|le|bin|al)\s)*"
_NAME = rf"{_CAPITALISED}(?:\s{_PARTICLES}{_CAPITALISED}){{1,4}}"
_PEOPLE = rf"{_NAME}(?:(?:,\s|\sand\s|,\sand\s|\s&\s){_NAME}){{0,5}}"

_LABELLED_DATE = re.compile(
    r"[ \t]*+\W{0,3}(?:date|dated|published|publication date|date published|date of publication"
    r"|posted|released|release date|issued|issue date|veröffentlicht|publié|publicado|stand|datum)"
    rf"(?:\s(?:on|am|le|el))?[ \t*_]*+[:=\-–—]?[ \t*_]*+{_WEEKDAY}(?P<date>{DATE}|{MONTH_DATE})",
    re.IGNORECASE,
)
_DATE_LINE = re.compile(
    rf"\W*+{_WEEKDAY}(?P<date>{DATE}|{MONTH_DATE})"
    r"(?:,?\s(?:at\s)?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\s?(?:[ap]\.?m\.?)?(?:\s?[A-Z]{2,4})?)?\W*+",
    re.IGNORECASE,
)
_LEADING_ISO = re.compile(r"\s*+(?P<date>\d{4}-\d{2}-\d{2})(?=[\s:,–—-])")
_PLACE = (
    r"[A-Z][A-Z .'’/-]{2,40}(?:,\s[A-Z][\w. ]{1,25}){0,2}|[A-Z][\w.'’-]+(?:\s[A-Z][\w.'’-]+){0,3}"
)
_DATELINE = re.compile(
    rf"\s*+(?:(?:{_PLACE}),?\s)?\(?(?P<date>(?i:{DATE}))\)?"
    r"\s?(?:\([A-Z][\w ]{2,30}\)\s?|/[\w ]{3,30}/\s?)?(?:[–—]|--|-\s)"
)
_BYLINE = re.compile(
    r"[ \t*_]*+(?i:by|written by|authors?\s?:)\s*+:?\s*+"
    rf"(?P<name>{_PEOPLE})[ \t*_]*(?:[|,·•–—-]\s*(?P<rest>.{{0,60}}))?"
)
_BYLINE_DATE = re.compile(rf"(?:published\s)?{_WEEKDAY}(?P<date>{DATE})", re.IGNORECASE)
_SOURCE = re.compile(
    r"[ \t*_]*+(?:source|publisher|published by)[ \t*_]*+:[ \t*_]*(?P<source>\S.{1,198}\S)", re.I
)
_TITLE = re.compile(r"[ \t*_]*+(?:title|headline)[ \t*_]*+:[ \t*_]*(?P<title>\S.{1,198}\S)", re.I)
_LANGUAGE = re.compile(r"\s*+([A-Za-z]{2})(?:[-_][\w-]*+)?\s*+")
_ANY_DATE = re.compile(rf"{DATE}|{MONTH_DATE}", re.IGNORECASE)
_LABEL = re.compile(r"[ \t*_]*[\w ]{1,25}:(?:\s|$)")
_FULL_STOP = (".", "!", ":", ";", ",", "。", "…")


class _Line(NamedTuple):
    """A line of text and where it begins; `alone`: blank lines or the text's ends are around it."""

    text: str
    start: int
    alone: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """What is stated about a document, in its text or beside it; None where nothing is.

    `title_span` is the line of the text that is its title, where that is no heading already.

    >>> beside = Statement(title="The Storm", author="Ada Hale")
    >>> compose("The pier fell.", media_type="text/plain", name="pier.txt", beside=beside).title
    'The Storm'
    """

    title: str | None = None
    title_span: Span | None = None
    author: str | None = None
    date: str | None = None
    date_span: Span | None = None
    source: str | None = None
    language: str | None = None


def compose(
    text: str,
    *,
    media_type: str,
    name: str,
    beside: Statement | None = None,
    made: str | None = None,
    headings: Sequence[Heading] = (),
    pages: Sequence[Page] = (),
    parts: Sequence[Part] = (),
    tables: Sequence[Table] = (),
    layout: Sequence[PageLayout] = (),
    properties: Sequence[tuple[str, str]] = (),
    left_out: Sequence[LeftOut] = (),
    warnings: Sequence[str] = (),
    stored: Sequence[StoredCell] = (),
) -> Document:
    """The document with this text, and what it and its file state.

    Args:
        text: Normalised.
        media_type: As RFC 6838 names it.
        name: The file's name, which gives the title where none is stated.
        beside: What the file states outside its text; it outranks the text.
        made: The ISO day on which the file says it was made. It counts as the document's date only
            where the text states none and its head names the same month, because files are often
            made, converted or copied long after their text was written.
        headings: In order of place.
        pages: In order.
        parts: In order of their start, an outer one before those inside it.
        tables: In order.
        layout: Page by page.
        properties: What else it states about itself, by name.
        left_out: Words of the file that the text does not have, in order of place.
        warnings: Sentences that say what could not be read.
        stored: What cells of the tables hold and do not show, in order of place.

    Raises:
        EmptyDocument: the text holds nothing but white space.

    >>> document = compose("The pier fell.", media_type="text/plain", name="storm_report.txt")
    >>> document.title, document.date
    ('Storm report', None)
    """
    inside = stated(text, headings)
    beside = beside or Statement()
    date, span = inside.date, inside.date_span
    if beside.date is not None and beside.date != date:
        date, span = beside.date, None
    if date is None and made is not None and made[:7] in _months_named(text[:_HEAD_LENGTH]):
        date = made
    if inside.title_span is not None:
        headings = [Heading(1, *inside.title_span), *headings]
    title = beside.title or inside.title or _named(name) or _opening(text, span)
    return Document(
        text=text,
        title=title,
        media_type=media_type,
        author=beside.author or inside.author,
        date=date,
        date_span=span,
        source=beside.source or inside.source,
        language=beside.language,
        pages=tuple(pages),
        headings=tuple(headings),
        parts=tuple(parts),
        tables=tuple(tables),
        layout=tuple(layout),
        properties=with_status(properties, title, text),
        left_out=tuple(left_out),
        warnings=tuple(warnings),
        stored=tuple(stored),
    )


def stated(text: str, headings: Sequence[Heading] = ()) -> Statement:
    """What the head of `text` states; a date further down is not when it was published.

    >>> stated("3 May 1931" + chr(10) * 2 + "The pier fell.").date
    '1931-05-03'
    """
    lines = _head(text)
    date, span = _date(lines)
    title, title_span = _title(text, lines, headings)
    return Statement(
        title=title,
        title_span=title_span,
        author=_first_group(lines, _BYLINE, "name"),
        date=date,
        date_span=span,
        source=_first_group(lines, _SOURCE, "source"),
    )


def language_code(tag: str | None) -> str | None:
    """The ISO 639-1 code at the head of a language tag (RFC 5646): 'en' of 'en-GB'.

    >>> language_code("en-GB"), language_code(None)
    ('en', None)
    """
    match = _LANGUAGE.fullmatch(tag or "")
    return match[1].lower() if match else None


def _months_named(text: str) -> set[str]:
    named = (iso_date(match.group()) for match in _ANY_DATE.finditer(text))
    return {date[:7] for date in named if date is not None}


def _named(name: str) -> str | None:
    """The file's name as a title, unless it is only digits, a hash or the like."""
    words = _SAYING.findall(PurePath(name).stem)
    says_something = any(re.search(r"[^a-fA-F]", word) for word in words)
    return readable_stem(name) if says_something else None


def _opening(text: str, date: Span | None) -> str:
    """The first words, by which a text without a title is cited."""
    opening = text[after_date(text, date) :]
    words = " ".join(opening.split(maxsplit=_OPENING_WORDS)[:_OPENING_WORDS])[:_LONGEST_TITLE]
    if _UNSPACED.search(words):
        # Whole paragraphs have no space in them.
        words = re.split(r"[。！？\n]", opening.lstrip(), maxsplit=1)[0][:_LONGEST_UNSPACED]
    return words.rstrip(" ,;:.，、；：") + " …"


def _head(text: str) -> list[_Line]:
    """The first lines that are not blank."""
    lines: list[_Line] = []
    offset = 0
    all_lines = text[: _HEAD_LENGTH + _LONGEST_TITLE].split("\n")
    for position, line in enumerate(all_lines):
        if line.strip():
            around = (
                all_lines[max(position - 1, 0) : position] + all_lines[position + 1 : position + 2]
            )
            lines.append(_Line(line, offset, not any(other.strip() for other in around)))
        offset += len(line) + 1
        if offset > _HEAD_LENGTH or len(lines) == _HEAD_LINES:
            break
    return lines


def _date(lines: Sequence[_Line]) -> tuple[str | None, Span | None]:
    """The first date that is stated as the document's own, the surest manner first."""
    found = (
        _dated(line.start, match)
        for pattern, whole, reach in (
            (_LABELLED_DATE, False, _HEAD_LINES),
            (_DATE_LINE, True, 10),
            (_LEADING_ISO, False, 1),
            (_DATELINE, False, 8),
        )
        for line in lines[:reach]
        if (match := (pattern.fullmatch if whole else pattern.match)(line.text))
    )
    in_bylines = (
        _dated(line.start + byline.start("rest"), match)
        for line in lines[:10]
        if (byline := _BYLINE.fullmatch(line.text)) and byline["rest"]
        if (match := _BYLINE_DATE.match(byline["rest"]))
    )
    for candidates in (found, in_bylines):
        for date, span in candidates:
            if date is not None:
                return date, span
    return None, None


def _dated(offset: int, match: re.Match[str]) -> tuple[str | None, Span]:
    start, end = match.span("date")
    return iso_date(match["date"]), Span(offset + start, offset + end)


def _first_group(lines: Sequence[_Line], pattern: re.Pattern[str], group: str) -> str | None:
    for line in lines:
        match = pattern.fullmatch(line.text) if len(line.text) <= 2 * _LONGEST_BYLINE else None
        if match:
            return match[group].strip(" *_")
    return None


def _title(
    text: str, lines: Sequence[_Line], headings: Sequence[Heading]
) -> tuple[str | None, Span | None]:
    """A line labelled as title, the first heading, or a first line that stands like one.

    Only that last one comes with its span.
    """
    if labelled := _first_group(lines, _TITLE, "title"):
        return labelled, None
    first = next((line for line in lines if not _is_about_the_text(line.text)), None)
    if headings and headings[0].start < _HEAD_LENGTH:
        above = first is not None and first.alone and first.start < headings[0].start
        # Below a line that stands like a title, what is no heading of the whole is one of a part.
        if not (above and headings[0].level > 1 and first and _looks_like_title(first.text)):
            return " ".join(text[headings[0].start : headings[0].end].split()), None
    if first is None or not _looks_like_title(first.text):
        return None, None
    below = next((line.text for line in lines if line.start > first.start), None)
    if below is None or not (first.alone or _is_about_the_text(below)):
        return None, None
    return " ".join(first.text.split()), Span(first.start, first.start + len(first.text))


def _is_about_the_text(line: str) -> bool:
    """Whether the line is a date, a byline or a source."""
    if any(pattern.fullmatch(line) for pattern in (_DATE_LINE, _BYLINE, _SOURCE)):
        return True
    return len(line) < _LONGEST_BYLINE and _LABELLED_DATE.match(line) is not None


def _looks_like_title(line: str) -> bool:
    words = line.strip()
    return (
        len(words) <= _LONGEST_TITLE
        and not words.endswith(_FULL_STOP)
        and _LABEL.match(words) is None
        and re.match(r"[\w\"'“‘«¿¡(]", words) is not None
        and re.search(r"[^\W\d_]{2}", words) is not None
    )


_PROGRAM_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|excel)\b"
    r"|(?:\(?(?:anonymous|unspecified)\)?|untitled|unbenannt|sans titre|document ?\d*|title"
    r"|slide ?\d*|(?:powerpoint[- ])?pr[eä]sentation ?\d*|blank|none|print|layout ?\d*)$"
    r"|.*\.(?:docx?|dotx?|rtf|odt|pdf|ps|eps|tex|dvi|indd|qxp|qxd|xlsx?|pptx?|html?|txt|pmd|fm)$"
    r"|https?://|file:",
    re.IGNORECASE,
)
_PROGRAM_AUTHOR = re.compile(
    r"(?:python-docx|apache poi|microsoft(?: office)?(?: user)?|user ?\d*|admin(?:istrator)?|owner"
    r"|author|unknown|\(?anonymous\)?|none|root|guest|default|office|test|pc|hp|dell|lenovo"
    r"|windows user|\W*)$"
    r"|[^\s\\@/]*+[\\@/]\S*$",
    re.IGNORECASE,
)


def sensible_title(written: str | None) -> str | None:
    """The title, unless it is a program's, a file's name or no words.

    >>> sensible_title("The Storm"), sensible_title("report_v2.doc")
    ('The Storm', None)
    """
    title = " ".join((written or "").split())
    words = len(re.findall(r"[^\W\d_]{2,}", title))
    if not words or len(title) > 300 or _PROGRAM_TITLE.match(title):
        return None
    coded = " " not in title and re.search(r"[\d_]", title)
    return None if coded else title


def sensible_author(written: str | None) -> str | None:
    """The author, unless it is a program's default or an account's name.

    >>> sensible_author("Ada Hale"), sensible_author("user1")
    ('Ada Hale', None)
    """
    author = " ".join((written or "").split())
    if not re.search(r"[^\W\d_]{2}", author) or len(author) > 300 or _PROGRAM_AUTHOR.match(author):
        return None
    login = " " not in author and (author.islower() or re.search(r"\d", author))
    return None if login else author
