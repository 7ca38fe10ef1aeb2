"""Sources for `lasting.py`: documents of known sentences, written in five formats, and edited."""

import html
import random
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import docx
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, SimpleDocTemplate
from reportlab.platypus import Paragraph as Printed

FORMATS = ("txt", "md", "html", "docx", "pdf")
SECTIONS, PARAGRAPHS = 6, 3
_OTHER_WORDS = ("harbour", "seldom", "lantern", "eastern", "copper", "quietly")
_TYPOGRAPHY = str.maketrans({"'": "’", "-": "‑", "–": "-"})


@dataclass
class Sentence:
    """A sentence, known by `key` whatever becomes of it."""

    key: int
    text: str


Paragraph = list[Sentence]


@dataclass
class Section:
    """A heading with paragraphs; in a PDF, a page."""

    heading: str
    paragraphs: list[Paragraph]


@dataclass
class Source:
    """A document, and how its file is written."""

    name: str
    format: str
    sections: list[Section]
    encoding: str = "utf-8"
    width: int = 72
    hyphenate: bool = False
    deleted: bool = False
    stem: str = ""
    """The file's name without its suffix, where it is not the source's."""
    moved: set[int] = field(default_factory=set)
    """Keys of sentences whose paragraph has changed its place among the others."""

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.stem or self.name}.{self.format}"

    def sentences(self) -> Iterator[tuple[str, Sentence]]:
        """Each sentence with what a reader looks up: its heading or page; nothing in plain text."""
        for number, section in enumerate(self.sections, start=1):
            place = {"txt": "", "pdf": str(number)}.get(self.format, section.heading)
            for paragraph in section.paragraphs:
                for sentence in paragraph:
                    yield place, sentence


class Pool:
    """Paragraphs that are in no document yet."""

    def __init__(self, paragraphs: Sequence[Sequence[str]]) -> None:
        self._rest = iter(paragraphs)
        self._keys = iter(range(10**9))

    def paragraph(self) -> Paragraph:
        """The next one."""
        return [self.sentence(text) for text in next(self._rest)]

    def sentence(self, text: str) -> Sentence:
        """A sentence with a key of its own."""
        return Sentence(next(self._keys), text)

    def source(self, name: str, format: str) -> Source:  # noqa: A002 (the field's name)
        """A document of the next paragraphs."""
        sections = [
            Section(f"Part {n} of {name}", [self.paragraph() for _ in range(PARAGRAPHS)])
            for n in range(1, SECTIONS + 1)
        ]
        return Source(name, format, sections)


# Edits of sources: each takes a copy and changes it --------------------------------------------


def nothing(source: Source, pool: Pool, chance: random.Random) -> None:
    """Written anew as it was."""
    del source, pool, chance


def renamed(source: Source, pool: Pool, chance: random.Random) -> None:
    """The same bytes under another name."""
    del pool, chance
    source.stem = f"{source.name}, final version"


def deleted(source: Source, pool: Pool, chance: random.Random) -> None:
    """No file any more."""
    del pool, chance
    source.deleted = True


def encoded(source: Source, pool: Pool, chance: random.Random) -> None:
    """Another encoding, curly apostrophes and other dashes."""
    del pool
    source.encoding = chance.choice(("utf-16", "utf-8-sig", "cp1252"))
    lacking = source.encoding == "cp1252" or source.format == "pdf"  # its font, in a PDF
    for _, sentence in source.sentences():
        sentence.text = sentence.text.translate(_TYPOGRAPHY)
        if lacking:
            sentence.text = sentence.text.replace("‑", "-")


def reflowed(source: Source, pool: Pool, chance: random.Random) -> None:
    """Other line breaks, and hyphens at some; where lines are the writer's, not the page's."""
    del pool
    source.width = chance.choice((40, 55, 100))
    source.hyphenate = True


def moved(source: Source, pool: Pool, chance: random.Random) -> None:
    """One paragraph to another part, over at least twice as many words as it has."""
    del pool
    order = [(section, p) for section in source.sections for p in section.paragraphs]
    sizes = [_size(p) for _, p in order]
    ways = [
        (a, b)
        for a in range(len(order))
        for b in range(len(order))
        if order[a][0] is not order[b][0]
        and len(order[a][0].paragraphs) > 1
        and sum(sizes[min(a, b) : max(a, b) + 1]) - sizes[a] > 2 * sizes[a]
    ]
    a, b = chance.choice(ways)
    (home, paragraph), (section, neighbour) = order[a], order[b]
    home.paragraphs.remove(paragraph)
    section.paragraphs.insert(section.paragraphs.index(neighbour) + (b > a), paragraph)
    source.moved |= {sentence.key for sentence in paragraph}


def changed(source: Source, pool: Pool, chance: random.Random) -> None:
    """A figure or a word in a fifth of the sentences, or words put in or left out."""
    del pool
    for _, sentence in source.sentences():
        if chance.random() < 0.2:
            sentence.text = reworded(sentence.text, chance)


def thinned(source: Source, pool: Pool, chance: random.Random) -> None:
    """Paragraphs and sentences left out."""
    del pool
    for section in chance.sample(source.sections, 3):
        section.paragraphs.remove(chance.choice(section.paragraphs))
    for section in source.sections:
        for paragraph in section.paragraphs:
            if len(paragraph) > 2 and chance.random() < 0.5:
                paragraph.remove(chance.choice(paragraph))


def shortened(source: Source, pool: Pool, chance: random.Random) -> None:
    """A whole part, or page, left out."""
    del pool
    source.sections.remove(chance.choice(source.sections[:-1]))


def prolonged(source: Source, pool: Pool, chance: random.Random) -> None:
    """Paragraphs and sentences put in."""
    for section in chance.sample(source.sections, 3):
        section.paragraphs.insert(chance.randint(0, len(section.paragraphs)), pool.paragraph())
    for section in source.sections:
        paragraph = chance.choice(section.paragraphs)
        paragraph.insert(chance.randint(0, len(paragraph)), pool.paragraph()[0])


def outlived(source: Source, pool: Pool, chance: random.Random) -> None:
    """Sentences left out of which another one, almost the same, has always stood elsewhere."""
    del pool, chance
    for section in source.sections[:3]:
        section.paragraphs[0].pop(0)


def twinned(source: Source, pool: Pool, chance: random.Random) -> None:
    """Before `outlived`: the same with one word or figure changed, in a later part."""
    for section, later in zip(source.sections[:3], source.sections[3:], strict=True):
        twin = reworded(section.paragraphs[0][0].text, chance, short=True)
        paragraph = chance.choice(later.paragraphs)
        paragraph.insert(chance.randint(0, len(paragraph)), pool.sentence(twin))


def everything(source: Source, pool: Pool, chance: random.Random) -> None:
    """What documents live through, one after the other."""
    for edit in (changed, thinned, prolonged, reflowed, encoded, moved):
        edit(source, pool, chance)


EDITS: dict[str, Callable[[Source, Pool, random.Random], None]] = {
    "nothing": nothing,
    "file renamed": renamed,
    "another encoding and typography": encoded,
    "lines broken elsewhere": reflowed,
    "a paragraph moved": moved,
    "figures and words changed": changed,
    "paragraphs and sentences removed": thinned,
    "a page or part removed": shortened,
    "paragraphs and sentences put in": prolonged,
    "removed, one like it stays": outlived,
    "all of that at once": everything,
    "file deleted": deleted,
}


def edited(source: Source, kind: str, pool: Pool, chance: random.Random) -> Source:
    """The source after an edit."""
    copy = deepcopy(source)
    EDITS[kind](copy, pool, chance)
    return copy


def reworded(text: str, chance: random.Random, *, short: bool = False) -> str:
    """A sentence with something else in it; `short`: one word or figure only."""
    words = text.split()
    figures = [at for at, word in enumerate(words) if re.search(r"\d", word)]
    middle = chance.randrange(1, len(words) - 1)
    other = chance.choice([word for word in _OTHER_WORDS if word not in text])
    if figures and chance.random() < 0.6:
        at = chance.choice(figures)
        words[at] = re.sub(r"\d", lambda d: str((int(d[0]) + 1) % 10), words[at], count=1)
    elif short or chance.random() < 0.4:
        words[middle] = other
    else:
        way = chance.randrange(4)
        if way == 0:
            words.insert(middle, other)
        elif way == 1:
            del words[middle]
        elif way == 2:
            words[:0] = ["Hardly", "anybody", "says"]
        else:
            words[-1:] = [words[-1].rstrip(".!?") + ",", "or", "so", "it", "is", "claimed."]
    return " ".join(words)


# Files ----------------------------------------------------------------------------------------


def write(source: Source, folder: Path) -> None:
    """Write a source's file."""
    path = folder / source.file
    parts = [
        (section.heading, [" ".join(s.text for s in p) for p in section.paragraphs if p])
        for section in source.sections
    ]
    if source.format == "docx":
        document = docx.Document()
        document.add_heading(source.name, 1)
        for heading, paragraphs in parts:
            document.add_heading(heading, 2)
            for paragraph in paragraphs:
                document.add_paragraph(paragraph)
        document.save(str(path))
    elif source.format == "pdf":
        style = getSampleStyleSheet()["Normal"]
        flow = []
        for _, paragraphs in parts:
            flow += [Printed(html.escape(paragraph), style) for paragraph in paragraphs]
            flow.append(PageBreak())
        SimpleDocTemplate(str(path), pagesize=A4).build(flow)
    else:
        path.write_bytes(_text(source, parts).encode(source.encoding, "xmlcharrefreplace"))


def _text(source: Source, parts: Sequence[tuple[str, Sequence[str]]]) -> str:
    def set_(paragraph: str) -> str:
        lines = textwrap.wrap(paragraph, source.width, break_on_hyphens=False)
        return "\n".join(_hyphenated(lines) if source.hyphenate else lines)

    if source.format == "txt":
        return "\n\n".join(set_(p) for _, paragraphs in parts for p in paragraphs) + "\n"
    if source.format == "md":
        blocks = [f"# {source.name}"]
        for heading, paragraphs in parts:
            blocks += [f"## {heading}", *map(set_, paragraphs)]
        return "\n\n".join(blocks) + "\n"
    body = "\n".join(
        f"<h2>{heading}</h2>\n" + "\n".join(f"<p>{html.escape(set_(p))}</p>" for p in paragraphs)
        for heading, paragraphs in parts
    )
    charset = "utf-8" if source.encoding == "utf-8-sig" else source.encoding
    head = f'<meta charset="{charset}"><title>{source.name}</title>'
    return (
        f"<!DOCTYPE html><html><head>{head}</head><body><h1>{source.name}</h1>{body}</body></html>"
    )


def _hyphenated(lines: list[str]) -> list[str]:
    """The first word of some lines cut, its beginning on the line before, with a hyphen."""
    lines = list(lines)
    for at in range(1, len(lines), 3):
        word, space, rest = lines[at].partition(" ")
        if re.fullmatch(r"[a-z]{6,}", word) and space:
            lines[at - 1] += f" {word[:3]}-"
            lines[at] = f"{word[3:]} {rest}"
    return lines


def _size(paragraph: Paragraph) -> int:
    return sum(len(sentence.text.split()) for sentence in paragraph)
