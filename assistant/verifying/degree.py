"""Words of degree: comparisons, extremes, quantities of all and some, units, turned or put in.

'More' is not carried by 'less', 'all' not by 'some', 'the largest' not by 'one of the largest', and
'million' not by 'billion', though all other words agree.
"""

import re
from collections.abc import Sequence

from assistant.language.lexicon import OPPOSITES
from assistant.language.quantities import quantities
from index.document import Span
from index.store.lexical import analyzed

_OPPOSITES: dict[str, set[str]] = {}
for _pair in OPPOSITES:
    _one, _other = _pair.split("/")
    _OPPOSITES.setdefault(_one, set()).add(_other)
    _OPPOSITES.setdefault(_other, set()).add(_one)

_ALL = (
    (
        r"all|every|everyone|everybody|everything|whole|entire|entirely|completely",
        (
            r"all|every\w*|always|entire(?:ly)?|whole|wholly|each|any\w*|both|throughout"
            r"|complete(?:ly)?|full(?:y)?|total(?:ly)?|universal(?:ly)?|across|no|none|never"
        ),
    ),
    (
        r"always|invariably|constantly",
        (
            r"always|every\w*|invariably|constant(?:ly)?|forever|never|each|all the time"
            r"|whenever|permanent(?:ly)?|consistent(?:ly)?|continu\w+"
        ),
    ),
    (
        r"(?<!not )(?:only|solely|exclusively|merely)",
        (
            r"only|solely|sole|exclusive(?:ly)?|merely|just|alone|simply|but|except|limited"
            r"|nothing|no|not|never|unless|single|unique"
        ),
    ),
    (
        r"most|mostly|mainly|primarily|majority|largely",
        (
            r"most(?:ly)?|main(?:ly)?|primar(?:y|ily)|majority|largely|predominant(?:ly)?"
            r"|chief(?:ly)?|principal(?:ly)?|usual(?:ly)?|typical(?:ly)?|general(?:ly)?"
            r"|common(?:ly)?|many|much|almost|nearly|all|every|\w{2,}est"
        ),
    ),
    (
        r"certainly|definitely|undoubtedly|undeniably|proves?|proven|proved|guarantees?|guaranteed",
        (
            r"certain(?:ly|ty)?|definite(?:ly)?|undoubted(?:ly)?|undeniabl[ey]|pro(?:ves?|ven"
            r"|ved|of)|guarant\w+|sure(?:ly)?|ensur\w+|assur\w+|clear(?:ly)?|must"
        ),
    ),
)
"""Words that claim much, and what a passage may say for them."""

_CLAIMS = tuple(
    (re.compile(rf"\b(?:{claim})\b"), re.compile(rf"\b(?:{warrant})\b")) for claim, warrant in _ALL
)

_BOUNDS = {
    "above": r"more than|over|exceeding|above|greater than|upwards of",
    "below": r"less than|fewer than|under|below|not quite",
    "least": r"at least|no less than|no fewer than|a minimum of|minimum",
    "most": r"at most|up to|no more than|not more than|a maximum of|maximum",
    "exact": r"exactly|precisely|only",
    "about": r"about|around|approximately|roughly|nearly|almost|circa|some|estimated at",
}
_KINDS = {kind: re.compile(rf"(?:{words})", re.IGNORECASE) for kind, words in _BOUNDS.items()}
_BEFORE = re.compile(
    rf"\b(?:{'|'.join(words for words in _BOUNDS.values())})(?: the| a| an)? ?[^\w\s]?$",
    re.IGNORECASE,
)

_DURATIONS = frozenset(["day", "week", "month", "year"])
_THROUGHOUT = re.compile(r"\bover (?:the (?:last|past|next|following) )?$")
"""'Over 5 years' is as long as that, not longer."""

_SUPERLATIVE = re.compile(
    r"\b(?:most|least) (?!of\b|likely\b|people\b)\w+|\b(?:best|worst|first|last|only)\b"
    r"|\b(?:(?:large|great|high|low|long|short|strong|weak|fast|slow|small|old|young|new|late|near"
    r"|rich|poor|deep|wide|hard|soft|hot|cold|cheap|safe|clos|simpl|fin|larg|lat|wid|saf|nic|rar"
    r"|larg|young|broad|clear|clean|dark|light|bright|full|tall|thick|thin|tough|warm|cool)e?st"
    r"|\w{2,}iest|biggest|hottest|greatest|fittest|thinnest|furthest|farthest)\b"
)
_AMONG = re.compile(
    r"\b(?:one|some|among|amongst|part|many|several)(?: of)?\b(?: the| its| their| our)?"
    r"\s*(?:\w+\s+){0,3}$"
)

_ELSEWHERE = frozenset(["first", "last", "only"])
"""Superlatives in form that mostly count or limit."""


def changed_degrees(text: str, quotes: Sequence[str]) -> list[Span]:
    """The words of degree in a text that its cited words do not carry.

    >>> changed_degrees("More than 30 fled.", ["At least 30 fled."])
    [Span(start=10, end=12)]
    >>> changed_degrees("Prices rose.", ["Prices fell."])
    [Span(start=7, end=11)]
    """
    cited = "\n".join(quotes).lower()
    known = set(re.findall(r"[\w’'\-]+", cited))
    stems = set(analyzed(cited))
    return sorted(
        {
            *_turned(text, known, stems),
            *_claimed(text, cited),
            *_extremes(text, cited),
            *_bounds(text, cited),
        }
    )


def _turned(text: str, known: set[str], stems: set[str]) -> list[Span]:
    """Words of which the cited words hold only the opposite."""
    return [
        Span(*match.span())
        for match in re.finditer(r"[\w’'\-]+", text)
        if (opposites := _OPPOSITES.get(match[0].lower()))
        and opposites & known
        and match[0].lower() not in known
        and not (stems.issuperset(found := analyzed(match[0])) and found)
    ]


def _claimed(text: str, cited: str) -> list[Span]:
    low = text.lower()
    return [
        Span(*match.span())
        for claim, warrant in _CLAIMS
        if not warrant.search(cited)
        for match in claim.finditer(low)
    ]


def _extremes(text: str, cited: str) -> list[Span]:
    """Superlatives of which the cited words have none, or only as one among several."""
    low, wrong = text.lower(), []
    for match in _SUPERLATIVE.finditer(low):
        word = match[0]
        places = [found.start() for found in re.finditer(rf"\b{re.escape(word)}\b", cited)]
        if not places:
            if word not in _ELSEWHERE and not re.search(r"\b(?:most|least|\w{2,}est)\b", cited):
                wrong.append(Span(*match.span()))
        elif not _AMONG.search(low[: match.start()]) and all(
            _AMONG.search(cited[:at]) for at in places
        ):
            wrong.append(Span(*match.span()))
    return wrong


def _bounds(text: str, cited: str) -> list[Span]:
    """Figures that are bounded otherwise: 'exactly 30' or 'more than 30' for 'at least 30'."""
    stated: dict[str, set[str]] = {}
    for figure in quantities(cited):
        stated.setdefault(figure.value, set()).add(_bound(cited, figure.span.start))
    return [
        Span(*figure.span)
        for figure in quantities(text)
        if (bounds := stated.get(figure.value))
        and not (figure.unit in _DURATIONS and _THROUGHOUT.search(text, 0, figure.span.start))
        and _bound(text, figure.span.start) not in _allowed(bounds)
    ]


def _allowed(stated: set[str]) -> set[str]:
    """The bounds that a figure may have: those stated, none, and what is weaker than it."""
    weaker = {"least", "most"} if "" in stated else set()
    return {"", "about", *stated, *weaker}


def _bound(text: str, at: int) -> str:
    """The kind of bound before a figure; empty where it stands by itself."""
    match = _BEFORE.search(text[max(at - 25, 0) : at])
    if match is None:
        return ""
    return next(kind for kind, words in _KINDS.items() if words.match(match[0]))
