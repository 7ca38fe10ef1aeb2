"""No pattern of the product has a text, made of its own parts, over which it slows down.

Each compiled pattern is taken apart. What an open repeat of it may repeat is repeated, behind what
stands before that repeat, with an end at which the pattern fails.
"""

import re
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from re import _constants as code
from re import _parser as parser
from typing import Any

import pytest
from test_linear_time import calls, patterns

SHORT, LONG = 10_000, 40_000
"""Characters; four times as many may take six times as long."""
PROPORTION, FLOOR = 6, 0.25
"""What takes less than the floor, in seconds of CPU, is never slow."""
FIRST = 1_000
"""Characters over which no pattern may need the floor: beyond quadratic work is found by them."""
SUSPECT = FLOOR / (LONG / FIRST) ** 2
"""What takes less over those stays below the floor over the long text, if it is quadratic."""
CERTAIN = 12
"""A proportion that needs no second measurement."""
MANY = 50
"""Repeats bounded by fewer are no open ones."""
END = "\0"
VARIANTS = 4
SAMPLES = "aA0 .,-'\"\n\t:(/<>*|$%“”’é中[]{}#&;_=+!?xS"
REPEATS = {code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT}
Parsed = Sequence[tuple[Any, Any]]


def in_class(items: Parsed) -> list[str]:
    """Some characters of a class."""
    pattern = "".join(map(written, items))
    negated = any(op is code.NEGATE for op, _ in items)
    own = [] if negated else [chr(av) for op, av in items if op is code.LITERAL][:3]
    own += [] if negated else [chr(av[0]) for op, av in items if op is code.RANGE][:2]
    matching = re.compile(f"[{pattern}]")
    found = [*own, *(one for one in SAMPLES if matching.match(one))]
    return list(dict.fromkeys(found))[:VARIANTS] or ["x"]


def written(item: tuple[Any, Any]) -> str:
    op, av = item
    if op is code.NEGATE:
        return "^"
    if op is code.LITERAL:
        return re.escape(chr(av))
    if op is code.RANGE:
        return f"{re.escape(chr(av[0]))}-{re.escape(chr(av[1]))}"
    return CATEGORIES[av]


CATEGORIES = {
    code.CATEGORY_SPACE: r"\s",
    code.CATEGORY_NOT_SPACE: r"\S",
    code.CATEGORY_DIGIT: r"\d",
    code.CATEGORY_NOT_DIGIT: r"\D",
    code.CATEGORY_WORD: r"\w",
    code.CATEGORY_NOT_WORD: r"\W",
}


def examples(item: tuple[Any, Any]) -> list[str]:
    """Some short texts that one part of a pattern matches."""
    op, av = item
    if op is code.LITERAL:
        return [chr(av)]
    if op is code.NOT_LITERAL:
        return ["x" if av != ord("x") else "y"]
    if op is code.ANY:
        return ["x", " "]
    if op is code.IN:
        return in_class(av)
    if op in REPEATS:
        return [example(av[2]) * av[0]]
    if op is code.BRANCH:
        return [example(one) for one in av[1]][:VARIANTS]
    if op is code.SUBPATTERN:
        inner = av[-1]
        return examples(inner[0]) if len(inner) == 1 else [example(inner)]
    return [example(av)] if op is code.ATOMIC_GROUP else [""]


def example(parts: Parsed) -> str:
    return "".join(examples(part)[0] for part in parts)


def repeats(parts: Parsed, before: str = "") -> Iterator[tuple[str, str]]:
    """What stands before each open repeat, and something that it repeats."""
    for op, av in parts:
        if op in REPEATS:
            _, most, body = av
            if most is code.MAXREPEAT or most >= MANY:
                bodies = examples(body[0]) if len(body) == 1 else [example(body)]
                yield from ((before, one) for one in bodies if one)
            yield from repeats(body, before)
        elif op is code.SUBPATTERN:
            yield from repeats(av[-1], before)
        elif op is code.ATOMIC_GROUP:
            yield from repeats(av, before)
        elif op is code.BRANCH:
            for branch in av[1]:
                yield from repeats(branch, before)
        elif op in (code.ASSERT, code.ASSERT_NOT):
            yield from repeats(av[1], before)
        before += example([(op, av)])


def parsed(pattern: Any) -> Parsed:
    """A pattern's parts; what only the regex library writes is put as re would write it."""
    source = pattern.pattern
    if isinstance(source, bytes):
        return parser.parse(source.decode("latin-1"), pattern.flags | re.ASCII)
    if isinstance(pattern, re.Pattern):
        return parser.parse(source, pattern.flags)
    plain = re.sub(r"\\p\{[^}]*\}|\[:\w+:\]", r"\\w", re.sub(r"\(\?V1x?\)", "", source))
    with warnings.catch_warnings(action="ignore", category=FutureWarning):  # of nested sets
        return parser.parse(plain, re.VERBOSE & pattern.flags)


def hostile(pattern: Any) -> list[tuple[str, str]]:
    """Beginnings, each with what is repeated behind it."""
    parts = parsed(pattern)
    whole = example(parts)
    found = [("", whole), ("", whole[:-1])]
    for before, one in repeats(parts):
        found += [(before, one), ("", before + one)]
    return [case for case in dict.fromkeys(found) if case[1]]


def spent(work: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    work(text)
    return time.process_time() - began


def slows_down(work: Callable[[str], object], begin: str, repeated: str) -> bool:
    def text(size: int) -> str:
        return begin + repeated * (size // len(repeated)) + END

    first = min(spent(work, text(FIRST)) for _ in range(2))
    if first > FLOOR:
        return True
    if first < SUSPECT:
        return False
    short = spent(work, text(SHORT))
    if short < FLOOR / (LONG / SHORT) ** 2:
        return False
    long = spent(work, text(LONG))
    if long <= max(FLOOR, PROPORTION * short):
        return False
    if long > CERTAIN * short:
        return True
    short = min(spent(work, text(SHORT)) for _ in range(2))
    return min(spent(work, text(LONG)) for _ in range(2)) > PROPORTION * short


def test_a_pattern_that_slows_down_is_found() -> None:
    slow, quick = re.compile(r"<[^>]*>"), re.compile(r"<[^<>]*>")

    assert any(slows_down(slow.search, *case) for case in hostile(slow))
    assert not any(slows_down(quick.search, *case) for case in hostile(quick))


BY_PACKAGE = {
    package: list(group)
    for package, group in groupby(
        sorted(patterns().items(), key=lambda one: one[1][0]),
        key=lambda one: ".".join(one[1][0].split(".")[:3]),
    )
}


@pytest.mark.parametrize("package", BY_PACKAGE)
def test_no_pattern_slows_down_over_a_text_made_of_its_own_parts(package: str) -> None:
    slow = [
        f"{name}: {begin!r} + {repeated!r}…"
        for pattern, (name, methods) in BY_PACKAGE[package]
        for begin, repeated in hostile(pattern)
        if slows_down(calls(pattern, methods), begin, repeated)
    ]

    assert not slow, "\n".join(slow)
