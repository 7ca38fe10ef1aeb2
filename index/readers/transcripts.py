"""Transcripts and subtitles: what was said in whole sentences, by whom and when.

WebVTT (also as Zoom and Teams write it), SubRip, and the segments of speech recognisers as JSON.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from index.document import Document, LeftOut, Part, normalised, readable_stem
from index.errors import EmptyDocument
from index.readers.encoding import text_of
from index.readers.metadata import language_code

_PAUSE = 4.0
"""Seconds of silence after which a new paragraph begins."""
_PARAGRAPH = 800
"""Characters after which a paragraph ends with the next sentence."""
_LONGEST_PART = 30.0
"""Seconds of speech without the end of a sentence that are cited by one time."""

_CLOCK = re.compile(r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)(?:[.,](\d{1,3}))?")
_TIMING = re.compile(r"\s*(\S{1,40})\s+-->\s+(\S{1,40})(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,80})?\s+([^<>\n]{1,200})>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>|<\d[\d:.]{0,20}>|\{\\[^{}\n]{0,100}\}")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]{0,3}$")
_DASH = re.compile(r"[-–—]\s?(?=\S)")
_TURN_MARK = re.compile(r">>+\s*")
NAME = r"(?![a-z])[^\W\d_][\w.'’()-]{0,40}(?: [\w.'’()&/-]{1,40}){0,5}"
"""A pattern for who speaks: up to six words, the first one not in small letters."""
_NAMED = re.compile(rf"({NAME}):\s+(?=\S)")
_BESIDE = ("NOTE", "STYLE", "REGION")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60、。]")


class Cue(NamedTuple):
    """Words that were said, when (seconds, None where no time can be read), and by whom.

    `begins` says that they begin a paragraph, `continues` that it is one of the same turn.

    >>> Cue("The pier fell.", 751.2, "Oskar Blom").label
    'Oskar Blom, 00:12:31'
    """

    words: str
    start: float | None = None
    speaker: str = ""
    begins: bool = False
    continues: bool = False

    @property
    def label(self) -> str:
        """What a citation says of it: speaker and time, or what is known of them."""
        if self.start is None:
            return self.speaker
        seconds = int(self.start)
        time = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        return f"{self.speaker}, {time}" if self.speaker else time


class _Timed(NamedTuple):
    """A cue as it stands in the file: its lines, and the number of the line of its times."""

    lines: list[str]
    start: float | None
    end: float | None
    at: int


def read_transcript(data: bytes, name: str) -> Document:
    r"""The speech of a WebVTT or SubRip file, each sentence a part with its speaker and time.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: nothing is said in it.

    >>> cue = b"WEBVTT\n\n12:31.000 --> 12:34.000\n<v Oskar Blom>The pier fell."
    >>> [part.label for part in read_transcript(cue, "pier.vtt").parts]
    ['Oskar Blom, 00:12:31']
    """
    source = text_of(data)
    lines = normalised(source).split("\n")
    header: list[str] = []
    if vtt := lines[0].startswith("WEBVTT"):
        behind = next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
        header, lines = lines[:behind], [""] * behind + lines[behind:]
    timed, left_out = _timed(lines, vtt=vtt)
    cues = list(_cues(timed))
    stated = dict(line.split(":", 1) for line in header[1:] if ":" in line)
    language = language_code(stated.pop("Language", None))
    return _document(
        cues,
        title=header[0].removeprefix("WEBVTT").strip(" \t-–—") if header else "",
        name=name,
        media_type="text/vtt" if vtt else "application/x-subrip",
        language=language,
        properties=[(key.strip(), value.strip()) for key, value in stated.items()],
        left_out=left_out,
        warnings=_broken(timed),
    )


def read_segments(value: Any, name: str) -> Document | None:  # noqa: ANN401 (any JSON)
    """The speech in a speech recogniser's JSON; None where the value is something else.

    Known are Whisper's `segments` (with a speaker or without), whisper.cpp's `transcription`, and
    lists of captions with `start` and `duration`.

    Raises:
        EmptyDocument: nothing is said in it.

    >>> spoken = {"segments": [{"start": 61.5, "end": 63.0, "text": " The pier fell."}]}
    >>> read_segments(spoken, "pier.json").text
    'The pier fell.'
    """
    stated = value if isinstance(value, dict) else {}
    for key in ("segments", "transcription"):
        if isinstance(stated.get(key), list):
            value = stated[key]
            break
    if not isinstance(value, list) or not value:
        return None
    cues = [_segment(item) for item in value]
    if not all(cues):
        return None
    language = stated.get("language")
    return _document(
        [cue for cue in cues if cue is not None],
        title="",
        name=name,
        media_type="application/json",
        language=language_code(language if isinstance(language, str) else None),
        properties=[
            (normalised(key), " ".join(normalised(text).split()))
            for key, text in stated.items()
            if isinstance(text, str) and key not in ("text", "language") and text.strip()
        ],
    )


def _document(
    cues: Sequence[Cue],
    *,
    title: str,
    name: str,
    media_type: str,
    language: str | None = None,
    properties: Sequence[tuple[str, str]] = (),
    left_out: Sequence[LeftOut] = (),
    warnings: Sequence[str] = (),
) -> Document:
    # Its first words are no title, date or byline, so nothing is looked for in them.
    text, parts = set_cues(cues)
    if not text:
        raise EmptyDocument("The transcript holds no words.")
    return Document(
        text=text,
        title=title or readable_stem(name),
        media_type=media_type,
        language=language,
        parts=tuple(parts),
        properties=tuple(properties),
        left_out=tuple(left_out),
        warnings=tuple(warnings),
    )


def set_cues(cues: Sequence[Cue], offset: int = 0) -> tuple[str, list[Part]]:
    """The paragraphs of the turns, and a part for each sentence or run of words without an end.

    `offset` is where the text will stand in a longer one.

    >>> text, parts = set_cues([Cue("It fell.", 5.0, "Mia"), Cue("When?", 9.0, "Jon")])
    >>> text.splitlines()[0], parts[1].label
    ('Mia: It fell.', 'Jon, 00:00:09')
    """
    pieces: list[str] = []
    parts: list[Part] = []
    first: Cue | None = None  # the one with which the part begins
    last: Cue | None = None
    at, start, paragraph = offset, offset, 0

    def close() -> None:
        if first is not None and first.label and at > start:
            parts.append(Part("cue", first.label, start, at))

    for cue in cues:
        if not cue.words:
            continue
        ended = last is not None and _SENTENCE_END.search(last.words) is not None
        if last is None or _starts_paragraph(last, cue, ended=ended, length=at - paragraph):
            close()
            gap = "\n\n" if pieces else ""
            prefix = "" if cue.continues or not cue.speaker else f"{cue.speaker}: "
            start = paragraph = at + len(gap)
            first = cue
            gap += prefix
        else:
            gap = _between(last.words, cue.words)
            if ended or first is None or _is_far(first, cue):
                close()
                start, first = at + len(gap), cue
        pieces += [gap, cue.words]
        at += len(gap) + len(cue.words)
        last = cue
    close()
    return "".join(pieces), parts


def _starts_paragraph(last: Cue, cue: Cue, *, ended: bool, length: int) -> bool:
    if cue.begins or cue.speaker != last.speaker:
        return True
    return ended and length > _PARAGRAPH


def _is_far(first: Cue, cue: Cue) -> bool:
    """Whether the time of the one does not tell where the other is."""
    if first.start is None or cue.start is None:
        return first.start != cue.start
    return abs(cue.start - first.start) >= _LONGEST_PART


def _between(before: str, after: str) -> str:
    return "" if _UNSPACED.match(before[-1]) and _UNSPACED.match(after[0]) else " "


def _timed(lines: Sequence[str], *, vtt: bool) -> tuple[list[_Timed], list[LeftOut]]:
    """The cues as they stand in the file, and what stands beside them."""
    found = [_Timed([], None, None, 0)]
    beside: dict[LeftOut, None] = {}
    inside = ""  # the kind of block that is no cue
    for number, line in enumerate(lines, 1):
        alone = number < 2 or not lines[number - 2].strip()
        if not line.strip():
            inside = ""
        elif (match := _TIMING.fullmatch(line)) and re.search(r"\d:\d", match[1] + match[2]):
            inside = ""
            cue_name = _name_above(found[-1], lines, number)
            if cue_name and not re.search(r"\d", cue_name):
                beside[LeftOut(cue_name, "cue name")] = None
            found.append(_Timed([], seconds(match[1]), seconds(match[2]), number))
        elif vtt and alone and line.split(maxsplit=1)[0] in _BESIDE:
            inside, _, words = line.strip().partition(" ")
            if words.strip():
                beside[LeftOut(words.strip(), inside.lower(), f"line {number}")] = None
        elif inside:
            beside[LeftOut(line.strip(), inside.lower(), f"line {number}")] = None
        else:
            found[-1].lines.append(line.strip())
    return found, list(beside)


def _name_above(cue: _Timed, lines: Sequence[str], number: int) -> str:
    """The number or name of a cue, taken from the line above its times."""
    above = lines[number - 2].strip() if number > 1 else ""
    alone = number < 3 or not lines[number - 3].strip()
    if above and cue.lines and cue.lines[-1] == above and (alone or above.isdecimal()):
        return cue.lines.pop()
    return ""


def seconds(written: str) -> float | None:
    """The seconds that a time of day or of a recording is; None where it is none.

    >>> seconds("00:12:31,500"), seconds("1:61")
    (751.5, None)
    """
    match = _CLOCK.fullmatch(written)
    if match is None:
        return None
    hours, minutes, whole, part = match.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(whole) + float(f"0.{part or 0}")


def _broken(timed: Sequence[_Timed]) -> list[str]:
    stated = [cue for cue in timed if cue.at]
    broken = [cue for cue in stated if cue.start is None]
    if not stated:
        return ["No times can be read in it: its words are cited without them."]
    if not broken:
        return []
    line = broken[0].at
    return [
        (
            f"{len(broken)} of {len(stated)} times cannot be read (the first in line {line}): "
            "the words beside them are cited without a time."
        )
    ]


def _cues(timed: Sequence[_Timed]) -> Iterator[Cue]:
    """The cues without tags, what rolling captions repeat once, and each with its speaker."""
    shown = [[_plain(line) for line in cue.lines] for cue in timed]
    again = [bool(a and b and a[-1] == b[0]) for a, b in pairwise(shown)]
    rolls = sum(again) > max(2, len(shown) / 3)
    found: list[tuple[Cue, float | None]] = []
    for number, cue in enumerate(timed):
        lines = cue.lines[1:] if rolls and number and again[number - 1] else cue.lines
        for speaker, words in _voices("\n".join(lines)):
            turn = _TURN_MARK.match(words)
            spoken = words[turn.end() :] if turn else words
            found.append((Cue(spoken, cue.start, speaker, begins=turn is not None), cue.end))
    stops = any(_SENTENCE_END.search(each.words) for each, _ in found)
    until: float | None = None
    ended = True
    for said, end in _with_names(found):
        silent = until is not None and said.start is not None and said.start - until >= _PAUSE
        # A pause for breath inside a sentence ends no paragraph.
        yield said._replace(begins=True) if silent and (ended or not stops) else said
        until, ended = end, _SENTENCE_END.search(said.words) is not None


def _voices(source: str) -> Iterator[tuple[str, str]]:
    """Who speaks in a cue, and the words of each."""
    pieces = _VOICE.split(source)
    for speaker, words in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        for said in _turns(words):
            yield _plain(speaker), said


def _turns(source: str) -> Iterator[str]:
    """The words of a cue, those of several people apart, whose lines begin with dashes."""
    lines = [line for written in source.split("\n") if (line := _plain(written))]
    if sum(map(bool, map(_DASH.match, lines))) < 2:
        if lines:
            yield " ".join(lines)
        return
    turns: list[str] = []
    for line in lines:
        dash = _DASH.match(line)
        if dash:
            turns.append(f">> {line[dash.end() :]}")
        elif turns:
            turns[-1] += f" {line}"
        else:
            turns.append(line)
    yield from turns


def _plain(source: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", source)).split())


def _with_names(
    cues: Sequence[tuple[Cue, float | None]],
) -> Iterator[tuple[Cue, float | None]]:
    """Cues whose words begin with a name and a colon, as meeting programs write them, by it.

    A name is one that recurs, or a file's manner of writing.
    """
    named = [None if cue.speaker else _NAMED.match(cue.words) for cue, _ in cues]
    counts = Counter(match[1] for match in named if match)
    manner = 2 * counts.total() >= len(cues)
    speaker, ended = "", True
    for (cue, end), match in zip(cues, named, strict=True):
        spoken = cue
        if match and (manner or (counts[match[1]] > 1 and (" " in match[1] or match[1].isupper()))):
            spoken = cue._replace(words=cue.words[match.end() :], speaker=match[1])
        elif not cue.speaker and not ended and not cue.begins:
            spoken = cue._replace(speaker=speaker)
        speaker, ended = spoken.speaker, _SENTENCE_END.search(spoken.words) is not None
        yield spoken, end


def _segment(item: object) -> Cue | None:
    """A recogniser's segment as a cue; None where it is none."""
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        return None
    start = item.get("start")
    times = item.get("timestamps")
    if isinstance(times, dict) and isinstance(times.get("from"), str):
        start = seconds(times["from"])
    if not isinstance(start, int | float) or not 0 <= start < 1e7:
        return None
    if not {"end", "duration", "timestamps"} & item.keys():
        return None
    speaker = item.get("speaker")
    words = " ".join(normalised(item["text"]).split())
    named = " ".join(normalised(speaker).split()) if isinstance(speaker, str) else ""
    return Cue(words, float(start), named)
