"""Calendars (iCalendar) and address cards (vCard): each event and each contact in its own lines.

Both are written in the same content lines (RFC 5545 and RFC 6350; vCard 2.1 and 3.0 as well).
"""

import quopri
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from index.calendar_names import MONTHS, WEEKDAYS
from index.document import Document, LeftOut, PartKind, normalised, readable_stem
from index.errors import DocumentError, EmptyDocument
from index.readers.blocks import Block, set_parts
from index.readers.encoding import text_of
from index.readers.html import visible_blocks

_EVENT = {
    "DTSTART": "Start", "DTEND": "End", "DUE": "Due", "DURATION": "Duration", "RDATE": "Also",
    "COMPLETED": "Completed", "RRULE": "Repeats", "EXDATE": "Except", "LOCATION": "Place",
    "RECURRENCE-ID": "Instead of", "ORGANIZER": "Organiser", "ATTENDEE": "Attendees",
    "PERCENT-COMPLETE": "Done", "URL": "Web", "ATTACH": "Attachment",
}  # fmt: skip
_CARD = {
    "N": "Name", "ORG": "Organisation", "TEL": "Phone", "EMAIL": "Email", "ADR": "Address",
    "BDAY": "Birthday", "URL": "Web", "IMPP": "Messages",
}  # fmt: skip
_CALLED = {"VTODO": "Task", "VJOURNAL": "Entry"}
_TIMES = frozenset(
    {"DTSTART", "DTEND", "DUE", "COMPLETED", "RDATE", "EXDATE", "RECURRENCE-ID"}
    | {"BDAY", "ANNIVERSARY", "TRIGGER"}
)
_PROSE = frozenset({"DESCRIPTION", "COMMENT", "NOTE", ""})
_PICTURES = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
_BOOKKEEPING = frozenset(
    {"UID", "DTSTAMP", "SEQUENCE", "CREATED", "LAST-MODIFIED", "TRANSP", "VERSION", "REV", "ACTION"}
    | {"PRODID", "CALSCALE", "X-ABLABEL", "X-ALT-DESC", "ACKNOWLEDGED", "SORT-STRING"}
)
_PROPERTIES = {"METHOD": "method", "X-WR-CALDESC": "description", "X-WR-TIMEZONE": "time zone"}
_USUAL = frozenset({"voice", "internet", "pref", "x400", "quoted-printable", "8bit", "7bit"})
"""What is said of numbers and addresses without telling one from another."""

_DAYS: dict[str, str] = {day[:2].upper(): day for day in WEEKDAYS}
_MOMENT = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?\d\d)?(?:\.\d{1,6})?(Z)?)?")
_LASTING = re.compile(
    r"([+-]?)P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?"
)
_TOKENS = re.compile(r"\\.|[;,]|[^\\;,]+", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MARKED_UP = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")


class _Property(NamedTuple):
    """A content line: its name in capitals, its parameters, its value as it is written."""

    group: str
    name: str
    parameters: dict[str, list[str]]
    value: str

    @property
    def text(self) -> str:
        return _ESCAPED.sub(lambda one: "\n" if one[1] in "nN" else one[1], self.value).strip()

    @property
    def is_file(self) -> bool:
        return self.name == "ATTACH" and "ENCODING" in self.parameters

    @property
    def is_silent(self) -> bool:
        silent = _BOOKKEEPING | _PICTURES | {"SUMMARY", "FN"}
        return self.name in silent or self.name.startswith("X-") or self.is_file

    def fields(self, separator: str) -> list[str]:
        """The value's fields, without escapes."""
        found = [""]
        for token in _TOKENS.findall(self.value):
            if token == separator:
                found.append("")
            else:
                found[-1] += token
        return [self._replace(value=one).text for one in found]


@dataclass(slots=True)
class _Component:
    """What stands between BEGIN and END: its properties, and the components inside it."""

    name: str
    properties: list[_Property] = field(default_factory=list)
    inside: list["_Component"] = field(default_factory=list)

    def first(self, *names: str) -> str:
        """The first property of these names that says something, on one line."""
        said = (" ".join(p.text.split()) for n in names for p in self.properties if p.name == n)
        return next(filter(None, said), "")


def read_cards(data: bytes, name: str) -> Document:
    r"""The events of a calendar or the contacts of an address book, each a part.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: it holds no event and no contact.
        DocumentError: it is no such file.

    >>> card = b"BEGIN:VCARD\nFN:Nils Berg\nTEL:+46 8 555 0199\nEND:VCARD"
    >>> read_cards(card, "nils.vcf").text
    'Nils Berg\n\nName: Nils Berg\n\nPhone: +46 8 555 0199'
    """
    source = text_of(data)
    top, cut = _components(_properties(normalised(source)))
    if not top.inside:
        raise DocumentError(
            "The file is no calendar and no address card: none of its lines says what begins."
        )
    is_card = any(one.name == "VCARD" for one in top.inside)
    whole = [top, *(one for one in top.inside if one.name == "VCALENDAR")]
    # What a calendar holds, or a part of one that has lost its first line.
    shown = [one for outer in whole for one in outer.inside if one.name != "VCALENDAR"]
    left_out = dict.fromkeys(_left_out([*whole[1:], *shown]))
    kind: PartKind = "contact" if is_card else "event"
    described = [(_label(one), one) for one in shown if one.name != "VTIMEZONE"]
    body = set_parts(
        (kind, label, [Block(label, level=2), *blocks])
        for label, one in described
        if (blocks := [block for block in _blocks(one) if block.text.strip()])
    )
    if not body.text:
        raise EmptyDocument("The file holds no events and no contacts.")
    calendar = _Component("", [p for one in whole[1:] for p in one.properties])
    one_title = body.parts[0].label if len(body.parts) == 1 else readable_stem(name)
    return Document(
        text=body.text,
        title=calendar.first("X-WR-CALNAME", "NAME") or one_title,
        media_type="text/vcard" if is_card else "text/calendar",
        headings=body.headings,
        parts=body.parts,
        properties=tuple(
            (known, said) for key, known in _PROPERTIES.items() if (said := calendar.first(key))
        ),
        left_out=tuple(left_out),
        warnings=("The file is cut off: the last of its entries may be incomplete.",)
        if cut
        else (),
    )


def _properties(source: str) -> Iterator[_Property]:
    """The content lines, unfolded; a line that is none has no name."""
    pieces: list[str] = []
    quoted = False  # quoted-printable goes on after a line that ends in '='
    for line in source.split("\n"):
        if pieces and quoted and pieces[-1].endswith("="):
            pieces[-1] = pieces[-1][:-1]
            pieces.append(line)
        elif pieces and line[:1] in (" ", "\t"):
            pieces.append(line[1:])
        else:
            if pieces:
                yield _property("".join(pieces))
            pieces = [line] if line.strip() else []
            quoted = "QUOTED-PRINTABLE" in line[:400].upper()
    if pieces:
        yield _property("".join(pieces))


def _property(line: str) -> _Property:
    head, inside = 0, False
    for head, character in enumerate(line):  # noqa: B007 (where the value begins)
        if character == '"':
            inside = not inside
        elif character == ":" and not inside:
            break
    else:
        return _Property("", "", {}, line)
    named, *stated = re.findall(r'(?:[^;"]|"[^"]*")+', line[:head]) or [""]
    group, _, name = named.rpartition(".")
    if not re.fullmatch(r"[\w-]{1,60}", name):
        return _Property("", "", {}, line)
    parameters: dict[str, list[str]] = {}
    for one in stated:
        key, equals, value = one.partition("=")
        # vCard 2.1 leaves out the names of its parameters.
        key, value = (key.upper(), value) if equals else ("TYPE", key)
        parameters.setdefault(key, []).extend(value.strip('"').split(","))
    value = line[head + 1 :]
    if "QUOTED-PRINTABLE" in line[:head].upper():
        value = _unquoted(value, parameters.get("CHARSET", ["utf-8"])[0])
    return _Property(group, name.upper(), parameters, value)


def _unquoted(value: str, charset: str) -> str:
    data = quopri.decodestring(value.encode("utf-8", "replace"))
    with suppress(LookupError):
        return normalised(data.decode(charset, "replace")).replace("\n", "\\n")
    return _unquoted(value, "utf-8")


def _components(properties: Iterable[_Property]) -> tuple[_Component, bool]:
    """What all components stand in, and whether the last ones have no end."""
    top = _Component("")
    open_ones = [top]
    for one in properties:
        if one.name == "BEGIN":
            begun = _Component(one.value.strip().upper())
            open_ones[-1].inside.append(begun)
            open_ones.append(begun)
        elif one.name == "END":
            del open_ones[max(1, len(open_ones) - 1) :]
        else:
            open_ones[-1].properties.append(one)
    return top, len(open_ones) > 1


def _label(component: _Component) -> str:
    said = component.first("SUMMARY", "FN")
    names = next((_name(p) for p in component.properties if p.name == "N"), "")
    return said or names or component.first("ORG", "NICKNAME", "EMAIL", "DTSTART") or "Untitled"


def _left_out(components: Iterable[_Component]) -> Iterator[LeftOut]:
    for component in components:
        if component.name == "VTIMEZONE":
            yield LeftOut(component.first("TZID"), "time zone rules")
            continue
        for one in component.properties:
            if one.name in _PICTURES or one.is_file:
                yield LeftOut(one.name.capitalize(), "file" if one.is_file else "picture")
            elif one.name in _BOOKKEEPING:
                yield LeftOut(one.name, "bookkeeping")
            elif one.name.startswith("X-") and one.name != "X-WR-CALNAME":
                yield LeftOut(f"{one.name}: {' '.join(one.text.split())[:500]}", "program's own")


def _blocks(component: _Component) -> Iterator[Block]:
    """The lines of an event or a contact, and below them what is told in sentences."""
    lines: dict[str, list[str]] = {}
    prose: list[str] = []
    groups = {p.group: p.text.strip("_$!<>") for p in component.properties if p.name == "X-ABLABEL"}
    names = _CARD if component.name == "VCARD" else _EVENT
    whole_days = any(
        p.name == "DTSTART" and re.fullmatch(r"\d{8}", p.value) for p in component.properties
    )
    if component.name != "VCARD":
        # Beside its times, and not only above them, it is found by what it is called.
        lines[_CALLED.get(component.name, "Event")] = [component.first("SUMMARY")]
    elif not any(p.name == "N" for p in component.properties):
        lines["Name"] = [component.first("FN")]
    for one in component.properties:
        if one.name in _PROSE:
            prose.append(one.text)
        elif not one.is_silent:
            label = names.get(one.name, one.name.capitalize().replace("-", " "))
            said = _said(one, last_day=whole_days and one.name == "DTEND")
            if kinds := _kinds(one, groups):
                label += f" ({kinds})"
            lines.setdefault(label, []).append(said)
    for inside in component.inside:
        lines.setdefault("Reminder", []).extend(
            _said(p) for p in inside.properties if p.name == "TRIGGER"
        )
    shown = {label: list(filter(None, values)) for label, values in lines.items()}
    # Each a paragraph: lines of like length would be taken for one that is wrapped.
    yield from (Block(f"{label}: {', '.join(said)}") for label, said in shown.items() if said)
    for text in prose:
        if _MARKED_UP.search(text):
            yield from visible_blocks(text.replace("\n", "<br>"))
        else:
            yield from (Block(part.strip()) for part in re.split(r"\n[ \t]*\n", text))


def _kinds(one: _Property, groups: dict[str, str]) -> str:
    """What tells one of several numbers or addresses from the others."""
    if one.group and one.group in groups:
        return groups[one.group]
    if one.name not in ("TEL", "EMAIL", "ADR", "URL", "IMPP"):
        return ""
    kinds = map(str.lower, one.parameters.get("TYPE", ()))
    return ", ".join(kind for kind in kinds if kind not in _USUAL)


def _said(one: _Property, *, last_day: bool = False) -> str:
    """A property's value as a reader would say it, on one line."""
    if one.name in ("ORGANIZER", "ATTENDEE"):
        return _person(one)
    if one.name == "RRULE":
        return _rule(one.value)
    if one.name == "N":
        return _name(one)
    if one.name in ("ADR", "ORG"):
        return ", ".join(" ".join(part.split()) for part in one.fields(";") if part.strip())
    if one.name in ("DURATION", "TRIGGER") and (lasting := _lasting(one.value)):
        return lasting
    if one.name in _TIMES:
        zone = one.parameters.get("TZID", [""])[0]
        return ", ".join(_moment(at, zone, last_day=last_day) for at in one.value.split(","))
    text = " ".join(one.text.split())
    if one.name == "STATUS":
        return text.lower().replace("-", " ")
    if one.name == "CATEGORIES":
        return ", ".join(filter(None, one.fields(",")))
    if one.name == "PERCENT-COMPLETE":
        text += " %"
    return re.sub(r"^(?:mailto|tel):", "", text, flags=re.IGNORECASE)


def _person(one: _Property) -> str:
    address = re.sub(r"^mailto:", "", one.text, flags=re.IGNORECASE)
    name = one.parameters.get("CN", [""])
    status = one.parameters.get("PARTSTAT", [""])[0].lower().replace("-", " ")
    beside = [address] if ",".join(name) else []
    beside += [status] if status else []
    shown = ", ".join(part.strip() for part in name) or address
    return f"{shown} ({', '.join(beside)})" if beside else shown


def _name(one: _Property) -> str:
    family, given, more, before, after = [*one.fields(";"), *[""] * 5][:5]
    return " ".join(" ".join(part for part in (before, given, more, family, after) if part).split())


def _moment(written: str, zone: str = "", *, last_day: bool = False) -> str:
    """'18 April 2026, 19:00 UTC'; what is no time stays as it is written."""
    match = _MOMENT.fullmatch(written.strip())
    try:
        day = date(*map(int, match.groups()[:3])) if match else None
        if day is not None and last_day:
            day -= timedelta(days=1)  # the end is the first day on which it is over
    except (ValueError, OverflowError):
        day = None
    if match is None or day is None:
        return " ".join(written.split())
    said = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    if match[4] is None:
        return said
    return f"{said}, {match[4]}:{match[5]}" + (" UTC" if match[6] else f" ({zone})" if zone else "")


def _lasting(written: str) -> str:
    """'1 hour 30 minutes', and of what has a sign whether that is before or after."""
    match = _LASTING.fullmatch(written.strip())
    if match is None:
        return ""
    units = zip(("week", "day", "hour", "minute", "second"), match.groups()[1:], strict=True)
    said = " ".join(
        f"{int(n)} {unit}{'' if int(n) == 1 else 's'}" for unit, n in units if int(n or 0)
    )
    if match[1]:
        return f"{said} {'before' if match[1] == '-' else 'after'}" if said else "at the start"
    return said


def _rule(written: str) -> str:
    """A recurrence rule in words; what is not known here stays as it is written."""
    rule = dict(part.upper().partition("=")[::2] for part in written.split(";") if part)
    unit = {"DAILY": "day"}.get(every := rule.pop("FREQ", ""), every.removesuffix("LY").lower())
    interval = rule.pop("INTERVAL", "1")
    said = [f"every {unit}" if interval == "1" else f"every {interval} {unit}s"]
    if days := rule.pop("BYDAY", ""):
        said[0] += " on " + ", ".join(map(_weekday, days.split(",")))
    if days := rule.pop("BYMONTHDAY", ""):
        said[0] += f" on day {days.replace(',', ', ')} of the month"
    if months := rule.pop("BYMONTH", ""):
        named = dict(enumerate(MONTHS, 1))
        said[0] += " in " + ", ".join(
            named.get(int(m), m) if m.isdecimal() and len(m) < 3 else m for m in months.split(",")
        )
    if until := rule.pop("UNTIL", ""):
        said.append(f"until {_moment(until)}")
    if count := rule.pop("COUNT", ""):
        said.append(f"{count} times")
    rule.pop("WKST", "")
    return ", ".join(said + [f"{key}={value}" for key, value in rule.items()])


def _weekday(written: str) -> str:
    day = _DAYS.get(written[-2:], written)
    nth = written[:-2].lstrip("+")
    if not nth or day == written:
        return day
    place = nth.removeprefix("-")
    said = [place + {"1": "st", "2": "nd", "3": "rd"}.get(place, "th"), day]
    if nth != place:
        said = ["last", day] if place == "1" else [said[0], "last", day]
    return " ".join(said)
