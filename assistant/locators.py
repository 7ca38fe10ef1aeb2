"""Where a passage stands, in words: its page, its part, or the path of headings above it."""

from collections.abc import Sequence
from itertools import groupby

from index.document import Part
from index.places import INSIDE

_STEPS = 3
"""Headings of a path that are told: the outermost, and those next to the passage."""
_STEP = 48
"""Characters of an outer heading that are told."""


def locator(
    page: int | None,
    page_end: int | None,
    heading: Sequence[str],
    parts: Sequence[Part] = (),
    label: str | None = None,
    count: int | None = None,
    title: str = "",
) -> str:
    """'p. 3', 'pp. 3–4', 'sheet “Sales”, row 12', or the headings above; empty without any.

    Pages that are called otherwise in print come by that `label` first: 'p. iv (4 of 80)'; `count`
    is how many the document has. Of headings that are the document's `title` nothing is told.

    >>> locator(4, 4, (), label="iv", count=80), locator(4, 5, (), label="iv–v", count=80)
    ('p. iv (4 of 80)', 'pp. iv–v (4–5 of 80)')
    >>> locator(None, None, ("Staff manual", "Benefits", "Dental"), title="Staff manual")
    '“Benefits › Dental”'
    """
    if page is not None:
        alone = page_end in (None, page)
        numbers = f"{page}" if alone else f"{page}–{page_end}"
        named = f"{label} ({numbers}{f' of {count}' if count else ''})" if label else numbers
        return f"p. {named}" if alone else f"pp. {named}"
    by_kind: dict[str, list[str]] = {}
    for part in parts:
        by_kind.setdefault(part.kind, []).append(part.label)
    if by_kind:
        return ", ".join(_named(kind, labels) for kind, labels in by_kind.items())
    path = heading_path(heading, title)
    return f"“{path}”" if path else ""


def heading_path(heading: Sequence[str], title: str = "") -> str:
    """The headings above a passage in one line, outermost first; empty where they tell nothing.

    The document's own title is no step of it. Of many steps the first and the last two are told;
    the innermost is told whole, the others up to a few words.

    >>> heading_path(["Manual", "Benefits", "Health", "Teeth", "Dental"], title="Manual")
    'Benefits › … › Teeth › Dental'
    """
    told = [" ".join(step.split()) for step in heading]
    steps = [step for step, _ in groupby(told) if _key(step) != _key(title)]
    if len(steps) > _STEPS:
        steps = [steps[0], "…", *steps[1 - _STEPS :]]
    outer = (step if len(step) <= _STEP else f"{step[:_STEP].rstrip()}…" for step in steps[:-1])
    return INSIDE.join([*outer, *steps[-1:]])


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _named(kind: str, labels: Sequence[str]) -> str:
    first, last = labels[0], labels[-1]
    if kind == "cue":
        return _spoken(labels)
    if all(label.isdecimal() for label in labels):
        return f"{kind} {first}" if first == last else f"{kind}s {first}–{last}"
    return f"{kind} “{first}”" if first == last else f"{kind}s “{first}”–“{last}”"


def _spoken(labels: Sequence[str]) -> str:
    """Who speaks, and from when to when: 'Ann Lee, 00:12:31–00:12:40'."""
    first, last = labels[0], labels[-1]
    if first == last:
        return first
    apart = [label.rpartition(", ") for label in labels]
    alone = apart[0][2] and len({speaker for speaker, _, _ in apart}) == 1
    return f"{first}–{apart[-1][2]}" if alone else f"{first} – {last}"
