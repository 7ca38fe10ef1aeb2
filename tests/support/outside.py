"""Reports as programs that are not ours read them: Pandoc, LibreOffice, a parser of HTML."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from assistant.links import cited_id


@dataclass
class Note:
    """A footnote: its words, and the addresses that it links to."""

    text: str
    links: list[str]

    @property
    def cited(self) -> list[str]:
        """The ids of the citations that it links to."""
        return [id_ for link in self.links if (id_ := cited_id(link))]


@dataclass
class Told:
    """A report's text without its notes, paragraph by paragraph, and its notes in their order.

    Where a note stands in the text is '‹n›', n counting from 1.
    """

    paragraphs: list[str] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    bold: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.paragraphs)


def pandoc(given: str | Path, reader: str) -> Told:
    """What Pandoc reads."""
    program = shutil.which("pandoc")
    if program is None:
        pytest.skip("Pandoc is not installed (apt-get install pandoc).")
    command = [program, "--from", reader, "--to", "json"]
    if isinstance(given, Path):
        ran = subprocess.run([*command, str(given)], capture_output=True, text=True, timeout=60)
    else:
        ran = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    return _Pandoc().told(json.loads(ran.stdout)["blocks"])


def libreoffice(given: Path, suffix: str, folder: Path) -> Path:
    """The document as LibreOffice writes it once it has read it."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed (apt-get install libreoffice-writer-nogui).")
    folder.mkdir()
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", suffix, "--outdir", str(folder)]
    ran = subprocess.run([*command, str(given)], capture_output=True, text=True, timeout=150)
    made = folder / f"{given.stem}.{suffix}"
    assert made.is_file(), ran.stdout + ran.stderr
    return made


def page(text: str) -> Told:
    """What the elements of an HTML page say."""
    root = html.document_fromstring(text)
    told = Told()
    for reference in root.xpath("//a[@role='doc-noteref']"):
        (note,) = root.xpath(f"//li[@id='{reference.get('href')[1:]}']")
        assert note.xpath(f".//a[@role='doc-backlink' and @href='#{reference.get('id')}']")
        assert reference.text == str(1 + len(note.xpath("preceding-sibling::li")))
        reference.text = f"‹{reference.text}›"
    for note in root.xpath("//*[@role='doc-endnotes']//li"):
        for back in note.xpath(".//a[@role='doc-backlink']"):
            back.getparent().remove(back)
        told.notes.append(Note(_words(note), note.xpath(".//a/@href")))
        note.getparent().remove(note)
    for heading in root.xpath("//h1|//h2|//h3"):
        told.headings.append((int(heading.tag[1]), _words(heading)))
    told.bold = [_words(element) for element in root.xpath("//strong")]
    paragraphs = "//main//p|//main//li[not(p)]|//main//td|//main//th"
    told.paragraphs = [_words(one) for one in root.xpath(paragraphs)]
    return told


def _words(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


class _Pandoc:
    """Walks Pandoc's syntax tree (https://hackage.haskell.org/package/pandoc-types)."""

    def __init__(self) -> None:
        self._told = Told()
        self._links: list[str] = []

    def told(self, blocks: list[dict[str, Any]]) -> Told:
        self._told.paragraphs = list(self._blocks(blocks))
        return self._told

    def _blocks(self, blocks: list[dict[str, Any]]) -> Iterator[str]:
        for block in blocks:
            kind, content = block["t"], block.get("c")
            if kind in ("Para", "Plain"):
                yield self._inlines(content)
            elif kind == "Header":
                self._told.headings.append((content[0], self._inlines(content[2])))
            elif kind == "BulletList":
                for item in content:
                    yield from self._blocks(item)
            elif kind == "OrderedList":
                for item in content[1]:
                    yield from self._blocks(item)
            elif kind in ("BlockQuote", "Div"):
                yield from self._blocks(content if kind == "BlockQuote" else content[1])
            elif kind == "CodeBlock":
                yield content[1]
            elif kind == "Table":
                rows = [*content[3][1], *(row for part in content[4] for row in part[2] + part[3])]
                for row in rows:
                    for cell in row[1]:
                        yield from self._blocks(cell[4])
            else:
                # A comment of HTML in the author's own text is a block of its own kind.
                assert kind in ("HorizontalRule", "RawBlock"), kind

    def _inlines(self, inlines: list[dict[str, Any]]) -> str:
        return "".join(self._inline(one["t"], one.get("c")) for one in inlines)

    def _inline(self, kind: str, content: Any) -> str:
        if kind == "Str":
            return content
        if kind in ("Space", "SoftBreak", "LineBreak"):
            return " "
        if kind == "Code":
            return content[1]
        if kind == "Quoted":
            inside = self._inlines(content[1])
            return f"“{inside}”" if content[0]["t"] == "DoubleQuote" else f"‘{inside}’"
        if kind == "Strong":
            self._told.bold.append(self._inlines(content))
            return self._told.bold[-1]
        if kind in ("Emph", "Superscript", "Subscript", "Underline", "Strikeout", "SmallCaps"):
            return self._inlines(content)
        if kind == "Span":
            return self._inlines(content[1])
        if kind == "Link":
            self._links.append(content[2][0])
            return self._inlines(content[1])
        assert kind == "Note", kind
        self._links = []
        text = " ".join(self._blocks(content))
        self._told.notes.append(Note(text, self._links))
        self._links = []
        return f"‹{len(self._told.notes)}›"
