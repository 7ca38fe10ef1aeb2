"""Running heads, feet and page numbers told from text: what they are, and where they are left out.

A line runs where the same words stand at the same place of at least three pages, at the edge,
apart from the text and in no larger type. Only a number that counts the pages may differ. Of each
running line one stays in the text, so that no word is lost.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from index.document import LeftOut
from index.readers.pdf.lines import Line

Column = list[Line]

_EDGE = 0.12  # of the page's height: where heads and feet stand
_EDGE_LINES = 6  # at each edge
_FEWEST_PAGES = 3
_MOST_OUTSIDE = 0.6  # of the pages: a number that counts most pages may stand above the edge
_NEAR = 3.0  # points: heads of two pages stand at the same height
_APART = 0.5  # of the type size: more white than between the page's lines
_NUMBER_APART = 0.2  # the same for a bare page number
_FILLED = 0.25  # of its height: text that goes on over the page ends below
_FORM_SHARE = 0.15  # of a page's lines, that other pages have at the same place: a form's
_LARGE = 1.25  # times the body's type size: titles
_LONGEST = 200
_FEW_ROWS = 3  # of a head that is set like a table; rows of a longer one are text
_NUMBER = re.compile(r"\W*(?:[A-Z]{1,2}[-–—.])?(?:第)?(\d{1,4})(?:[页頁]|ページ)?\W*")
_OF_ALL = re.compile(r"\W*(\d{1,4})/(\d{1,4})\W*")
_ROMAN = re.compile(r"\W*(?=[ivxlc])((?:x[cl]|l?x{0,3})(?:i[xv]|v?i{0,3}))\W*", re.IGNORECASE)
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_PAGE = re.compile(
    r"\W*(?:page|pag|pg|p|seite|s|página|pagina|sida|side|sivu|strana|strona|oldal|blz)\W*",
    re.IGNORECASE,
)
_MOST_RANGES = 12


class _Key(NamedTuple):
    """What a running line has on every page: its words, and how its number counts the pages.

    `number` is the number's distance from the page's, None where it has none; `bare`: there are no
    words beside it but those that say that it is a page's.
    """

    head: bool
    words: str
    number: int | None = None
    bare: bool = False


class _Candidate(NamedTuple):
    """A line that may run, and what it could be one of."""

    line: Line
    keys: tuple[_Key, ...]


class Kept(NamedTuple):
    """Each page's columns without what runs, and what was left out of them.

    >>> Kept([[]], ()).left_out
    ()
    """

    pages: list[list[Column]]
    left_out: tuple[LeftOut, ...]


def without_running(
    pages: Sequence[Sequence[Column]], heights: Sequence[float], labels: Sequence[str | None]
) -> Kept:
    """The pages without their running lines, except one of each, and without page numbers.

    Args:
        pages: The columns of each page.
        heights: The pages' heights in points.
        labels: What the file calls each page; None where it does not.

    >>> import numpy as np
    >>> def line(text, low):
    ...     words = np.array([[0, len(text), 72, low, 99, low + 9]])
    ...     return Line(text, words, 72, low, 99, low + 9, size=9, bold=False, cells=1)
    >>> pages = [[[line(f"It rose to {n}.", 700), line(f"{n}", 30)]] for n in (1, 2, 3)]
    >>> kept = without_running(pages, [842] * 3, [None] * 3)
    >>> kept.pages[0][0][0].text, kept.left_out
    ('It rose to 1.', (LeftOut(words='1 2 3', why='page number', where='pp. 1-3'),))
    """
    largest = _LARGE * _body_size(pages)
    candidates = [
        list(_candidates(page, height, number, label, largest))
        for number, (page, height, label) in enumerate(zip(pages, heights, labels, strict=True), 1)
    ]
    running = _running(candidates)
    found = [_outermost(page, edge, running) for page, edge in zip(pages, candidates, strict=True)]
    if _are_records(pages, heights, candidates):
        found = [[(line, key) for line, key in page if key.bare] for page in found]
    counted = Counter(key for page in found for _, key in page)
    found = [[(line, key) for line, key in page if counted[key] >= _FEWEST_PAGES] for page in found]
    staying = _staying(found)
    gone: dict[_Key, list[tuple[int, Line]]] = defaultdict(list)
    kept: list[list[Column]] = []
    for number, (page, lines) in enumerate(zip(pages, found, strict=True), 1):
        out = {id(line) for line, _ in lines}
        stays = [line for line, key in lines if staying.get(key) == number]
        for line, key in lines:
            if staying.get(key) != number:
                gone[key].append((number, line))
        if number == 1:
            out -= {id(line) for line in stays}
            stays = []
        columns = [left for column in page if (left := [x for x in column if id(x) not in out])]
        # At a page's end it parts no sentence that goes on over the page.
        kept.append(columns + [[line] for line in stays])
    return Kept(kept, tuple(_told(gone)))


def _body_size(pages: Iterable[Sequence[Column]]) -> float:
    sizes = Counter[float]()
    for line in (line for page in pages for column in page for line in column):
        sizes[round(2 * line.size) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _are_records(
    pages: Sequence[Sequence[Column]],
    heights: Sequence[float],
    candidates: Sequence[Sequence[_Candidate]],
) -> bool:
    """Whether each page is a form of its own, as in a batch of invoices: its edges are its own too.

    Their text does not go on from page to page, and much of it stands at the same place of others.
    """
    at_edges = {id(line) for page in candidates for line, _ in page}
    bodies = [[x for column in page for x in column if id(x) not in at_edges] for page in pages]
    ends = [
        min(line.bottom for line in body) < _FILLED * height
        for body, height in zip(bodies[:-1], heights, strict=False)
        if body
    ]
    places = Counter((line.text, round(line.bottom / _NEAR)) for body in bodies for line in body)
    alike = sum(count for count in places.values() if count >= _FEWEST_PAGES)
    return sum(ends) < 0.5 * len(ends) and alike > _FORM_SHARE * places.total()


def _candidates(
    page: Sequence[Column], height: float, number: int, label: str | None, largest: float
) -> Iterator[_Candidate]:
    """The lines at a page's head and foot, the outermost first; a bare number also above them."""
    lines = sorted((line for column in page for line in column), key=lambda line: -line.top)
    for head, ordered in ((True, lines), (False, lines[::-1])):
        for place, line in enumerate(ordered[:_EDGE_LINES]):
            middle = (line.bottom + line.top) / 2
            inside = (height - middle if head else middle) > _EDGE * height
            in_table = line.table is not None and len(line.table.rows) > _FEW_ROWS
            if len(line.text) > _LONGEST or (inside and place) or in_table:
                break
            keys = _keys(line, head, number, label)
            if inside or line.size > largest:
                keys = (key for key in keys if key.bare)
            if kept := tuple(keys):
                yield _Candidate(line, kept)
            if inside:
                break


def _keys(line: Line, head: bool, number: int, label: str | None) -> Iterator[_Key]:
    """What the line could be one of: the same on every page, or with a number that counts them."""
    tokens = line.text.split()
    if (of_all := _of_all(tokens)) is not None:
        first, own, place = of_all
        if not any(map(_says_something, own)):
            yield _Key(head, "", first - number, bare=True)
            return
        if len(own) < place or _parted(line, tokens, place, last=True):
            yield _Key(head, " ".join(own), first - number)
    saying = [place for place, token in enumerate(tokens) if _says_something(token)]
    for place in sorted({*saying[:1], *saying[-1:]}) if of_all is None else ():
        value = _counted(tokens[place], len(saying) == 1, number, label)
        if value is None:
            continue
        rest = [*tokens[:place], *tokens[place + 1 :]]
        if len(saying) == 1 or _PAGE.fullmatch(" ".join(rest)):
            yield _Key(head, " ".join(rest), value - number, bare=True)
            return
        if _parted(line, tokens, place, last=place == saying[-1]):
            yield _Key(head, " ".join(rest), value - number)
    yield _Key(head, " ".join(tokens))


def _says_something(token: str) -> bool:
    return any(map(str.isalnum, token))


def _counted(token: str, alone: bool, number: int, label: str | None) -> int | None:
    """The number that a token says, where it may be a page's."""
    if label is not None and token == label:
        return number
    if found := _NUMBER.fullmatch(token):
        return int(found[1])
    if alone and (found := _ROMAN.fullmatch(token)):
        digits = [_ROMAN_DIGITS[letter] for letter in found[1].lower()]
        return sum(
            -one if one < after else one
            for one, after in zip(digits, [*digits[1:], 0], strict=True)
        )
    return None


def _of_all(tokens: Sequence[str]) -> tuple[int, list[str], int] | None:
    """Of 'Page 3 of 9', '3/9' or '3 / 9' at a line's end the 3, the words before, the 3's place.

    'Page' and 'of 9' are no words of the line's own; the place is the token that the number is.
    """
    if tokens and (found := _OF_ALL.fullmatch(tokens[-1])):
        before, place = tokens[:-1], len(tokens) - 1
        own = before[:-1] if before and _PAGE.fullmatch(before[-1]) else before
        return int(found[1]), [*own], place
    if len(tokens) < 3 or len(tokens[-2]) > len("sur ") or _NUMBER.fullmatch(tokens[-2]):
        return None
    one, last = _NUMBER.fullmatch(tokens[-3]), _NUMBER.fullmatch(tokens[-1])
    if one is None or last is None or int(one[1]) > int(last[1]):
        return None
    before = tokens[:-3]
    own = before[:-1] if before and _PAGE.fullmatch(before[-1]) else before
    return int(one[1]), [*own], len(before)


def _parted(line: Line, tokens: Sequence[str], place: int, last: bool) -> bool:
    """Whether the first or last word is set apart from the others: by a gap or a sign."""
    beside = place - 1 if last else place + 1
    if not _says_something(tokens[beside]) or _PAGE.fullmatch(tokens[beside]):
        return True
    if len(line.words) != len(tokens):
        return False
    left, right = sorted((beside, place))
    return float(line.words[right][2] - line.words[left][4]) > line.size


def _running(candidates: Sequence[Sequence[_Candidate]]) -> Set[tuple[int, _Key]]:
    """Lines, by identity, with what they are one of on at least three pages at the same height."""
    groups: dict[_Key, list[_Candidate]] = defaultdict(list)
    for candidate in (candidate for page in candidates for candidate in page):
        for key in candidate.keys:
            groups[key].append(candidate)
    running: set[tuple[int, _Key]] = set()
    pages = sum(map(bool, candidates))
    for key, group in groups.items():
        if key.bare and len(group) >= max(_FEWEST_PAGES, _MOST_OUTSIDE * pages):
            running |= {(id(candidate.line), key) for candidate in group}
            continue
        for near in _clusters(group):
            if len(near) >= _FEWEST_PAGES:
                running |= {(id(candidate.line), key) for candidate in near}
    return running


def _clusters(group: Sequence[_Candidate]) -> Iterator[list[_Candidate]]:
    """The candidates in groups of the same height."""
    ordered = sorted(group, key=lambda candidate: candidate.line.bottom)
    near: list[_Candidate] = []
    for candidate in ordered:
        if near and candidate.line.bottom - near[0].line.bottom > _NEAR:
            yield near
            near = []
        near.append(candidate)
    if near:
        yield near


def _outermost(
    page: Sequence[Column], candidates: Sequence[_Candidate], running: Set[tuple[int, _Key]]
) -> list[tuple[Line, _Key]]:
    """The running lines of a page with nothing beyond them, and white between them and the text."""
    lines = sorted((line for column in page for line in column), key=lambda line: -line.top)
    keys = {
        (id(line), key.head): key
        for line, could_be in candidates
        for key in could_be[::-1]
        if (id(line), key) in running
    }
    gaps = [max(above.bottom - below.top, 0.0) for above, below in pairwise(lines)]
    usual = median(gaps) if gaps else 0.0
    found: dict[int, tuple[Line, _Key]] = {}
    for head, ordered in ((True, lines), (False, lines[::-1])):
        taken: list[tuple[Line, _Key]] = []
        apart = 0
        for place, line in enumerate(ordered):
            key = keys.get((id(line), head))
            if key is None:
                break
            taken.append((line, key))
            if place + 1 == len(ordered):
                apart = len(taken) if key.bare else apart
                break
            below = ordered[place + 1]
            gap = line.bottom - below.top if head else below.bottom - line.top
            if (
                gap
                > min(usual, 1.5 * line.size) + (_NUMBER_APART if key.bare else _APART) * line.size
            ):
                apart = len(taken)
        found.update((id(line), (line, key)) for line, key in taken[:apart])
    return [*found.values()]


def _staying(found: Sequence[Sequence[tuple[Line, _Key]]]) -> dict[_Key, int]:
    """On which page the one of each running line stays that has words of its own."""
    staying: dict[_Key, int] = {}
    for number, page in enumerate(found, 1):
        for _, key in page:
            if not key.bare and not (key.head and staying.get(key) == 1):
                staying[key] = number
    return staying


def _told(gone: Mapping[_Key, Sequence[tuple[int, Line]]]) -> Iterator[LeftOut]:
    """What was left out: running titles in order of place, then all page numbers together."""
    numbers: dict[str, None] = {}
    numbered: set[int] = set()
    for key, lines in gone.items():
        pages = [number for number, _ in lines]
        if key.words and not key.bare:
            yield LeftOut(key.words, "running title", page_ranges(pages))
        if key.number is not None:
            words = (word for _, line in lines for word in line.text.split())
            own = set(key.words.split()) if not key.bare else set()
            numbers.update(dict.fromkeys(word for word in words if word not in own))
            numbered.update(pages)
    if numbers:
        said = " ".join(word for word in numbers if _says_something(word))
        yield LeftOut(said, "page number", page_ranges(sorted(numbered)))


def page_ranges(pages: Iterable[int]) -> str:
    """Pages in order as a reader would name them.

    >>> page_ranges([2, 3, 4, 7]), page_ranges([5])
    ('pp. 2-4, 7', 'p. 5')
    """
    ranges: list[tuple[int, int]] = []
    for page in pages:
        if ranges and page <= ranges[-1][1] + 1:
            ranges[-1] = ranges[-1][0], max(page, ranges[-1][1])
        else:
            ranges.append((page, page))
    told = [f"{first}" if first == last else f"{first}-{last}" for first, last in ranges]
    shown = told if len(told) <= _MOST_RANGES else [*told[:_MOST_RANGES], "…"]
    alone = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
    return f"{'p.' if alone else 'pp.'} {', '.join(shown)}"
