"""What an Outlook message states and holds; a message inside of it as it would have been sent."""

import mimetypes
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from typing import cast

from oxmsg import Message
from oxmsg.attachment import Attachment
from oxmsg.properties import Properties
from oxmsg.storage import Storage

from index.document import normalised

FAULTS = (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError)
"""What the parsers of mail raise for malformed headers, unknown encodings and endless nesting."""
_RICH_TEXT = 0x1009
"""The property in which Outlook keeps a body that is neither plain nor HTML."""
_EMBEDDED = "__substg1.0_3701000D"
"""The storage in which an attachment keeps a message in the place of a file."""
_EMBEDDED_HEAD = 24
"""Bytes before the properties of a message that stands inside of another one."""


class _Inner(Message):
    """A message inside of another one; it differs in where its properties begin."""

    @property
    def properties(self) -> Properties:
        return Properties(self._storage, properties_header_offset=_EMBEDDED_HEAD)


def sent_at(message: Message) -> datetime | None:
    """When a message was sent, by its header or as Outlook noted it."""
    try:
        return parsedate_to_datetime(_headers(message).get("Date", ""))
    except (ValueError, TypeError):
        return message.sent_date


def stated_headers(message: Message) -> dict[str, str]:
    """The header lines of a message by name, made from what Outlook noted where it has none."""
    headers, sent = _headers(message), sent_at(message)
    people = ", ".join(f"{r.name} <{r.email_address}>" for r in message.recipients)
    found = {
        "From": message.sender or headers.get("From", ""),
        "To": headers.get("To") or people,
        "Cc": headers.get("Cc", ""),
        "Date": headers.get("Date") or (sent.strftime("%d %B %Y %H:%M") if sent else ""),
        "Subject": message.subject or "",
        "Message-ID": headers.get("Message-Id", ""),
        "In-Reply-To": headers.get("In-Reply-To", ""),
    }
    return {name: one_line(value) for name, value in found.items()}


def is_only_rich(message: Message) -> bool:
    """Whether the words are kept in a form of Outlook's own alone, which is not read."""
    words = message.body or message.html_body
    return not words and bool(message.properties.binary_prop_value(_RICH_TEXT))


def attached_files(message: Message) -> list[tuple[str, bytes]]:
    """What is attached to a message: names with contents.

    A message in the place of a file is as it would have been sent, and the same each time; one that
    cannot be read has no content.
    """
    return [_file(attachment) for attachment in message.attachments]


def attached_names(message: Message) -> Iterator[str]:
    """The names of what is attached to a message."""
    for attachment in message.attachments:
        inner = _embedded(attachment)
        yield _name(attachment) if inner is None else _name_of(inner)


def one_line(value: str) -> str:
    """Words without breaks of lines.

    >>> one_line("The pier" + chr(10) + " fell")
    'The pier fell'
    """
    return " ".join(normalised(value).split())


def _headers(message: Message) -> dict[str, str]:
    return {key.title(): value for key, value in message.message_headers.items()}


def _name(attachment: Attachment) -> str:
    guessed = mimetypes.guess_extension(attachment.mime_type or "") or ""
    return one_line(attachment.file_name or f"unnamed{guessed}")


def _name_of(inner: Message) -> str:
    return f"{one_line(inner.subject).replace('/', '-') or 'message'}.eml"


def _embedded(attachment: Attachment) -> Message | None:
    """The message that stands in the place of a file; None where there is none."""
    kept = cast("Storage", attachment._storage)
    inside = (one for one in kept.storages if one.name.upper() == _EMBEDDED.upper())
    return next(map(_Inner, inside), None)


def _file(attachment: Attachment) -> tuple[str, bytes]:
    inner = _embedded(attachment)
    if inner is None:
        return _name(attachment), attachment.file_bytes or b""
    try:
        return _name_of(inner), b"" if is_only_rich(inner) else _as_sent(inner).as_bytes()
    except FAULTS:
        return _name_of(inner), b""


def _as_sent(message: Message) -> EmailMessage:
    mail = EmailMessage(policy=EmailPolicy(utf8=True))
    headers, sent = stated_headers(message), sent_at(message)
    for name, value in (headers | ({"Date": format_datetime(sent)} if sent else {})).items():
        if value:
            mail[name] = value
    body, page = normalised(message.body or ""), normalised(message.html_body or "")
    if body or not page:
        mail.set_content(body)
    else:
        mail.set_content(page, subtype="html")
    mark = sha256(f"{headers}{body}{page}".encode())
    for attachment in message.attachments:
        inner = _embedded(attachment)
        if inner is not None:
            mail.add_attachment(_as_sent(inner))
            continue
        name, content = _file(attachment)
        mark.update(content)
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    if mail.is_multipart():
        # The library would draw lots; and nobody can write a text that holds this line.
        mail.set_boundary(mark.hexdigest())
    return mail
