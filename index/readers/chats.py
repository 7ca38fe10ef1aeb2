"""Chats as messaging programs export them: who wrote what and when, message by message.

WhatsApp's text, in the date forms of its languages, and the JSON of Slack, Teams, Discord,
Telegram and Messenger.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice, pairwise
from typing import Any, NamedTuple

from index.document import Document, LeftOut, Part, normalised, readable_stem

_STEERING = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"))
"""Signs of direction that are not printed."""
_LOOKED_AT = 200
_FEWEST = 3
_LINES_A_MESSAGE = 10
_LINE = re.compile(
    r"[\u200e\u200f]?(?P<open>\[)?"
    r"(?P<day>\d{1,4}[./-]\d{1,2}[./-]\d{1,4})\.?,?\s(?:[^\W\d]{1,4}\s)?"
    r"(?P<time>(?:[^\W\d]{2}\s?)?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[^\W\d]\.?(?:\s?[^\W\d]\.)?[^\W\d]?)?)"
    r"(?:\]|\s[-–])\s(?P<rest>.*)",
    re.DOTALL,
)
_NAMED = re.compile(r"([+\w][^:\n\"“]{0,60}?)\s?:\s(.*)", re.DOTALL)
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?")
_NOT_EXPORTED = re.compile(r"<[^<>\n]{3,60}>|\u200e.*")
"""A message in place of one that is not in the file: '<Media omitted>', on iPhones by a sign."""
_MORNING = frozenset({"am", "上午", "午前", "오전", "ص"})
_EVENING = frozenset({"pm", "下午", "午後", "오후", "م"})


class Message(NamedTuple):
    """What one person wrote at one time, as its label tells it; `day` as it is to be shown.

    >>> Message("12/03/2024", "2024-03-12 09:14", "Ines Rau", "The pump is back.").label
    'Ines Rau, 2024-03-12 09:14'
    """

    day: str
    time: str
    who: str
    words: str

    @property
    def label(self) -> str:
        """Who wrote it and when."""
        return ", ".join(filter(None, (self.who, self.time)))


def read_chat(text: str, name: str) -> Document | None:
    r"""The chat in WhatsApp's export, each message a part; None of other text.

    >>> lines = [f"12/03/24, 09:{n} - {who}: Hello." for n, who in ((14, "Ines"), (15, "Tom"))]
    >>> lines += ["13/03/24, 14:31 - Ines: The pump is back,", "and it runs."]
    >>> chat = read_chat("\n".join(lines), "chat.txt")
    >>> chat.parts[-1].label, chat.text.splitlines()[-2:]
    ('Ines, 2024-03-13 14:31', ['Ines: The pump is back,', 'and it runs.'])
    """
    lines = text.split("\n")
    written = list(islice(filter(str.strip, lines), _LOOKED_AT))
    heads = [match for line in written if (match := _LINE.match(line))]
    senders = Counter(named[1] for head in heads if (named := _NAMED.match(head["rest"])))
    is_chat = (
        len(heads) >= _FEWEST
        and _LINE.match(written[0]) is not None
        and len(heads) * _LINES_A_MESSAGE >= len(written)
        and 0 < len(senders) < senders.total()
        and not any(who.isupper() and " " not in who and len(who) > 3 for who in senders)
        and not any(who[:1].islower() for who in senders)
    )
    if not is_chat:
        return None
    found: list[tuple[re.Match[str], list[str]]] = []
    for line in lines:
        match = _LINE.match(line)
        if match:
            found.append((match, [match["rest"]]))
        elif found:
            found[-1][1].append(line)
    order = _order([match["day"] for match, _ in found])
    messages, left_out = [], []
    for match, parts in found:
        day = match["day"]
        iso = _iso(day, order)
        time = f"{iso or day} {_clock(match['time'])}"
        rest = "\n".join(parts).strip()
        named = _NAMED.match(rest.lstrip("\u200e\u200f"))
        who, words = (named[1], named[2]) if named else ("", rest)
        message = Message(day, time, who.translate(_STEERING), words.translate(_STEERING).strip())
        if named and _NOT_EXPORTED.fullmatch(words.strip()):
            left_out.append(LeftOut(message.words, "not in the export", message.label))
        else:
            messages.append(message)
    return _document(messages, name, "text/plain", left_out=left_out)


def _order(days: Sequence[str]) -> str | None:
    """In which order the days of a file have year, month and day; None where it does not tell."""
    parts = [tuple(map(int, re.split(r"[./-]", day))) for day in days]
    if all(one[0] > 31 for one in parts):
        return "ymd"
    fits = [
        order
        for order, at in (("dmy", 1), ("mdy", 0))
        if all(1 <= one[at] <= 12 and 1 <= one[1 - at] <= 31 for one in parts)
    ]
    if len(fits) > 1 and "." in days[0]:
        return "dmy"  # as all write it who write full stops
    if len(fits) > 1:
        # A chat goes forward in time.
        dated = {order: [_iso(day, order) or "" for day in days] for order in fits}
        fits = [o for o in fits if all(one <= other for one, other in pairwise(dated[o]))]
        if len(fits) > 1 and len(set(days)) == 1:
            return None
    return fits[0] if len(fits) == 1 else None


def _iso(day: str, order: str | None) -> str | None:
    if order is None:
        return None
    values = dict(zip(order, map(int, re.split(r"[./-]", day)), strict=True))
    year = values["y"] + 2000 if values["y"] < 100 else values["y"]
    try:
        return date(year, values["m"], values["d"]).isoformat()
    except ValueError:
        return None


def _clock(written: str) -> str:
    """A time of the day in 24 hours; as it stands where half of the day it is cannot be told."""
    match = _CLOCK.search(written)
    if match is None:
        return written
    mark = re.sub(r"[\s.]", "", written[: match.start()] + written[match.end() :]).lower()
    hour = int(match[1])
    if mark in _EVENING or mark in _MORNING:
        hour = hour % 12 + 12 * (mark in _EVENING)
    elif mark:
        return " ".join(written.split())
    return ":".join([f"{hour:02}", *filter(None, match.groups()[1:])])


def _document(
    messages: Sequence[Message],
    name: str,
    media_type: str,
    *,
    title: str = "",
    left_out: Sequence[LeftOut] = (),
) -> Document | None:
    """The messages below the days on which they were written."""
    pieces: list[str] = []
    parts: list[Part] = []
    at = 0
    day = ""
    for message in messages:
        if not message.words:
            continue
        if message.day != day:
            day = message.day
            pieces.append(f"{day}\n\n")
            at += len(pieces[-1])
        prefix = f"{message.who}: " if message.who else ""
        pieces.append(f"{prefix}{message.words}\n\n")
        end = at + len(pieces[-1]) - 2
        parts.append(Part("cue", message.label, at + len(prefix), end))
        at += len(pieces[-1])
    if not parts:
        return None
    return Document(
        text="".join(pieces).rstrip("\n"),
        title=title or readable_stem(name),
        media_type=media_type,
        parts=tuple(parts),
        left_out=tuple(left_out),
    )


Item = Mapping[str, Any]


def read_messages(value: Any, name: str) -> Document | None:  # noqa: ANN401 (any JSON)
    """The chat in the JSON of such programs; None where it is something else.

    What else such a file says of its messages is left out, by the names under which it stands.

    >>> one = {"type": "message", "user": "U1", "ts": "1710234845.0001", "text": "It is back."}
    >>> read_messages([one, {**one, "user": "U2"}], "harbour.json").parts[1].label
    'U2, 2024-03-12 09:14:05'
    """
    stated = value if isinstance(value, dict) else {}
    items = stated.get("messages", stated.get("value")) if stated else value
    if not isinstance(items, list) or len(items) < 2:
        return None
    people = _people(items)
    found: list[Message] = []
    rest: dict[str, dict[str, None]] = {}
    for item in items:
        read = _message(item, people) if isinstance(item, dict) else None
        if read is None:
            return None
        message, used = read
        found.append(message)
        for path, words in _others(item, used):
            rest.setdefault(path, {})[words] = None
    for path, words in _others(stated, {"messages", "value"}):
        rest.setdefault(path, {})[words] = None
    channel = stated.get("channel")
    title = (
        stated.get("name")
        or stated.get("title")
        or (channel.get("name") if isinstance(channel, dict) else "")
    )
    left_out = [LeftOut(", ".join(said), "of the export", path) for path, said in rest.items()]
    return _document(
        sorted(found, key=lambda message: message.time),
        name,
        "application/json",
        title=_line(title) if isinstance(title, str) else "",
        left_out=left_out,
    )


def _people(items: Sequence[Any]) -> dict[str, str]:
    """The names of those who are known by a sign, as Slack has them."""
    return {
        item["user"]: who
        for item in items
        if isinstance(item, dict) and isinstance(item.get("user"), str) and (who := _profile(item))
    }


def _profile(item: Item) -> str:
    profile = item.get("user_profile")
    own = profile if isinstance(profile, dict) else {}
    names = (own.get("real_name"), own.get("display_name"), item.get("username"))
    return next((_line(one) for one in names if isinstance(one, str) and one.strip()), "")


def _message(item: Item, people: Mapping[str, str]) -> tuple[Message, set[str]] | None:
    """A message, and the names of what was used of it; None where it is no message."""
    if isinstance(item.get("ts"), str) and isinstance(item.get("text"), str):
        when = _stamp(item["ts"])
        user = item.get("user", "")
        who = _profile(item) or people.get(str(user), str(user))
        words, used = _slack(item["text"], people), {"ts", "text", "user", "user_profile", "type"}
        files = item.get("files")
    elif isinstance(item.get("createdDateTime"), str) and isinstance(item.get("body"), dict):
        when = _moment(item["createdDateTime"])
        sender = item.get("from")
        named = [one for one in sender.values() if isinstance(one, dict)] if sender else []
        who = next((str(one["displayName"]) for one in named if one.get("displayName")), "")
        words, used = _teams(item["body"]), {"createdDateTime", "body", "from", "messageType"}
        files = item.get("attachments")
    elif isinstance(item.get("timestamp"), str) and isinstance(item.get("author"), dict):
        when = _moment(item["timestamp"])
        author = item["author"]
        who = str(author.get("nickname") or author.get("name") or "")
        words, used = str(item.get("content") or ""), {"timestamp", "author", "content", "type"}
        files = item.get("attachments")
    elif isinstance(item.get("date"), str) and "text" in item and "id" in item:
        when = _moment(item["date"])
        who = str(item.get("from") or "")
        words = _telegram(item["text"]) or _line(
            f"{item.get('actor', '')} {item.get('action', '')}"
        )
        used = {"date", "date_unixtime", "from", "text", "text_entities", "actor", "action", "type"}
        files = None
    elif isinstance(item.get("sender_name"), str) and isinstance(item.get("timestamp_ms"), int):
        when = _stamp(str(item["timestamp_ms"] / 1000))
        who, words = _as_utf_8(item["sender_name"]), _as_utf_8(str(item.get("content") or ""))
        used = {"sender_name", "timestamp_ms", "content", "type"}
        files = item.get("files")
    else:
        return None
    if when is None:
        return None
    names = [name for one in files or () if isinstance(one, dict) and (name := _file_name(one))]
    words = "\n".join(filter(None, (normalised(words).strip(), *(f"[{name}]" for name in names))))
    return Message(when[:10], when, _line(who), words), used


def _file_name(item: Item) -> str:
    names = (item.get("name"), item.get("fileName"), item.get("title"))
    return next((_line(one) for one in names if isinstance(one, str) and one.strip()), "")


def _stamp(written: str) -> str | None:
    try:
        moment = datetime.fromtimestamp(float(written), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _moment(written: str) -> str | None:
    """The day and time of day as the file states them, in its own time zone."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _as_utf_8(text: str) -> str:
    """Meta's exports write each byte of a letter as a sign of its own."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


_SLACK_LINK = re.compile(r"<([@#!]?)([^<>|\n]{1,2000})(?:\|([^<>\n]{0,2000}))?>")


def _slack(text: str, people: Mapping[str, str]) -> str:
    """Text of Slack with names and the words of links in place of their signs."""

    def shown(link: re.Match[str]) -> str:
        kind, target, words = link.groups()
        if kind == "@":
            return f"@{words or people.get(target, target)}"
        return f"{'' if kind == '' else '#' if kind == '#' else '@'}{words or target}"

    return html.unescape(_SLACK_LINK.sub(shown, text))


def _teams(body: Item) -> str:
    content = str(body.get("content") or "")
    if body.get("contentType") != "html":
        return content
    from index.readers.html import visible_blocks  # with trafilatura, which takes 0.15 s

    return "\n".join(block.text for block in visible_blocks(content) if block.text)


def _telegram(text: object) -> str:
    pieces = text if isinstance(text, list) else [text]
    return "".join(
        str(piece.get("text", "")) if isinstance(piece, dict) else str(piece) for piece in pieces
    )


def _line(text: str) -> str:
    return " ".join(normalised(text).split())


def _others(item: Item, used: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The other values of an object, each with the names that lead to it."""
    left: list[tuple[str, Any]] = [(key, v) for key, v in item.items() if key not in set(used)]
    while left:
        path, value = left.pop()
        if isinstance(value, dict):
            left += [(f"{path}.{key}", inner) for key, inner in value.items()]
        elif isinstance(value, list):
            left += [(path, inner) for inner in value]
        elif isinstance(value, str) and value.strip():
            yield normalised(path), _line(value)
