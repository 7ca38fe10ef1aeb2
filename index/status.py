"""Whether a document is a draft, in force or out of it, where it says so plainly."""

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

Kind = Literal["draft", "final", "archived"]

_HEAD = 1_500
"""Characters in which a text states its own status."""

_LINES = 12
_SPANS = 40
"""Characters of the longest status."""

_NAMES = frozenset(
    {"status", "state", "document status", "doc-status", "docstatus", "publication status"}
)
"""What files call it."""

_BRACKETED = re.compile(r"[(\[]([^()\[\]]{2,40})[)\]]")
_BESIDE = re.compile(r" ?[:–—|] | - ")
_LABELLED = re.compile(
    r"[ \t*_#>|-]*(?:document )?(?:status|state|état|estado|stato|statut|stand der fassung|状态"
    r"|状態|ステータス|الحالة)[ \t*_]*[:：|][ \t*_]*(?P<said>[^\n|*_.;,]{2,40})",
    re.IGNORECASE,
)
_LONE = re.compile(r"[\W_]*(?P<said>[^\n]{2,30}?)[\W_]*")


@lru_cache(maxsize=1_000)
def kind_of(status: str | None) -> Kind | None:
    """What a status means: a draft, in force, or no longer so; None of one that tells neither.

    >>> kind_of("Draft 3"), kind_of("in force"), kind_of("Superseded"), kind_of("open")
    ('draft', 'final', 'archived', None)
    """
    said = " ".join((status or "").casefold().split())
    if not said or len(said) > _SPANS:
        return None
    found = next((word for word in _words() if _begins(said, word)), None)
    return None if found is None else _words()[found]


def with_status(
    properties: Iterable[tuple[str, str]], title: str, text: str
) -> tuple[tuple[str, str], ...]:
    """The properties of a document, with the status that they, its title or its head state.

    >>> with_status([("draft", "true")], "Tolls", "A ton costs a shilling.")
    (('draft', 'true'), ('status', 'draft'))
    >>> with_status([], "Tolls (Draft)", "A ton costs a shilling.")
    (('status', 'Draft'),)
    >>> with_status([], "How a draft is written", "Begin with the end.")
    ()
    """
    own = tuple(properties)
    known = {name.casefold(): value for name, value in own}
    if "status" in known:
        return own
    if known.get("draft", "").casefold() in ("true", "yes"):
        return (*own, ("status", "draft"))
    candidates = [known[name] for name in sorted(_NAMES & known.keys())]
    candidates += [*_in_title(title), *_in_head(text)]
    stated = next((one.strip() for one in candidates if kind_of(one)), None)
    return own if stated is None else (*own, ("status", stated))


def _in_title(title: str) -> list[str]:
    """What may be a status in a title: what stands in brackets, or is set off at an end of it."""
    parts = _BESIDE.split(title)
    ends = [parts[0], parts[-1]] if len(parts) > 1 else []
    return [*_BRACKETED.findall(title), *(one for one in ends if _is_status(one))]


def _in_head(text: str) -> list[str]:
    """What may be a status in the first lines: what is labelled so, or stands there alone."""
    lines = [line for line in text[:_HEAD].split("\n") if line.strip()][:_LINES]
    labelled = [match["said"] for line in lines if (match := _LABELLED.fullmatch(line))]
    lone = [match["said"] for line in lines if (match := _LONE.fullmatch(line))]
    return [*labelled, *(one for one in lone if _is_status(one) and one[:1].isupper())]


def _is_status(said: str) -> bool:
    """Whether it is a word for a status and nothing else."""
    return " ".join(said.casefold().split()) in _words()


def _begins(said: str, word: str) -> bool:
    return said.startswith(word) and not said[len(word) :][:1].isalpha()


@cache
def _words() -> dict[str, Kind]:
    """The words for each kind, the longer ones first: a final draft is a draft."""
    kinds: Sequence[Kind] = ("draft", "final", "archived")
    lines = files("index").joinpath("status_words.txt").read_text(encoding="utf-8").splitlines()
    found: dict[str, Kind] = {}
    for line in lines:
        kind, _, words = line.partition(":")
        for known in kinds:
            if kind == known:
                found |= dict.fromkeys((word.strip() for word in words.split(",")), known)
    return dict(sorted(found.items(), key=lambda one: -len(one[0])))
