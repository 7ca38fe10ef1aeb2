"""A sentence that a text carries → sentences that it does not, each a little changed, by rule.

The changes are those that a careless writer makes: another figure, date, name or unit, subject and
object swapped, a 'not' put in or left out, 'some' made 'all', a plan made a fact, a claim made a
fact without its speaker, a comparison turned round, a clause added from elsewhere.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Span = tuple[int, int]

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|,\d|\.\d)")
_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][\w’'\-]+(?: (?:of |the |de |van )?[A-Z][\w’'\-]+)*")
_FIRST_NAME = re.compile(r"^[A-Z][\w’'\-]+(?: [A-Z][\w’'\-]+)+")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|would|should|must|does|do|did|may|might)\b"
    r"(?! not\b)(?!n[’']t)",
)
_NOT = re.compile(r"\b(is|are|was|were|has|have|had|can|could|will|would|should|did|does|do) not ")
_CONTRACTED = re.compile(r"\b(is|are|was|were|has|have|had|could|would|should|did|does|do)n[’']t ")
_SAID = re.compile(
    r"^(?P<who>[^,.;:“”\"]{2,60}?) (?:also |later |has |had )?"
    r"(?:said|says|stated|states|claimed|claims|argued|argues|believed|believes|thought|thinks"
    r"|suggested|suggests|reported|reports|alleged|alleges|estimated|feels?|felt) (?:that )?"
)
_PLANS = (
    (re.compile(r"\b(?:plans?|planned|intends?|intended|hopes?|hoped|wants?|wanted) to (\w+)"), ""),
    (re.compile(r"\b(?:will|would|may|might|could) be\b"), "was"),
    (re.compile(r"\b(?:may|might|could) have\b"), "has"),
)
_PAIRS = """
    some/all many/all most/all several/all few/many all/some
    more/less higher/lower larger/smaller greater/smaller better/worse older/younger longer/shorter
    most/least highest/lowest largest/smallest best/worst oldest/youngest
    increased/decreased increase/decrease rose/fell rise/fall grew/shrank gained/lost won/lost
    before/after first/last early/late earlier/later north/south east/west northern/southern
    eastern/western left/right above/below inside/outside over/under up/down with/without
    always/never often/rarely usually/seldom only/also male/female men/women father/mother
    son/daughter husband/wife he/she his/her good/bad new/old large/small big/small high/low
    easy/hard cheap/expensive hot/cold open/closed public/private allowed/forbidden love/hate
    likes/dislikes buy/sell bought/sold began/ended begin/end start/stop started/stopped
    million/billion hundred/thousand hours/minutes days/weeks weeks/months months/years
    years/months minutes/hours miles/kilometers metres/kilometres dollars/euros percent/million
""".split()  # noqa: SIM905 (a list of words reads as words)
_OPPOSITE = {
    one: other for pair in _PAIRS for one, other in (pair.split("/"), pair.split("/")[::-1])
}
_OPPOSED = re.compile(rf"\b(?:{'|'.join(sorted(_OPPOSITE, key=len, reverse=True))})\b")


@dataclass(frozen=True, slots=True)
class Distorted:
    """A changed sentence, the kind of change, and where in it the words are that are not so."""

    text: str
    kind: str
    wrong: tuple[Span, ...]


Change = Callable[[str, Sequence[str], random.Random], Iterator[Distorted]]


def distorted(text: str, names: Sequence[str], chance: random.Random) -> list[Distorted]:
    """All changes that a sentence allows, one of each kind; `names` may stand for names in it."""
    found = []
    for change in _CHANGES:
        options = list(change(text, names, chance))
        if options:
            found.append(chance.choice(options))
    return found


def names_in(text: str) -> list[str]:
    """The names in a text that may stand for one another."""
    return list(dict.fromkeys([*_NAME.findall(text), *_FIRST_NAME.findall(text)]))


def with_clause(text: str, other: str, chance: random.Random) -> Distorted | None:
    """The sentence with a clause of another one at its end."""
    if not text.endswith(".") or not other:
        return None
    words = other.rstrip(".!?").split()
    if len(words) < 4:
        return None
    start = chance.randrange(max(len(words) - 9, 1))
    clause = " ".join(words[start : start + 9])
    joined = f"{text[:-1]}, {chance.choice(['and', 'because', 'while', 'so that'])} {clause}."
    return Distorted(joined, "clause", ((len(text) + 1, len(joined) - 1),))


def _replaced(text: str, span: Span, words: str, kind: str) -> Distorted:
    start, end = span
    return Distorted(text[:start] + words + text[end:], kind, ((start, start + len(words)),))


def _figures(text: str, names: Sequence[str], chance: random.Random) -> Iterator[Distorted]:
    del names
    for match in _NUMBER.finditer(text):
        plain = match[0].replace(",", "")
        if "." in plain:
            other = f"{float(plain) * chance.choice([0.5, 1.1, 2, 10]):g}"
        elif len(plain) == 4 and plain[:2] in ("17", "18", "19", "20") and "," not in match[0]:
            other = str(int(plain) + chance.choice([-11, -10, -3, -2, -1, 1, 2, 3, 10, 12]))
        else:
            value = int(plain)
            other = str(
                chance.choice([value + 1, value + 2, value * 2, value * 10, max(value - 1, 0)])
            )
            if "," in match[0]:
                other = f"{int(other):,}"
        if other != match[0] and other != plain:
            yield _replaced(text, match.span(), other, "figure")


def _dates(text: str, names: Sequence[str], chance: random.Random) -> Iterator[Distorted]:
    del names
    for match in _MONTH.finditer(text):
        other = chance.choice([month for month in _MONTHS if month != match[0]])
        yield _replaced(text, match.span(), other, "date")


def _names(text: str, names: Sequence[str], chance: random.Random) -> Iterator[Distorted]:
    others = [name for name in names if name not in text and not set(name.split()) & set(_MONTHS)]
    if not others:
        return
    for pattern in (_NAME, _FIRST_NAME):
        for match in pattern.finditer(text):
            if not set(match[0].split()) & set(_MONTHS):
                yield _replaced(text, match.span(), chance.choice(others), "name")


def _swapped(text: str, names: Sequence[str], chance: random.Random) -> Iterator[Distorted]:
    del names, chance
    found = [*_FIRST_NAME.finditer(text), *_NAME.finditer(text)]
    found = [match for match in found if not set(match[0].split()) & set(_MONTHS)]
    if len(found) < 2 or found[0][0] == found[-1][0]:
        return
    one, other = found[0], found[-1]
    # In a list each is said of all: what is said between them must tell them apart.
    if not re.search(r"\b(?!and\b|with\b)[a-z]{3,}", text[one.end() : other.start()]):
        return
    words = (
        text[: one.start()]
        + other[0]
        + text[one.end() : other.start()]
        + one[0]
        + text[other.end() :]
    )
    yield Distorted(
        words,
        "swapped",
        (
            (one.start(), one.start() + len(other[0])),
            (
                len(words) - len(text[other.end() :]) - len(one[0]),
                len(words) - len(text[other.end() :]),
            ),
        ),
    )


def _denied(text: str, names: Sequence[str], chance: random.Random) -> Iterator[Distorted]:
    del names
    for pattern in (_NOT, _CONTRACTED):
        for match in pattern.finditer(text):
            yield _replaced(text, match.span(), f"{match[1]} ", "not")
    found = list(_AUXILIARY.finditer(text))
    if found and not re.search(r"\b(?:not|no|never|nothing)\b|n[’']t\b", text):
        match = chance.choice(found[:2])
        word = chance.choice(["not", "never"])
        yield _replaced(text, match.span(), f"{match[0]} {word}", "not")


def _opposed(text: str, names: Sequence[str], chance: random.Random) -> Iterator[Distorted]:
    del names, chance
    for match in _OPPOSED.finditer(text):
        yield _replaced(text, match.span(), _OPPOSITE[match[0]], "opposite")


def _planned(text: str, names: Sequence[str], chance: random.Random) -> Iterator[Distorted]:
    del names, chance
    for pattern, words in _PLANS:
        for match in pattern.finditer(text):
            yield _replaced(text, match.span(), words or f"did {match[1]}", "plan")


def _unsaid(text: str, names: Sequence[str], chance: random.Random) -> Iterator[Distorted]:
    del names, chance
    match = _SAID.match(text)
    if match and len(text) - match.end() > 25:
        rest = text[match.end() :]
        words = rest[0].upper() + rest[1:]
        yield Distorted(words, "speaker", ((0, len(words)),))


_CHANGES: tuple[Change, ...] = (
    _figures,
    _dates,
    _names,
    _swapped,
    _denied,
    _opposed,
    _planned,
    _unsaid,
)
