"""PDF parsers side by side on one report: speed, and what is left of rows, sentences and heads.

    python benchmarks/parsers.py REPORT.pdf --pages 41-70

pypdf is no dependency: install it for the comparison (pip install pypdf).
"""

import argparse
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import pdfplumber
import pypdf
import pypdfium2 as pdfium

from index.document import Document
from index.readers import read

ROUNDS = 2
_FIGURE = re.compile(r"\(?\$?\d[\d,.]*%?\)?")
_BREAK_IN_SENTENCE = re.compile(r"[a-z,]\n+[a-z]")


def main() -> None:
    """Prints a row for each parser."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("report", type=Path)
    options.add_argument("--pages", default="41-70", help="first and last, from 1")
    given = options.parse_args()
    first, last = map(int, given.pages.split("-"))
    extract = given.report.with_name(f"{given.report.stem}-{given.pages}.pdf")
    part = Path.cwd() / extract.name
    try:
        with pdfium.PdfDocument.new() as file, pdfium.PdfDocument(given.report) as whole:
            file.import_pages(whole, list(range(first - 1, last)))
            file.save(part)
        compare(part)
    finally:
        part.unlink(missing_ok=True)


def compare(path: Path) -> None:
    """Times every parser on the file at `path`, and looks at what it makes of it."""
    rows = list(_rows(path))
    print(f"{len(rows)} table rows")
    for name, parse in PARSERS.items():
        fastest = float("inf")
        for _ in range(ROUNDS):
            started = time.perf_counter()
            pages = parse(path)
            fastest = min(fastest, time.perf_counter() - started)
        lines = {_bare(line) for page in pages for line in page.splitlines()}
        repeated = Counter(line for page in pages for line in {*page.splitlines()} if line.strip())
        heads = sum(count for count in repeated.values() if count >= 0.4 * len(pages))
        breaks = sum(len(_BREAK_IN_SENTENCE.findall(page)) for page in pages)
        whole = sum(row in lines for row in rows)
        print(
            f"{name}: {len(pages) / fastest:.1f} pages/s, {whole}/{len(rows)} rows whole, "
            f"{breaks} line breaks inside sentences, {heads} running heads left"
        )


def _rows(path: Path) -> Iterator[str]:
    """Printed rows of a label and at least two figures, without spaces."""
    with pdfplumber.open(path) as file:
        for page in file.pages:
            words = sorted(
                page.extract_words(), key=lambda word: (round(word["bottom"]), word["x0"])
            )
            for _, row in groupby(words, key=lambda word: round(word["bottom"])):
                texts = [word["text"] for word in row]
                figures = sum(_FIGURE.fullmatch(text) is not None for text in texts)
                letters = sum(text.isalpha() for text in texts)
                ends = _FIGURE.fullmatch(texts[-1]) and not texts[-1].endswith(".")
                if figures >= 2 and 1 <= letters <= 2 * figures and ends:
                    yield _bare("".join(texts))


def _bare(line: str) -> str:
    return re.sub(r"\s", "", line)


def _ours(path: Path) -> list[str]:
    document: Document = read(path)
    return [document.text[page.start : page.end] for page in document.pages]


def _pdfium(path: Path) -> list[str]:
    with pdfium.PdfDocument(path) as file:
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in file]


def _pypdf(path: Path, mode: str) -> list[str]:
    return [page.extract_text(extraction_mode=mode) for page in pypdf.PdfReader(path).pages]


def _pdfplumber(path: Path) -> list[str]:
    with pdfplumber.open(path) as file:
        return [page.extract_text() for page in file.pages]


PARSERS: dict[str, Callable[[Path], list[str]]] = {
    "ours, on pypdfium2's characters": _ours,
    "pypdfium2's own text": _pdfium,
    "pypdf": lambda path: _pypdf(path, "plain"),
    "pypdf, layout mode": lambda path: _pypdf(path, "layout"),
    "pdfplumber": _pdfplumber,
}


if __name__ == "__main__":
    main()
