"""Mail: the header lines that people cite, the words of each message, what was attached."""

import codecs
import email
import email.policy
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from typing import Any, cast

import olefile  # type: ignore[import-untyped]
from oxmsg import Message

from index.dates import iso_date, iso_day
from index.document import Document, normalised
from index.errors import DocumentError, EmptyDocument
from index.readers.blocks import Block, set_parts, set_text
from index.readers.html import visible_blocks
from index.readers.metadata import (
    Statement,
    compose,
    language_code,
    sensible_author,
    sensible_title,
)

_DAMAGED = "The mail is damaged or cut off: save it again from the mail program."
_MBOX_LINE = re.compile(rb"^From \S+ .*\d{4}\r?$", re.MULTILINE)
_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_NAME = re.compile(r"\s*+\"?([^\"<@\s]*+(?:\s++[^\"<@\s]++)*+)\s*+\"?\s*+<[^>]*+>")
# What the parser raises for malformed headers, unknown encodings and endless nesting.
_FAULTS = (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError)


_CHARSET = re.compile(
    r"""(=\?|\bcharset\*?\s*=\s*["']?|\*\s*=\s*["']?)windows-(\d+)(?=[?*"';\s]|$)""", re.IGNORECASE
)


class _Policy(email.policy.EmailPolicy):
    """Headers as Python reads them, with the encodings' names that mail programs write."""

    def header_fetch_parse(self, name: str, value: str) -> Any:  # noqa: ANN401
        """The header; 'windows-950' in it is 'cp950': Python knows only a few by that name."""
        return super().header_fetch_parse(name, _CHARSET.sub(_known_charset, value))


_POLICY = _Policy()


def _known_charset(match: re.Match[str]) -> str:
    for name in (f"windows-{match[2]}", f"cp{match[2]}"):
        with suppress(LookupError):
            codecs.lookup(name)
            return f"{match[1]}{name}"
    return match[0]


@dataclass(frozen=True, slots=True)
class _Mail:
    """One message: its header lines by name, its body, the names of what was attached."""

    headers: dict[str, str]
    body: tuple[Block, ...]
    attached: tuple[str, ...] = ()
    date: str | None = None
    language: str | None = None

    def blocks(self) -> Iterator[Block]:
        lines = [f"{name}: {self.headers[name]}" for name in _HEADERS if self.headers.get(name)]
        yield Block("\n".join(lines))
        yield from self.body
        if self.attached:
            yield Block("Attachments: " + ", ".join(self.attached))

    def statement(self) -> Statement:
        subject, sender = self.headers.get("Subject", ""), self.headers.get("From", "")
        named = _NAME.match(sender)
        return Statement(
            title=sensible_title(subject),
            author=sensible_author(named[1] if named else sender.partition("@")[0]),
            date=self.date,
            language=self.language,
        )


def read_mail(data: bytes, name: str) -> Document:
    r"""One message as it was sent (RFC 5322), attachments left aside.

    Raises:
        EmptyDocument: it has neither header lines nor words.
        DocumentError: it is damaged or cut off.

    >>> sent = b"From: Maren Holt <holt@pier.example>\nSubject: The pier\n\nIt fell."
    >>> mail = read_mail(sent, "pier.eml")
    >>> mail.title, mail.author, mail.text.splitlines()[-1]
    ('The pier', 'Maren Holt', 'It fell.')
    """
    return _composed([_parsed(data)], name, "message/rfc822")


def read_mailbox(data: bytes, name: str) -> Document:
    r"""The messages of a mailbox file (RFC 4155), each a part; raises as `read_mail` does.

    >>> sent = b"From holt Fri Nov 14 08:00:00 2025\nSubject: The pier\n\nIt fell.\n"
    >>> [part.label for part in read_mailbox(sent * 2, "pier.mbox").parts]
    ['1', '2']
    """
    starts = [match.start() for match in _MBOX_LINE.finditer(data)]
    pieces = [data[a:b] for a, b in zip(starts, [*starts[1:], len(data)], strict=True)]
    mails = [_parsed(piece.partition(b"\n")[2]) for piece in pieces]
    return _composed(mails, name, "application/mbox")


def read_outlook(data: bytes, name: str) -> Document:
    """An Outlook message file; raises as `read_mail` does.

    >>> try:
    ...     read_outlook(b"no message", "storm.msg")
    ... except DocumentError:
    ...     print("damaged")
    damaged
    """
    try:
        with olefile.OleFileIO(io.BytesIO(data)):  # the other library asks for nothing first
            message = Message.load(io.BytesIO(data))
        mail = _outlook(message)
    except (*_FAULTS, OSError, NotImplementedError) as error:
        raise DocumentError(_DAMAGED) from error
    return _composed([mail], name, "application/vnd.ms-outlook")


def _composed(mails: list[_Mail], name: str, media_type: str) -> Document:
    several = len(mails) > 1
    if several:
        body = set_parts(("message", str(n), mail.blocks()) for n, mail in enumerate(mails, 1))
    else:
        body = set_text(block for mail in mails for block in mail.blocks())
    if not body.text:
        raise EmptyDocument("The mail holds no text.")
    return compose(
        body.text,
        media_type=media_type,
        name=name,
        beside=None if several else mails[0].statement(),
        headings=body.headings,
        tables=body.tables,
        parts=body.parts,
    )


def _parsed(data: bytes) -> _Mail:
    try:
        message = cast("EmailMessage", BytesParser(policy=_POLICY).parsebytes(data))
        chosen = message.get_body(("plain", "html"))
        attached = tuple(
            _line(part.get_filename() or part.get_content_type())
            for part in message.iter_attachments()
        )
        written = message["Date"]
        return _Mail(
            headers={name: _line(str(message[name] or "")) for name in _HEADERS},
            body=tuple(_body(chosen) if chosen is not None else ()),
            attached=attached,
            date=iso_day(getattr(written, "datetime", None)),
            language=language_code(str(message["Content-Language"] or "")),
        )
    except _FAULTS as error:
        raise DocumentError(_DAMAGED) from error


def _body(part: MIMEPart) -> Iterable[Block]:
    content = part.get_content()
    if not isinstance(content, str):
        return ()
    if part.get_content_subtype() == "html":
        return visible_blocks(content)
    return _paragraphs(content)


def _outlook(message: Message) -> _Mail:
    headers = {key.title(): value for key, value in message.message_headers.items()}
    people = ", ".join(f"{r.name} <{r.email_address}>" for r in message.recipients)
    sent = message.sent_date
    found = {
        "From": message.sender or headers.get("From", ""),
        "To": headers.get("To") or people,
        "Cc": headers.get("Cc", ""),
        "Date": headers.get("Date") or (sent.strftime("%d %B %Y %H:%M") if sent else ""),
        "Subject": message.subject or "",
    }
    body = message.body or ""
    return _Mail(
        headers={name: _line(value) for name, value in found.items()},
        body=tuple(_paragraphs(body) if body else visible_blocks(message.html_body or "")),
        attached=tuple(_line(a.file_name or "unnamed") for a in message.attachments),
        date=iso_date(found["Date"]) or iso_day(sent),
    )


def _paragraphs(text: str) -> list[Block]:
    return [Block(part.strip("\n")) for part in re.split(r"\n[^\S\n]*\n", normalised(text))]


def _line(value: str) -> str:
    return " ".join(normalised(value).split())
