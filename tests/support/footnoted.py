"""Footnotes for reports that are written by hand: what is cited, as an export would print it."""

import json
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from wordfile import link, paragraph, reference, run, word_file

from assistant.answer import citation_id
from assistant.assistant import Assistant
from assistant.links import permalink

BASE = "http://127.0.0.1:7860"


@dataclass(frozen=True)
class Noted:
    """A cited passage."""

    id: str
    title: str
    quote: str

    @property
    def url(self) -> str:
        return permalink(self.id, BASE)

    @property
    def printed(self) -> str:
        return " ".join(self.quote.split())


def noted(assistant: Assistant, words: str) -> Noted:
    """The citation of these words in the document that holds them."""
    for info in assistant.documents():
        text = assistant.document(info.id).text
        start = text.find(words)
        if start >= 0:
            id_ = citation_id(info.version, start, start + len(words))
            return Noted(id_, info.title, words)
    raise AssertionError(f"no document holds {words!r}")


def markdown(path: Path, *notes: Noted) -> Path:
    body = " ".join(f"A sentence.[^{n}]" for n, _ in enumerate(notes, start=1))
    below = (
        f"[^{n}]: *{one.title}*, p. 1: “{one.printed}” [{one.id}]({one.url})"
        for n, one in enumerate(notes, start=1)
    )
    path.write_text(f"# Report\n\n{body}\n\n" + "\n".join(below), "utf-8")
    return path


def html(path: Path, *notes: Noted) -> Path:
    below = "".join(
        f'<li id="note-{n}"><p><i>{escape(one.title)}</i>: “{escape(one.printed)}” '
        f'<a href="{one.url}">{one.id}</a></p></li>'
        for n, one in enumerate(notes, start=1)
    )
    path.write_text(
        f"<!doctype html><html><body><p>Text.</p><ol>{below}</ol></body></html>", "utf-8"
    )
    return path


def docx(path: Path, *notes: Noted) -> Path:
    return word_file(
        path,
        [paragraph(run("A sentence."), reference(n)) for n, _ in enumerate(notes, start=1)],
        footnotes={
            n: paragraph(
                run(f"{escape(one.title)}: “{escape(one.printed)}” "), link(f"rId{n}", one.id)
            )
            for n, one in enumerate(notes, start=1)
        },
        links={f"rId{n}": one.url for n, one in enumerate(notes, start=1)},
    )


def as_json(path: Path, *notes: Noted) -> Path:
    cited = [
        {"number": n, "id": one.id, "quote": one.quote} for n, one in enumerate(notes, start=1)
    ]
    path.write_text(json.dumps({"answers": [{"citations": cited}]}), "utf-8")
    return path


FORMATS = {"md": markdown, "html": html, "docx": docx, "json": as_json}
