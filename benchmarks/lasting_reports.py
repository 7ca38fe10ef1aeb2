"""Reports for `lasting.py`: exported in each format, then edited as people do."""

import json
import random
import re
import subprocess
import zipfile
from collections.abc import Callable, Collection
from pathlib import Path

from docx.oxml.ns import qn
from lxml import etree
from lxml import html as web

from assistant.reporting.report import Report

_SHOWN = r"(“{} )({})(?=[ .,;:”])"


class Edits:
    """Which quotes are edited and which links are lost, by a citation's id."""

    def __init__(
        self, quotes: dict[str, str], edited: Collection[str], unlinked: Collection[str]
    ) -> None:
        self.quotes = quotes
        self.edited = edited
        self.unlinked = unlinked

    def quote(self, id_: str, text: str) -> str:
        """A footnote's text, its quote edited if it is to be: another second word."""
        if id_ not in self.edited:
            return text
        first, second = self.quotes[id_].split()[:2]
        pattern = _SHOWN.format(re.escape(first), re.escape(second))
        new, count = re.subn(pattern, r"\1allegedly", text)
        if count != 1:
            raise ValueError(f"the quote of {id_} is not where it is expected: {text}")
        return new


def markdown(report: Report, path: Path, edits: Edits, chance: random.Random) -> Path:
    """Paragraphs shuffled, prose edited."""
    blocks = report.to_markdown().split("\n\n")
    notes = [block for block in blocks if re.match(r"\[\^\d+\]:", block)]
    body = [block for block in blocks if block not in notes]
    chance.shuffle(body)
    body = [f"As we wrote, {block}" if chance.random() < 0.3 else block for block in body]
    written = []
    for note in notes:
        id_ = _id(note)
        text = edits.quote(id_, note)
        written.append(
            re.sub(r" \[[^\]]*\]\([^)]*\)$", "", text) if id_ in edits.unlinked else text
        )
    path.write_text("\n\n".join([*body, *written]), "utf-8")
    return path


def page(report: Report, path: Path, edits: Edits, chance: random.Random) -> Path:
    """Paragraphs shuffled, prose edited."""
    root = web.document_fromstring(report.to_html().encode(), web.HTMLParser(encoding="utf-8"))
    paragraphs = root.xpath("//p[@class='said']")
    parent = paragraphs[0].getparent()
    places = sorted(parent.index(p) for p in paragraphs)
    chance.shuffle(paragraphs)
    for place, paragraph in zip(places, paragraphs, strict=True):
        parent.insert(place, paragraph)
        if chance.random() < 0.3:
            paragraph.text = f"As we wrote, {paragraph.text or ''}"
    for link in root.xpath("//a[contains(@href, 'cite=')]"):
        id_ = _id(link.get("href"))
        note = link.getparent()
        for element in note.iter():
            for name in ("text", "tail"):
                words = getattr(element, name)
                if id_ in edits.edited and words and "“" in words and _quoted(edits, id_, words):
                    setattr(element, name, edits.quote(id_, words))
        if id_ in edits.unlinked:
            link.drop_tree()
    path.write_bytes(
        etree.tostring(root, method="html", encoding="utf-8", doctype="<!DOCTYPE html>")
    )
    return path


def word(report: Report, path: Path, edits: Edits, chance: random.Random) -> Path:
    """Paragraphs shuffled, prose edited, as in a word processor."""
    plain = path.with_name("plain.docx")
    report.to_docx(plain)
    with zipfile.ZipFile(plain) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    document = etree.fromstring(parts["word/document.xml"])
    body = document.find(qn("w:body"))
    paragraphs = [
        p for p in body.findall(qn("w:p")) if p.find(f".//{qn('w:footnoteReference')}") is not None
    ]
    places = sorted(body.index(p) for p in paragraphs)
    chance.shuffle(paragraphs)
    for place, paragraph in zip(places, paragraphs, strict=True):
        body.insert(place, paragraph)
        if chance.random() < 0.3:
            text = paragraph.find(f".//{qn('w:t')}")
            text.text = f"As we wrote, {text.text}"
    parts["word/document.xml"] = etree.tostring(document, encoding="UTF-8", standalone=True)
    notes = etree.fromstring(parts["word/footnotes.xml"])
    for note in notes:
        for link in note.findall(f".//{qn('w:hyperlink')}"):
            id_ = _id("".join(link.itertext()))
            for text in note.iter(qn("w:t")):
                if id_ in edits.edited and "“" in text.text and _quoted(edits, id_, text.text):
                    text.text = edits.quote(id_, text.text)
            if id_ in edits.unlinked:
                link.getparent().remove(link)
    parts["word/footnotes.xml"] = etree.tostring(notes, encoding="UTF-8", standalone=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def libreoffice(report: Report, path: Path, edits: Edits, chance: random.Random) -> Path:
    """As `word`, then opened and saved by LibreOffice, as ODT and back."""
    current = word(report, path, edits, chance)
    for form, folder in (("odt", "odt"), ("docx", "saved")):
        profile = (path.parent / "profile").as_uri()
        command = ["soffice", f"-env:UserInstallation={profile}", "--headless"]
        command += ["--convert-to", form, "--outdir", str(path.parent / folder), str(current)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        current = path.parent / folder / f"{path.stem}.{form}"
    return current


def as_json(report: Report, path: Path, edits: Edits, chance: random.Random) -> Path:
    """Answers shuffled, quotes edited; without its id a citation there is none."""
    value = json.loads(report.model_dump_json())
    chance.shuffle(value["sections"])
    for section in value["sections"]:
        for cited in section["citations"] if isinstance(section, dict) else ():
            cited["quote"] = edits.quote(cited["id"], f"“{' '.join(cited['quote'].split())}”")[1:-1]
    path.write_text(json.dumps(value), "utf-8")
    return path


FORMATS: dict[str, tuple[str, Callable[[Report, Path, Edits, random.Random], Path]]] = {
    "Markdown": ("md", markdown),
    "HTML": ("html", page),
    "DOCX": ("docx", word),
    "DOCX through LibreOffice": ("docx", libreoffice),
    "JSON": ("json", as_json),
}


def _id(text: str) -> str:
    return re.search(r"[0-9a-f]{16}:\d+-\d+", text)[0]


def _quoted(edits: Edits, id_: str, text: str) -> bool:
    return "“" + " ".join(edits.quotes[id_].split()[:2]) in text
