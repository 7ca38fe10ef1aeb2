"""Where sentences end, by language: ours, sentencex and pysbd beside boundaries set by hand.

    python benchmarks/sentences.py [--half held-out] [--misses]

`sentences.txt` beside this file holds texts written for it, half of them kept aside: prose with
abbreviations, laws, lists, quotations, tables, code, verse. A '‖' stands behind each sentence that
is not the text's last one. F1 counts the places at which sentences end, white space aside.
"""

import argparse
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pysbd
import sentencex
from pysbd.languages import LANGUAGE_CODES

from index.sentences import sentence_spans

MARK = "‖"
DATA = Path(__file__).with_suffix(".txt")
Ends = set[int]


def texts(half: str) -> dict[str, list[tuple[str, Ends]]]:
    """The texts of one half by language, each with the places where its sentences end."""
    found = defaultdict(list)
    for section in re.split(r"(?m)^# ", DATA.read_text(encoding="utf-8"))[1:]:
        head, _, body = section.partition("\n")
        language, kind = head.split()
        for marked in body.strip("\n").split("\n---\n") if kind == half else ():
            pieces = marked.split(MARK)
            at, ends = 0, set()
            for piece in pieces[:-1]:
                at += len(piece)
                ends.add(at)
            found[language].append(("".join(pieces), ends))
    return dict(found)


def ours(text: str, _: str) -> Ends:
    """Where the product ends sentences."""
    return {span.end for span in sentence_spans(text)}


def by_sentencex(text: str, language: str) -> Ends:
    """Where sentencex ends them, told the language."""
    found = sentencex.get_sentence_boundaries(language, text)
    return {len(text[: one["end_index"]].rstrip()) for one in found}


def by_pysbd(text: str, language: str) -> Ends:
    """Where pysbd ends them, told the language where it has it."""
    known = language if language in LANGUAGE_CODES else "en"
    found = pysbd.Segmenter(language=known, clean=False, char_span=True).segment(text)
    return {len(text[: one.end].rstrip()) for one in found}


def f1(of: list[tuple[str, Ends]], language: str, split: Callable[[str, str], Ends]) -> float:
    """Harmonic mean of precision and recall over all boundaries of a language."""
    right = found = gold = 0
    for text, ends in of:
        here = split(text, language) - {len(text.rstrip())}
        right, found, gold = right + len(here & ends), found + len(here), gold + len(ends)
    return 2 * right / (found + gold)


def show_misses(of: list[tuple[str, Ends]], language: str) -> None:
    """Print each boundary that is missing ('-') or too many ('+') in ours."""
    for text, ends in of:
        here = ours(text, language) - {len(text.rstrip())}
        for at in sorted(here ^ ends):
            around = text[max(at - 30, 0) : at] + MARK + text[at : at + 25]
            print(language, "+" if at in here else "-", repr(around))


def main() -> None:
    """Measure and print, a line a language."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", choices=["development", "held-out"], default="development")
    parser.add_argument("--misses", action="store_true", help="list what ours gets wrong")
    given = parser.parse_args()
    print("language  boundaries  ours  sentencex  pysbd")
    for language, of in texts(given.half).items():
        scores = (f1(of, language, split) for split in (ours, by_sentencex, by_pysbd))
        count = sum(len(ends) for _, ends in of)
        print(f"{language:8}  {count:10}  " + "  ".join(f"{score:.3f}" for score in scores))
        if given.misses:
            show_misses(of, language)


if __name__ == "__main__":
    main()
