"""No text makes work grow faster than the text itself: not a pattern's, not a question's."""

import ast
import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import ModuleType
from typing import Any

import pytest

import assistant
import index
from assistant.asking.question import parse_question
from assistant.assistant import Assistant
from assistant.reporting.template import from_template
from index.errors import FootnoteError
from index.sentences import sentence_spans

FRAGMENTS = (
    *(". A", "Tt ", "who ", "is ", "what ", "and ", "“a” ", "` ", "Aa, ", "Mr. ", "{{", "{"),
    *("a ", "1, ", "12 ", "A. ", "Ab of ", "a: ", "a.b", "a-", "A-", "a'", "**a", "_a ", "a\n"),
    *("http:/", "[a", "(1 ", "1 + ", "<a>", "<!--", "&amp;", "| ", "\\'", "- ", "$ ", "xly "),
    *("“", '"', "`", "}", "[", "*", "|", "\\", "0", "A", "a", " ", "\t", "\n", ".", "'"),
)
"""Repeated, each of the first row, and many of the others, has made some work quadratic."""

ENDS = ("", "\n!")
"""What follows the repeats: a pattern that wants the end fails there, having read all."""

LONGER, LINEAR = 4, 8
"""The longer text is four times the shorter, and its work may not be more than eight times."""

PATTERN_SIZES, PATTERN_FLOOR = (500, 2_000, 8_000), 0.004
"""A pattern whose reach is bounded may grow faster at first; then the third size decides."""

PATTERN_LIMIT = 1.0
"""Seconds of CPU after which no further text is tried with a pattern."""

ANCHORED = {"match", "fullmatch"}
SCANNING = {"search", "finditer", "findall", "sub", "subn", "split"}

DRAFTS = (". A", "Tt ", "who ", "“a” ", "` ", "Mr. ", "{{", "a-", "|", "harbour gates and ")
FLOOR = 2.0
"""Seconds of CPU that the longer text may take, however it compares with the shorter."""


def repeated(fragment: str, length: int, end: str = "") -> str:
    return fragment * (length // len(fragment)) + end


def seconds(work: Callable[[], object], runs: int = 1) -> float:
    """The least CPU time of some runs, what the work refuses included."""
    least = float("inf")
    for _ in range(runs):
        began = time.process_time()
        with suppress(FootnoteError):
            work()
        least = min(least, time.process_time() - began)
    return least


def grows(work: Callable[[str], object], texts: tuple[str, str], floor: float) -> bool:
    """Whether the longer text takes more than the floor and more than in proportion."""
    shorter, longer = texts
    if seconds(lambda: work(longer)) <= floor:
        return False
    before = seconds(lambda: work(shorter), runs=2)
    after = seconds(lambda: work(longer), runs=3)
    return after > floor and after > LINEAR * before


def modules() -> list[ModuleType]:
    return [
        importlib.import_module(found.name)
        for package in (assistant, index)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not found.name.endswith("__main__")
    ]


def patterns() -> dict[Any, tuple[str, set[str]]]:
    """Every compiled pattern that a module holds, with its name and the methods called on it.

    One that is never called by its own name is taken to be called in every way in which its module
    calls what it names otherwise, and searched for where there is none.
    """
    found: dict[Any, tuple[str, set[str]]] = {}
    homes: dict[Any, str] = {}
    otherwise: dict[str, set[str]] = {}
    for module in modules():
        for name, value in vars(module).items():
            for one in inside(value):
                found.setdefault(one, (f"{module.__name__}.{name}", set()))
                homes.setdefault(one, module.__name__)
    for module in modules():
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
                continue
            one = vars(module).get(node.value.id)
            if is_pattern(one) and node.attr in ANCHORED | SCANNING:
                found[one][1].add(node.attr)
            # A text is split much oftener than a pattern of another name splits one.
            elif node.value.id not in ("re", "regex") and node.attr in (
                (ANCHORED | SCANNING) - {"split"}
            ):
                otherwise.setdefault(module.__name__, set()).add(node.attr)
    return {
        one: (name, methods or otherwise.get(homes[one]) or SCANNING)
        for one, (name, methods) in found.items()
    }


def is_pattern(value: Any) -> bool:
    return hasattr(value, "finditer") and hasattr(value, "pattern")


def inside(value: object, depth: int = 0) -> Iterator[Any]:
    if is_pattern(value):
        yield value
    elif depth < 4 and isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from inside(one, depth + 1)
    elif depth < 4 and isinstance(value, dict):
        for pair in value.items():
            yield from inside(pair, depth + 1)


def own_words(pattern: str | bytes) -> list[str]:
    """The first words that a pattern itself is written with."""
    text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    plain = re.sub(r"\\.|\[[^\]]*\]|\?P<\w*>", " ", text)
    return [f"{word} " for word in dict.fromkeys(re.findall(r"[^\W\d_]+", plain))][:3]


def calls(pattern: Any, methods: set[str]) -> Callable[[str], object]:
    """The calls that the packages make of a pattern, over one text."""

    def work(text: str) -> None:
        given: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
        if methods & SCANNING:
            for _ in pattern.finditer(given):
                pass
        for method in methods & ANCHORED:
            getattr(pattern, method)(given)

    return work


def test_no_pattern_grows_faster_than_its_text() -> None:
    slow = []
    for pattern, (name, methods) in patterns().items():
        work, spent = calls(pattern, methods), time.process_time()
        for fragment in dict.fromkeys((*FRAGMENTS, *own_words(pattern.pattern))):
            for end in ENDS:
                short, middle, long = (repeated(fragment, size, end) for size in PATTERN_SIZES)
                if grows(work, (short, middle), PATTERN_FLOOR) and grows(
                    work, (middle, long), LONGER * PATTERN_FLOOR
                ):
                    slow.append(f"{name} over {fragment!r}…{end!r}")
            if time.process_time() - spent > PATTERN_LIMIT:
                break
    assert not slow, "\n".join(slow)


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_questions_templates_and_sentences_take_time_in_proportion(fragment: str) -> None:
    def follow_up(text: str) -> object:
        turns = [("user", text), ("assistant", text)]
        return parse_question("When did she say that it failed?", turns)

    for work in (
        lambda text: parse_question(text, limit=len(text)),
        follow_up,
        lambda text: from_template(f"{{{{ Why? }}}}\n\n{text}"),
        sentence_spans,
    ):
        texts = (repeated(fragment, 5_000), repeated(fragment, 20_000))
        assert not grows(work, texts, FLOOR / 20)


@pytest.mark.parametrize("fragment", DRAFTS)
def test_a_draft_without_a_stop_takes_time_in_proportion(demo: Assistant, fragment: str) -> None:
    texts = (repeated(fragment, 2_500), repeated(fragment, 10_000))
    demo.cite("The models are read once: that is not the work of the text.")

    assert not grows(demo.cite, texts, FLOOR)


@pytest.mark.parametrize("fragment", ["Aa, ", "Mr. ", ". A", "Ann Lee said "])
def test_a_long_history_takes_time_in_proportion(demo: Assistant, fragment: str) -> None:
    def follow_up(text: str) -> object:
        turns = [("user", text), ("assistant", text)]
        return demo.query("When did she say that it failed?", history=turns)

    assert not grows(follow_up, (repeated(fragment, 12_500), repeated(fragment, 50_000)), FLOOR)
