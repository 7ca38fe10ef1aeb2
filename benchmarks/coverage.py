"""Which words of files stand in the text that is read, in which order, by format.

    python benchmarks/coverage.py FOLDER_OR_FILE … [--make N] [--worst 5] [--json FILE]

Each file is read as it would be added, and by an extractor that shares no code with the readers:
poppler's pdftotext, LibreOffice's text export (RTF), Pandoc (Markdown, reStructuredText), the text
nodes of the XML in Office files and EPUB, lxml (HTML), the `csv` module. `missing` are words of
theirs that stand neither in the text nor in its list of what was left out, `left out` those of that
list alone, `order` neighbours of theirs that are neighbours in the text.

`--make N` also exports N of the Markdown files found with Pandoc to HTML, DOCX, ODT, EPUB, RTF and
PPTX, with Chromium from HTML and with LibreOffice from DOCX to PDF.
"""

import argparse
import csv
import io
import json
import re
import subprocess
import tempfile
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import lxml.etree
import lxml.html

from index.errors import FootnoteError
from index.readers import read

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
_SUPERSCRIPT = re.compile("([\u00b2\u00b3\u00b9\u2070-\u209f]+)")
_BREAK = re.compile(r"(\w+)[-\u00ad\u2010]\n(\w+)")
_PANDOC = {
    "html": "html",
    "docx": "docx",
    "odt": "odt",
    "epub": "epub",
    "rtf": "rtf",
    "pptx": "pptx",
}
_XML_TEXT = {
    ".docx": (r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml", "t", "p"),
    ".pptx": (r"ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml", "t", "p"),
    ".odt": (r"content\.xml", None, "p"),
}


@dataclass(frozen=True)
class Coverage:
    """What became of the words of one file."""

    words: int
    missing: Counter[str]
    left_out: int
    order: float


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("paths", type=Path, nargs="+")
    options.add_argument("--make", type=int, default=0)
    options.add_argument("--worst", type=int, default=0)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    files = [file for path in given.paths for file in _files(path)]
    with tempfile.TemporaryDirectory() as folder:
        sources = [file for file in files if file.suffix == ".md"]
        step = max(len(sources) // max(given.make, 1), 1)
        made = [("made ", one) for one in make(sources[::step][: given.make], Path(folder))]
        found: dict[str, list[tuple[Path, Coverage]]] = defaultdict(list)
        for kind, file in [*(("", one) for one in files), *made]:
            name = f"{kind}{file.suffix}"
            try:
                measured = covered(file)
            except FootnoteError as error:
                print(f"{file.name}: {error}")
                continue
            if measured is not None:
                found[name].append((file, measured))
        report(found, given.worst)
        if given.json:
            given.json.write_text(json.dumps({kind: _sum(some) for kind, some in found.items()}))


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from sorted(one for one in path.rglob("*") if one.is_file())


def report(found: dict[str, list[tuple[Path, Coverage]]], worst: int) -> None:
    """A row for each format, and the files that lose most."""
    print(f"{'format':14}{'files':>6}{'words':>10}{'missing':>9}{'left out':>9}{'order':>8}")
    for kind, some in sorted(found.items()):
        total = _sum(some)
        print(
            f"{kind:14}{len(some):6}{total['words']:10,}{total['missing']:9.2%}"
            f"{total['left_out']:9.2%}{total['order']:8.2%}"
        )
        by_loss = sorted(some, key=lambda one: -one[1].missing.total() / max(one[1].words, 1))
        for file, one in by_loss[:worst]:
            if one.missing:
                share = one.missing.total() / one.words
                sample = " ".join(word for word, _ in one.missing.most_common(12))
                print(f"    {file.name}: {share:.2%} of {one.words:,}: {sample}")


def _sum(some: Sequence[tuple[Path, Coverage]]) -> dict[str, float]:
    words = sum(one.words for _, one in some)
    each = max(words, 1)
    return {
        "words": words,
        "missing": sum(one.missing.total() for _, one in some) / each,
        "left_out": sum(one.left_out for _, one in some) / each,
        "order": sum(one.order * one.words for _, one in some) / each,
    }


def covered(file: Path) -> Coverage | None:
    """What of a file is read; None where nothing independent reads it."""
    extract = EXTRACTORS.get(file.suffix.lower())
    if extract is None:
        return None
    expected = extract(file)
    document = read(file)
    text = words(document.text)
    held, beside = Counter(text), Counter[str]()
    for one in document.left_out:
        beside.update(words(one.words))
    theirs = words(_joined(expected, held))
    wanted = Counter(theirs)
    absent = wanted - held
    # What is left out is listed once however often it stands there.
    unexplained = Counter({word: n for word, n in absent.items() if word not in beside})
    ours = set(pairwise(text))
    pairs = [pair for pair in pairwise(theirs) if pair[0] in held and pair[1] in held]
    order = sum(pair in ours for pair in pairs) / len(pairs) if pairs else 1.0
    left_out = absent.total() - unexplained.total()
    return Coverage(len(theirs), unexplained, left_out, order)


def words(text: str) -> list[str]:
    """Words and figures in one form, characters of scripts without spaces one by one."""
    apart = _SUPERSCRIPT.sub(r" \1 ", text.replace("\u00ad", ""))
    return _WORD.findall(unicodedata.normalize("NFKC", apart).casefold())


def _joined(text: str, held: Counter[str]) -> str:
    """The text with words that are cut at a line's end in one, where they are so in ours."""

    def whole(match: re.Match[str]) -> str:
        joined = match[1] + match[2]
        return joined if joined.casefold() in held else f"{match[1]} {match[2]}"

    return _BREAK.sub(whole, text)


# Extractors ---------------------------------------------------------------------------------------


def _printed(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True).stdout.decode(
        "utf-8", "replace"
    )


def _pdf(file: Path) -> str:
    return _printed("pdftotext", "-enc", "UTF-8", file, "-").replace("\f", "\n")


def _pandoc(file: Path) -> str:
    return _printed("pandoc", "--wrap=none", "-t", "plain", file)


def _html(file: Path) -> str:
    tree = lxml.html.document_fromstring(file.read_bytes())
    unseen = ("script", "style", "template", lxml.etree.Comment)
    lxml.etree.strip_elements(tree, *unseen, with_tail=False)
    body = tree.find("body")
    return "" if body is None else " ".join(body.itertext())


def _zipped(file: Path) -> str:
    pattern, text, paragraph = _XML_TEXT[file.suffix.lower()]
    found = []
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if re.fullmatch(pattern, name):
                tree = lxml.etree.fromstring(archive.read(name))
                for one in tree.iter(f"{{*}}{paragraph}"):
                    nodes = one.iter(f"{{*}}{text}") if text else [one]
                    found.append("".join("".join(node.itertext()) for node in nodes))
    return "\n".join(found)


def _epub(file: Path) -> str:
    found = []
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.endswith((".xhtml", ".html")) and "nav" not in name:
                tree = lxml.html.document_fromstring(archive.read(name))
                found.append(" ".join(tree.find("body").itertext()))
    return "\n".join(found)


def _office(file: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        _converted(file, "txt:Text (encoded):UTF8", Path(folder))
        return (Path(folder) / f"{file.stem}.txt").read_text(encoding="utf-8-sig")


def _cells(file: Path) -> str:
    text = file.read_bytes().decode("utf-8-sig", "replace")
    return "\n".join(" ".join(row) for row in csv.reader(io.StringIO(text)))


EXTRACTORS: dict[str, Callable[[Path], str]] = {
    ".pdf": _pdf,
    ".md": _pandoc,
    ".rst": _pandoc,
    ".html": _html,
    ".htm": _html,
    ".docx": _zipped,
    ".pptx": _zipped,
    ".odt": _zipped,
    ".epub": _epub,
    ".rtf": _office,
    ".csv": _cells,
}


# Files that other programs make -------------------------------------------------------------------


def make(sources: Sequence[Path], folder: Path) -> list[Path]:
    """The files that Pandoc, Chromium and LibreOffice make of Markdown files."""
    made = []
    for number, source in enumerate(sources):
        for suffix, kind in _PANDOC.items():
            target = folder / f"{number}-{source.stem}.{suffix}"
            run = ("pandoc", "-f", "gfm", "-s", "-t", kind, "-o", target, source)
            if subprocess.run(run, check=False, capture_output=True).returncode == 0:
                made.append(target)
    printed = [_print(one) for one in made if one.suffix == ".html"] if made else []
    for one in [one for one in made if one.suffix == ".docx"]:
        into = folder / "office"
        _converted(one, "pdf", into)
        printed.append(into / f"{one.stem}.pdf")
    return made + [one for one in printed if one.exists()]


def _print(page: Path) -> Path:
    target = page.with_name(f"{page.stem}-printed.pdf")
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")
    command = ("chromium", *quiet, f"--print-to-pdf={target}", page.as_uri())
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return target


def _converted(file: Path, kind: str, folder: Path) -> None:
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ("soffice", profile, "--headless", "--convert-to", kind, "--outdir", folder, file)
    subprocess.run(command, check=True, capture_output=True, timeout=300)


if __name__ == "__main__":
    main()
