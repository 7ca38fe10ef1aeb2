"""True sentences made false, and true sentences said a little differently, by rule.

They are this benchmark's own, not those that the adapter learnt from (`training/distortions.py`),
and are made of other texts.
"""

import random
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

_FIGURE = re.compile(
    r"(?<![\w.,/:\-])\d{1,3}(?:,\d{3})+(?!\w)|(?<![\w.,/:\-])\d+(?:\.\d+)?(?![\w:/\-]|[.,]\d)"
)
_WORDED = re.compile(r"\b(two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|fifty)\b")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DATE = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b|\b(?:1[5-9]|20)\d\d\b")
_NAME = re.compile(
    r"(?<=[a-z,;)] )(?!I\b)[A-Z][a-zà-ÿ][\w’'\-]+(?: (?:of |the |de |von )?[A-Z][\w’'\-]+)*"
)
_OPENING_NAME = re.compile(r"^[A-Z][a-zà-ÿ]+(?: [A-Z][a-zà-ÿ]+)+(?= [a-z])")
_NOT = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|would|should|did|does|do) ?(?:not|n[’']t) "
)
_STATES = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|would)\b(?! (?:not|no|never)\b)"
)
_TOLD = re.compile(
    r"^[A-Z][\w’' ]{2,40} (?:said|says|claims?|claimed|argues?|argued|believes?|believed|suggests?"
    r"|suggested) that (?=[a-z])"
)
_OVERCLAIMS = (
    (re.compile(r"\b(?:some|many|several|most|few)(?: of the)? (?=[a-z]+s\b)"), "all "),
    (re.compile(r"\b(?:Some|Many|Most|Several) (?=[a-z]+s\b)"), "All "),
    (re.compile(r"\b(?:may|might|could) be\b"), "is certainly"),
    (re.compile(r"\b(?:may|might|could) (?=[a-z]{3,}\b)"), "will always "),
    (re.compile(r"\b(?:often|usually|sometimes|generally|frequently|typically)\b"), "always"),
    (re.compile(r"\bone of the (?=[a-z]+est\b|most\b)"), "the "),
    (re.compile(r"\b(?:plans?|planned|hopes?|hoped|intended|wanted|tried) to be\b"), "was"),
    (re.compile(r"\b(?:almost|nearly|approximately|roughly|around) (?=\d)"), "more than "),
    (re.compile(r"\b(?:is|was) (?:believed|thought|said|considered) to be\b"), "is"),
    (_TOLD, ""),
    (re.compile(r"\bat least (?=\d)"), "exactly "),
)
_LISTED = re.compile(r"^[\s,]*(?:and|or|with|&)?[\s,]*(?:the )?$")

Pair = tuple[str, str]
"""The kind of change, and the sentence."""


def distorted(sentence: str, names: Sequence[str], chance: random.Random) -> Iterator[Pair]:
    """One false sentence of each of the six kinds that the sentence allows.

    Args:
        sentence: a true one.
        names: names of the same text, one of which may stand for another.
        chance: what chooses among several places.
    """
    for kind, options in (
        ("figure", [*_figures(sentence, chance)]),
        ("date", [*_dates(sentence, chance)]),
        ("name", [*_names(sentence, names, chance)]),
        ("swapped", [*_swapped(sentence)]),
        ("not", [*_negated(sentence)]),
        ("overclaim", [*_overclaimed(sentence)]),
    ):
        if options:
            yield kind, chance.choice(options)


def names_in(text: str) -> list[str]:
    """The names in a text, months and days apart."""
    return list(dict.fromkeys(n for n in _NAME.findall(text) if n.split()[0] not in _MONTHS))


def _put(sentence: str, match: re.Match[str], words: str) -> str:
    made = sentence[: match.start()] + words + sentence[match.end() :]
    return made[0].upper() + made[1:]


def _figures(sentence: str, chance: random.Random) -> Iterator[str]:
    for match in _FIGURE.finditer(sentence):
        plain = match[0].replace(",", "")
        if _DATE.fullmatch(match[0]):
            continue
        digits = list(plain)
        at = chance.randrange(len(digits))
        if digits[at] != ".":
            digits[at] = chance.choice([d for d in "123456789" if d != digits[at]])
            yield _put(sentence, match, "".join(digits))
    for match in _WORDED.finditer(sentence):
        yield _put(
            sentence,
            match,
            chance.choice([w for w in ("three", "four", "six", "eleven") if w != match[0]]),
        )


def _dates(sentence: str, chance: random.Random) -> Iterator[str]:
    for match in _DATE.finditer(sentence):
        if match[0].isdigit():
            yield _put(sentence, match, str(int(match[0]) + chance.choice([-20, -4, -1, 1, 3, 10])))
        elif match[0] != "May":
            yield _put(sentence, match, chance.choice([m for m in _MONTHS if m != match[0]]))


def _names(sentence: str, names: Sequence[str], chance: random.Random) -> Iterator[str]:
    own = set(re.findall(r"\w+", sentence))
    others = [name for name in names if not own & set(re.findall(r"\w+", name))]
    if others:
        for match in [*_NAME.finditer(sentence), *_OPENING_NAME.finditer(sentence)]:
            if match[0].split()[0] not in _MONTHS:
                yield _put(sentence, match, chance.choice(others))


def _swapped(sentence: str) -> Iterator[str]:
    found = [*_OPENING_NAME.finditer(sentence), *_NAME.finditer(sentence)]
    found = [match for match in found if match[0].split()[0] not in _MONTHS]
    for one, other in pairwise(found):
        between = sentence[one.end() : other.start()]
        if one[0] != other[0] and not _LISTED.match(between) and re.search(r"[a-z]{4}", between):
            yield (sentence[: one.start()] + other[0] + between + one[0] + sentence[other.end() :])


def _negated(sentence: str) -> Iterator[str]:
    for match in _NOT.finditer(sentence):
        yield _put(sentence, match, f"{match[1]} ")
    if not re.search(r"\b(?:not|no|never|nor|neither)\b|n[’']t\b", sentence):
        for match in [*_STATES.finditer(sentence)][:1]:
            yield _put(sentence, match, f"{match[1]} not")


def _overclaimed(sentence: str) -> Iterator[str]:
    for pattern, words in _OVERCLAIMS:
        for match in pattern.finditer(sentence):
            made = _put(sentence, match, words)
            if made != sentence:
                yield made


# Rewordings ---------------------------------------------------------------------------------------

_PARENTHESIS = re.compile(r" \([^()]+\)")
_RELATIVE = re.compile(r", (?:which|who|whose) [^,.;]+,(?= [a-z])")
_TAIL = re.compile(r", (?:which|who|where|including|such as) [^.;]+(?=\.$)")
_LEAD = re.compile(r"^((?:In|On|During|After|Before|By|Since) [^,]{3,40}), ([A-Z]?[^,]+.*)\.$")
_WORDS = (
    ("began", "started"), ("approximately", "about"), ("large", "big"), ("purchased", "bought"),
    ("located", "situated"), ("constructed", "built"), ("difficult", "hard"),
    ("required", "needed"),
    ("demonstrated", "showed"), ("assist", "help"), ("obtain", "get"), ("utilized", "used"),
    ("numerous", "many"), ("commenced", "began"), ("however", "but"), ("also", "in addition"),
    ("allows you to", "lets you"), ("provides", "offers"), ("provide", "offer"),
    ("such as", "like"),
    ("prior to", "before"), ("due to", "because of"), ("while", "whereas"), ("often", "frequently"),
    ("created", "made"), ("named", "called"), ("known as", "called"), ("within", "in"),
    ("additional", "further"), ("become", "turn into"), ("received", "was given"),
)  # fmt: skip


def reworded(sentence: str) -> Iterator[Pair]:
    """The sentence said otherwise, one for each kind of rewording that it allows."""
    for kind, pattern in (
        ("parenthesis dropped", _PARENTHESIS),
        ("aside dropped", _RELATIVE),
        ("end dropped", _TAIL),
    ):
        made = pattern.sub("", sentence)
        if made != sentence and len(made.split()) >= 5:
            yield kind, made
    if match := _LEAD.match(sentence):
        lead = match[1][0].lower() + match[1][1:]
        yield "beginning at the end", f"{match[2][0].upper()}{match[2][1:]} {lead}."
    made = sentence
    for one, other in _WORDS:
        made = re.sub(rf"\b{one}\b", other, made)
    if made != sentence:
        yield "synonyms", made
