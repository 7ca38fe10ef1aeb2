"""Messages and mailboxes: the header lines that people cite, who says what, what was attached."""

import codecs
import email
import email.policy
import html
import io
import mimetypes
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from typing import Any, cast

import olefile  # type: ignore[import-untyped]
from oxmsg import Message

from index.dates import iso_date, iso_day
from index.document import Document, LeftOut, normalised
from index.errors import DocumentError, EmptyDocument
from index.readers.blocks import Block, set_parts
from index.readers.encoding import decode
from index.readers.mail.outlook import (
    FAULTS,
    attached_files,
    attached_names,
    is_only_rich,
    one_line,
    sent_at,
    stated_headers,
)
from index.readers.mail.quotations import Segment, segments_of_page, segments_of_text
from index.readers.metadata import (
    Statement,
    compose,
    language_code,
    sensible_author,
    sensible_title,
)

_ONLY_RICH = (
    "The words of the message are kept as Outlook's own rich text only, which cannot be read: save "
    "it as .eml or as a PDF."
)
_DAMAGED = "The mail is damaged or cut off: save it again from the mail program."
_MBOX_LINE = re.compile(rb"^From \S+ .*\d{4}\r?$(?=\n[A-Za-z][\w-]*:)", re.MULTILINE)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_HEADERS = (*_SHOWN, "Message-ID", "In-Reply-To")
_WORDS = ("text/plain", "text/html")
_WORD = re.compile(r"[^\W_]+")
_MARKUP = re.compile(
    r"<(style|script|head)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^<>]*>", re.DOTALL | re.I
)
_LACKING = 0.2
"""Of the words of a message as HTML: so many may be missing in its plain version, as of links."""
_NAME = re.compile(r"\s*+\"?([^\"<@\s]*+(?:\s++[^\"<@\s]++)*+)\s*+\"?\s*+<[^>]*+>")

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
    body: tuple[Segment, ...]
    attached: tuple[str, ...] = ()
    date: str | None = None
    language: str | None = None
    sent: str | None = None
    warnings: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def segments(self) -> Iterator[Segment]:
        lines = [f"{name}: {self.headers[name]}" for name in _SHOWN if self.headers.get(name)]
        yield Segment(None, "", (Block("\n".join(lines)),))
        yield from self.body
        if self.attached:
            yield Segment(None, "", (Block("Attachments: " + ", ".join(self.attached)),))

    def blocks(self) -> Iterator[Block]:
        return (block for segment in self.segments() for block in segment.blocks)

    def properties(self) -> Iterator[tuple[str, str]]:
        for name in _HEADERS:
            value = self.sent if name == "Date" and self.sent else self.headers.get(name)
            if value:
                yield name.lower(), value

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
    mails = [_parsed(message) for message in messages(data)]
    return _composed(mails, name, "application/mbox")


def messages(data: bytes) -> Iterator[bytes]:
    r"""The messages of a mailbox file, one by one.

    >>> sent = b"From holt Fri Nov 14 08:00:00 2025\nSubject: The pier\n\nIt fell.\n"
    >>> [message.splitlines()[0] for message in messages(sent * 2)]
    [b'Subject: The pier', b'Subject: The pier']
    """
    start = None
    for match in _MBOX_LINE.finditer(data):
        if start is not None:
            yield _QUOTED_FROM.sub(rb"\1", data[start : match.start()])
        start = match.end() + 1
    if start is not None:
        yield _QUOTED_FROM.sub(rb"\1", data[start:])


def attachments(data: bytes, *, outlook: bool = False) -> tuple[str, list[tuple[str, bytes]]]:
    r"""A message's subject, and what was attached to it: names with contents.

    Of one that is damaged there is nothing; `read_mail` says so.

    >>> attachments(b"Subject: The pier\n\nIt fell.")
    ('The pier', [])
    """
    try:
        if outlook:
            message = Message.load(io.BytesIO(data))
            return one_line(message.subject or ""), attached_files(message)
        mail = cast("EmailMessage", BytesParser(policy=_POLICY).parsebytes(data))
        parts = [_attachment(part) for part in _attached(mail)]
        # Mail programs leave empty parts beside what they attach.
        attached = [(name, content) for name, content in parts if content.strip()]
        return one_line(str(mail["Subject"] or "")), attached
    except (*FAULTS, OSError, NotImplementedError):
        return "", []


def _beside(message: EmailMessage) -> Iterator[tuple[EmailMessage, bool]]:
    """The parts beside a message's first words, in their order, also pictures within those.

    Each with whether its words go on there, as behind a picture.
    """
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    todo = [(message, False)]
    while todo:
        part, is_version = todo.pop()
        if part.get_content_maintype() == "multipart":
            # Parts that stand beside each other as alternatives all say the same.
            versions = part.get_content_subtype() == "alternative"
            todo.extend((one, versions) for one in reversed(list(part.iter_parts())))
        elif (
            part is not message
            and not any(part is body for body in bodies)
            and (part.get_filename() or not is_version)
        ):
            goes_on = part.get_content_type() in _WORDS and not part.get_filename()
            yield part, goes_on and part.get_content_disposition() != "attachment"


def _attached(message: EmailMessage) -> Iterator[EmailMessage]:
    return (part for part, goes_on in _beside(message) if not goes_on)


def _attachment(part: MIMEPart) -> tuple[str, bytes]:
    """Its name, made of its type or subject where it has none, and its content."""
    name = one_line(part.get_filename() or "")
    if part.get_content_type() == "message/rfc822":
        sent = cast("EmailMessage", part.get_payload(0))
        name = name or one_line(str(sent["Subject"] or "")).replace("/", "-") or "message"
        return name if name.lower().endswith(".eml") else f"{name}.eml", sent.as_bytes()
    if not name:
        name = f"unnamed{mimetypes.guess_extension(part.get_content_type()) or ''}"
    content = part.get_payload(decode=True)
    return name, content if isinstance(content, bytes) else part.as_bytes()


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
    except (*FAULTS, OSError, NotImplementedError) as error:
        raise DocumentError(_DAMAGED) from error
    return _composed([mail], name, "application/vnd.ms-outlook")


def _composed(mails: list[_Mail], name: str, media_type: str) -> Document:
    several = len(mails) > 1
    if several:
        body = set_parts(("message", str(n), mail.blocks()) for n, mail in enumerate(mails, 1))
    else:
        body = set_parts(segment for mail in mails for segment in mail.segments())
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
        properties=() if several else tuple(mails[0].properties()),
        left_out=[left for mail in mails for left in mail.left_out],
        warnings=[warning for mail in mails for warning in mail.warnings],
    )


def _parsed(data: bytes) -> _Mail:
    try:
        message = cast("EmailMessage", BytesParser(policy=_POLICY).parsebytes(data))
        attached = tuple(
            one_line(part.get_filename() or part.get_content_type()) for part in _attached(message)
        )
        sent = getattr(message["Date"], "datetime", None)
        headers = {name: one_line(str(message[name] or "")) for name in _HEADERS}
        chosen, left_out = _chosen(message)
        chosen += [part for part, goes_on in _beside(message) if goes_on]
        return _Mail(
            headers=headers,
            body=tuple(segment for part in chosen for segment in _body(part, headers)),
            left_out=left_out,
            attached=attached,
            date=iso_day(sent),
            sent=sent and sent.isoformat(),
            language=language_code(str(message["Content-Language"] or "")),
        )
    except FAULTS as error:
        raise DocumentError(_DAMAGED) from error


def _chosen(message: EmailMessage) -> tuple[list[MIMEPart], tuple[LeftOut, ...]]:
    """The version of a message's words that is read, and what another one says.

    That is the plain one, unless the other has much that it lacks: some say only 'This is HTML'.
    """
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    if plain is None or page is None:
        return [one for one in (plain, page) if one is not None], ()
    written = _content(plain)
    known = set(_WORD.findall(written.lower()))
    said = _WORD.findall(html.unescape(_MARKUP.sub(" ", _content(page))).lower())
    lacking = sum(word not in known for word in said)
    if len(said) <= len(known) or lacking <= _LACKING * len(said):
        return [plain], ()
    words = " ".join(normalised(written).split())
    return [page], () if known <= set(said) else (LeftOut(words, "plain version"),)


def _content(part: MIMEPart) -> str:
    """The text of a part, also where its encoding is none that anybody knows."""
    try:
        content = part.get_content()
    except LookupError:
        content = decode(cast("bytes", part.get_payload(decode=True)))
    return content if isinstance(content, str) else ""


def _body(part: MIMEPart, headers: Mapping[str, str]) -> Iterable[Segment]:
    content = _content(part)
    subject, sender = headers["Subject"], _name(headers["From"])
    if part.get_content_subtype() == "html":
        return segments_of_page(content, subject, sender)
    return segments_of_text(normalised(content), subject, sender)


def _name(sender: str) -> str:
    """Who a message is from, without the address where there is a name."""
    named = _NAME.match(sender)
    return named[1] if named and named[1] else sender


def _outlook(message: Message) -> _Mail:
    headers, sent = stated_headers(message), sent_at(message)
    body, page = normalised(message.body or ""), message.html_body or ""
    said = headers["Subject"], _name(headers["From"])
    return _Mail(
        headers=headers,
        body=tuple(segments_of_text(body, *said) if body else segments_of_page(page, *said)),
        attached=tuple(attached_names(message)),
        date=iso_date(headers["Date"]) or iso_day(sent),
        warnings=(_ONLY_RICH,) if is_only_rich(message) else (),
        sent=sent.isoformat() if sent else None,
    )
