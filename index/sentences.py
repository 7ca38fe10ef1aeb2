"""Text → the spans of its sentences, list items and table rows.

Boundaries inside prose come from sentencex, in the text's own language. What only numbers a
paragraph or belongs to a name, where a line break ends a unit (lists, tables, verse) and where it
is only wrapping is decided here.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile

import regex  # type: ignore[import-untyped]
import sentencex
from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from index.document import Document, Span, after_date

_BLOCK = re.compile(r"(?=\S)(?:[^\n]++|\n(?!\s*\n))*+")
"""Lines without a blank one between them; a step a line, since each step is held in memory."""
_NUMBERED = re.compile(
    r"[(（]?(?:\d{1,3}(?:\.\d{1,3}){0,5}|(?i:x{0,3}(?:ix|iv|vi{0,3}|i{1,3})|x{1,3})|[^\W\d_])[.)）．、]"
)
"""What numbers a paragraph or an item: '(1)', '5.', 'iv.', 'b)'."""
_BULLETS = "[•▪◦‣·*–—☐☑☒✓✔✗✘□■-]"
"""What marks an item, boxes to be ticked among them."""
_ITEM = re.compile(rf"\s*+(?:{_BULLETS}|{_NUMBERED.pattern})\s")
_CLAUSE = re.compile(r"\s*+(?:\d{1,3}(?:\.\d{1,3}){1,5}|§)\s")
"""What opens a line of its own where the line before it is complete: '4.2', '§ 5'."""
_LABEL = re.compile(rf"(?:{_BULLETS}|{_NUMBERED.pattern}|\d{{1,3}}(?:\.\d{{1,3}}){{1,5}})")
_ITEM_NUMBER = re.compile(rf"{_NUMBERED.pattern}\s")
_OPENING = re.compile(rf"\s*+{_LABEL.pattern}\s++")
_STAMP = re.compile(r"\s*\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_FRAME = re.compile(r"\s+(?:at\s\S|File\s\"|\.\.\.\s\d+\s)|Caused by: ")
"""A line of a program's stack trace, as Python, Java and JavaScript write them."""
_RAISED = re.compile(r"[A-Za-z_][\w.]*+(?::\s|$)")
_NUMBER = re.compile(r"\d[\d.,]*")
_CELL = re.compile(r"[$€£¥(|+−–—-]*+(?:\d(?:[\d.,]*\d)?)?[)%|]*")
"""A cell of a row of figures, or a sign beside it; '3,' of a date is none."""

_BEFORE_STOP = re.compile(r"(?<!\s)\s++(?=[.。．])")
"""White space before a full stop: behind an initial sentencex fails at one of several bytes."""
_IN_NAME = regex.compile(r"(?<=[\p{Lu}\p{Ll}])[!?](?=[\p{Lu}\p{Ll}])")
"""A mark inside a word: 'FRITZ!Box'."""
_IN_BRACKETS = re.compile(r"(?<!\S)[(（](\w{1,4})[)）](?=\s|[^\W\d_])")
"""'(1)', '(iv)', '（一）' before a paragraph: sentencex looks for no end inside brackets."""
_SMALL = regex.compile(r"[\s—–-]*+\p{Ll}")
_ROMAN = r"x{0,3}(?:ix|iv|vi{0,3}|i{1,3})"
_BEFORE_OPENING = regex.compile(rf"[.!?…]\s++(?=[¿¡]|{_ROMAN}[.)]\s\p{{L}}{{2}})")
"""An end, whatever sentencex sees there: 'Yes. ¿No?', 'It ends. ii. It begins.'"""
_TAIL = 60
"""Characters before an end that decide whether it is one."""
_BEFORE_FIGURE = regex.compile(r"(?<!\p{L})(?:\p{Ll}{1,4}|\p{Lu}\p{Ll}{1,3})\.\Z")
_SHORT_FIGURE = re.compile(r"\d{1,3}(?!\d)")
"""A short word and a full stop, and a figure that is no year: 'pag. 12', 'Vol. 3'."""
_VOWELLESS = re.compile(r"\W*+[B-DF-HJ-NP-TV-XZ][b-df-hj-np-tv-xz]\.")
"""Two letters that nobody can say are short for something: 'Ms.', 'Hr.', 'St.'."""
_ORDINAL = re.compile(r"\d{1,2}\.")
_INITIAL = regex.compile(r"[^\p{L}]*+(?:(?!\p{Latin})\p{L}|\p{Lu}\.-\p{Lu})\.")
"""One letter and a full stop; in Latin letters sentencex knows them, but for double names."""

_LATIN = {
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "it": "italian",
    "nl": "dutch",
}
"""Languages in Latin letters that sentencex knows and whose frequent words tantivy knows."""
_SCRIPTS = regex.compile(
    r"(?P<en>\p{Latin})|(?P<ru>\p{Cyrillic})|(?P<el>\p{Greek})|(?P<hy>\p{Armenian})|"
    r"(?P<ar>\p{Arabic})|(?P<hi>\p{Devanagari})|(?P<zh>\p{Han})|(?P<ja>[\p{Hiragana}\p{Katakana}])"
)
_SAMPLES, _SAMPLE = 10, 1_000
"""A text's language is told by so many pieces of it, of so many characters."""
_LABEL_LENGTH = 12
"""Characters of the longest label."""

_WRAPPED = 0.6
"""A wrapped line fills at least this share of its block's longest line."""

_WRAPPED_WORDS = 5
"""A line of more words that no mark ends goes on in one that begins with a small letter."""
_ENDS = (".", "!", "?", ":", ";", "。", "！", "？", "：", "；", "।", "؟", "۔", '"', "”", "»")

_VERSE, _VERSE_WIDTH = 4, 60
"""Lines, and characters of the longest of them, by which verse and addresses are known."""

_ROW = 400
"""Characters of the longest row of cells that is not cut: prose may stand in those of a longer."""

LONGEST = 1_500
"""Characters of the longest sentence: work on a text is bounded by what one of them can cost."""

_PIECE = 10_000
"""Characters that sentencex is given at once: with marks that nothing closes, its work is
quadratic."""

_CUTS = tuple(
    re.compile(rf"(?s:.{{{LONGEST // 2},{LONGEST}}}){end}")
    for end in (r"(?<=;)(?=\s)", r"(?=\n)", r"(?<=,)(?=\s)", r"(?=\s)")
)
"""Where a longer one is cut, the best place first, and the last one of its kind."""


def label_length(text: str) -> int:
    """Where a sentence begins behind what only numbers it, or marks it as an item; mostly 0.

    >>> text = "(2) The sluice was shut."
    >>> text[label_length(text):]
    'The sluice was shut.'
    """
    match = _OPENING.match(text)
    return match.end() if match and match.end() < len(text) else 0


def sentence_spans(text: str) -> list[Span]:
    """The spans of the sentences of `text` in order, without the white space around them.

    What has more than `LONGEST` characters without an end of a sentence is cut: at a semicolon, a
    line's end, a comma or a space, in that order; a word of that length, within it.

    >>> text = "Dr. Hale saw it. The pier fell."
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['Dr. Hale saw it.', 'The pier fell.']
    """
    languages = _languages(text)
    spans: list[Span] = []
    for block in _BLOCK.finditer(text):
        for start, end in _units(text, block.start(), block.end()):
            spans.extend(_split(text, start, end, languages))
    return _labelled(text, spans)


def document_sentences(document: Document) -> list[Span]:
    """The sentences of a document, without a date that opens it; headings stand by themselves.

    >>> from index.document import Heading
    >>> text, tolls = "Tolls A ton costs a shilling.", Heading(1, 0, 5)
    >>> document = Document(text, "Port", "text/plain", headings=(tolls,))
    >>> [text[start:end] for start, end in document_sentences(document)]
    ['Tolls', 'A ton costs a shilling.']
    """
    borders = {edge for heading in document.headings for edge in (heading.start, heading.end)}
    start = after_date(document.text, document.date_span)
    if start >= len(document.text.rstrip()):
        start = 0
    borders = {edge for edge in borders if edge > start}
    spans: list[Span] = []
    for end in [*sorted(borders), len(document.text)]:
        spans.extend(
            Span(s + start, e + start) for s, e in sentence_spans(document.text[start:end])
        )
        start = end
    return spans


def _units(text: str, start: int, end: int) -> list[Span]:
    """Cut a block (no blank line inside) where a line break means something."""
    lines: list[Span] = []
    at = start
    for written in text[start:end].split("\n"):
        lines.append(Span(at, at + len(written)))
        at += len(written) + 1
    longest = max(line.end - line.start for line in lines)
    verse = _is_verse(text, lines, longest)
    units: list[Span] = []
    trace = False
    for number, line in enumerate(lines):
        following = text[line.start : line.end]
        frame = _FRAME.match(following) is not None
        # What stands between the frames of a trace, and the error below the last of Python's.
        goes_on = trace and (following[:1].isspace() or _RAISED.match(following) is not None)
        if number and (
            frame or goes_on or not (verse or _breaks(text, lines[number - 1], line, longest))
        ):
            units[-1] = Span(units[-1].start, line.end)
        else:
            units.append(line)
        trace = frame or (goes_on and following[:1].isspace())
    return units


def _is_verse(text: str, lines: Sequence[Span], longest: int) -> bool:
    """Whether each of several short lines begins like a sentence, as verse and addresses do."""
    return (
        len(lines) >= _VERSE
        and longest <= _VERSE_WIDTH
        and all(text[line.start : line.end].lstrip(" \"'“‘«„(")[:1].isupper() for line in lines)
    )


def _breaks(text: str, before: Span, after: Span, longest: int) -> bool:
    """Whether the line break between two lines of a block ends a unit."""
    first, second = text[before.start : before.end], text[after.start : after.end]
    if _ITEM.match(second) or _STAMP.match(second) or is_row(first) or is_row(second):
        return True
    ended = first.rstrip().endswith(_ENDS)
    if _CLAUSE.match(second) and (ended or len(first) < _WRAPPED * longest):
        return True
    if not ended and second[:1].islower() and len(first.split()) > _WRAPPED_WORDS:
        return False
    return not _ITEM.match(first) and len(first) < _WRAPPED * longest


def without_figures(text: str) -> str:
    """The text, the rows of figures in it with their labels only; the same where none has one.

    >>> without_figures("Ships   12   15")
    'Ships'
    """
    lines = [_label(line) if is_row(line) else line for line in text.split("\n")]
    return "\n".join(lines) if any(line.strip() for line in lines) else text


def is_table(text: str) -> bool:
    """Whether rows of figures or of cells make up most of a text.

    >>> is_table("Year | Ships"), is_table("The pier fell in the night.")
    (True, False)
    """
    lines = text.split("\n")
    return 2 * sum(len(line) for line in lines if is_row(line)) > sum(map(len, lines))


def is_row(line: str) -> bool:
    """Whether a line is a table's row: cells, or a label and at least two figures behind it.

    >>> is_row("Ships 12 15"), is_row("The pier fell in the night.")
    (True, False)
    """
    if " | " in line or "\t" in line:
        return True
    words = line.split()
    cells = list(takewhile(_CELL.fullmatch, reversed(words)))
    if sum(1 for cell in cells if _NUMBER.search(cell)) >= 2:
        return True
    figures = sum(1 for word in words if _NUMBER.search(word))
    return figures >= 2 and bool(_NUMBER.search(words[-1])) and figures * 2 >= len(words) - 2


def _label(row: str) -> str:
    return " ".join(word for word in row.split() if not _CELL.fullmatch(word))


def _split(text: str, start: int, end: int, languages: Sequence[str]) -> list[Span]:
    if _is_whole(text[start:end]):
        found = [Span(0, end - start)]
    else:
        found = _sentences(text[start:end], languages)
    spans: list[Span] = []
    for first, last in found:
        left, right = _stripped(text, start + first, start + last)
        while right - left > LONGEST:
            cut = _cut(text, left)
            spans.append(_stripped(text, left, cut))
            left, right = _stripped(text, cut, right)
        if left < right:
            spans.append(Span(left, right))
    return spans


def _is_whole(unit: str) -> bool:
    """Whether a unit is one thing whatever stands in it: a log's line, a trace, a table's row."""
    if _STAMP.match(unit) or (len(unit) <= _ROW and (" | " in unit or "\t" in unit)):
        return True
    return any(_FRAME.match(line) for line in unit.split("\n")[1:])


def _sentences(unit: str, languages: Sequence[str]) -> list[Span]:
    """The sentences of a unit, as spans of it, the label that opens it in the first of them."""
    # Same length, so offsets hold; a wrapped line must not look like a paragraph break.
    prose = _BEFORE_STOP.sub(_narrow, unit.replace("\n", " "))
    opening = _OPENING.match(prose)
    at = opening.end() if opening else 0
    prose = _IN_NAME.sub("x", _IN_BRACKETS.sub(r"N\1N", prose[at:]))
    ends = _boundaries(prose, languages)
    spans, start = [], 0
    for end in ends:
        if end == len(prose) or _is_end(prose, start, end, languages):
            spans.append(Span(start + at, end + at))
            start = end
    if spans:
        spans[0] = Span(0, spans[0].end)
    return spans or [Span(0, len(unit))]


def _boundaries(prose: str, languages: Sequence[str]) -> list[int]:
    """Where sentencex sees an end in each of the languages; the end of the prose is the last."""
    ends = set(_ends_in(prose, languages[0]))
    for language in languages[1:]:
        ends &= set(_ends_in(prose, language))
    ends.update(found.end() for found in _BEFORE_OPENING.finditer(prose))
    return sorted(ends | {len(prose)})


def _ends_in(prose: str, language: str) -> Iterator[int]:
    """The ends of sentences; in very long prose they are looked for piece by piece."""
    at = 0
    while at < len(prose):
        end = len(prose)
        if end - at > _PIECE:
            end = prose.rfind(" ", at, at + _PIECE) + 1 or at + _PIECE
        found = sentencex.get_sentence_boundaries(language, prose[at:end])
        if end < len(prose) and len(found) > 1:
            found.pop()  # it may go on
        yield from (at + one["end_index"] for one in found)
        at += found[-1]["end_index"]


def _is_end(prose: str, start: int, end: int, languages: Sequence[str]) -> bool:
    """Whether a sentence that begins at `start` ends where sentencex sees an end.

    None does before a small letter (unless they begin with such ones here), nor before the 'と' of
    a quotation, behind what stands for a longer word, or at a full stop where dandas end sentences.
    """
    tail = prose[max(start, end - _TAIL) : end].split()
    if not tail:
        return False
    if _SMALL.match(prose, end) and not _ITEM_NUMBER.match(prose, end):
        return prose[start].islower()
    last, following = tail[-1], prose[end]
    if not prose[end - 1].isspace() and last[-1] == "." and (last.isupper() or following == "-"):
        return False  # a name: 'CACHEDIR.TAG', 'Dipl.-Ing.'
    if last[-1] in "」』":
        return "HIRAGANA" not in unicodedata.name(following, "")
    if "hi" in languages and last.endswith("."):
        return "DEVANAGARI" not in unicodedata.name(last[-2:-1] or " ", "")
    if _SHORT_FIGURE.match(prose, end) and _BEFORE_FIGURE.search(last):
        return False
    if "de" in languages and _ORDINAL.fullmatch(last) and len(tail) > 1:
        # Nouns have capital letters: 'Im 19. Jahrhundert' goes on, 'auf Seite 19. Das' does not.
        first = len(tail) == 2 and end - start < _TAIL
        return not (first or tail[-2][0].islower())
    return not (_INITIAL.fullmatch(last) or _VOWELLESS.fullmatch(last))


def _labelled(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans, those that hold nothing but a label with what is labelled."""
    found: list[Span] = []
    alone = False
    for span in spans:
        is_label = span.end - span.start <= _LABEL_LENGTH and (
            _LABEL.fullmatch(text, span.start, span.end) is not None
        )
        if alone and not is_label:
            found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(span)
        alone = is_label
    return found


def _languages(text: str) -> tuple[str, ...]:
    """English, and what a text seems to be written in: all must see an end of a sentence."""
    step = max(len(text) // _SAMPLES, _SAMPLE)
    sample = "\n".join(text[at : at + _SAMPLE] for at in range(0, len(text), step))
    scripts = Counter(found.lastgroup for found in _SCRIPTS.finditer(sample))
    script = scripts.most_common(1)[0][0] if scripts else None
    if script == "hi" and "।" not in sample:
        script = "mr"  # full stops end sentences
    if script not in (None, "en"):
        return ("en", str(script))
    words = len(_without_stop_words(None).analyze(sample))
    common = {
        language: words - len(_without_stop_words(name).analyze(sample))
        for language, name in _LATIN.items()
    }
    likely = max(common, key=lambda language: common[language])
    return ("en",) if likely == "en" else ("en", likely)


@cache
def _without_stop_words(language: str | None) -> TextAnalyzer:
    """Cuts a text into words, without those that are most frequent in a language."""
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase())
    return (builder.filter(Filter.stopword(language)) if language else builder).build()


def _stripped(text: str, start: int, end: int) -> Span:
    """The span without the white space around its words."""
    piece = text[start:end]
    words = piece.lstrip()
    return Span(end - len(words), start + len(piece.rstrip())) if words else Span(end, end)


def _narrow(space: re.Match[str]) -> str:
    return space[0] if space[0].isascii() else " " * len(space[0])


def _cut(text: str, start: int) -> int:
    """Where what begins at a place and is too long for a sentence is cut."""
    found = (pattern.match(text, start) for pattern in _CUTS)
    return next((match.end() for match in found if match), start + LONGEST)
