"""A question and its answer → a statement, by rule; and true sentences said a little differently.

Rules for English; a question of another form gives nothing. Verbs take the form in which the
paragraph has them, so that 'When did it open?' and '1912' become 'It opened in 1912.'
"""

import random
import re
from collections.abc import Iterator

from index.store.lexical import analyzed

_SUBJECT = re.compile(r"^(?:who|what)(?: (?:else|all))? (?P<rest>(?!do|does|did)\w+ .+)$", re.I)
_WHICH = re.compile(
    r"^(?:what|which) (?P<noun>[\w\- ]{2,30}?) (?P<rest>(?:is|are|was|were|has|had|can|could|will)"
    r" (?!the\b|an?\b|it\b|he\b|she\b|they\b).+)$",
    re.I,
)
_BE = re.compile(r"^(?:what|who) (?P<be>is|are|was|were) (?P<what>.+)$", re.I)
_WHEN_BE = re.compile(
    r"^(?P<wh>when|where) (?P<be>is|are|was|were) (?P<what>.+?)"
    r" (?P<done>\w+(?:ed|en|wn|rn|ld|nt|t))$",
    re.I,
)
_DID = re.compile(
    r"^(?P<wh>when|where|what|who|whom|which [\w\- ]+?|what [\w\- ]+?|how many [\w\- ]+?|"
    r"how much [\w\- ]+?|how much|in what [\w\- ]+?|in which [\w\- ]+?|why|how) "
    r"(?:did|does|do) (?P<who>.+?) (?P<verb>[a-z]+)(?P<rest> .+)?$",
    re.I,
)
_PREPOSED = re.compile(
    r"^(?:in|on|at|from|by|during|since|after|before|because|to|for|with)\b", re.I
)
_YEAR = re.compile(r"^\d{4}s?$")
_ASIDE = (
    re.compile(r", (?:which|who|whose|where) [^,.;]+,(?= )"),
    re.compile(r", (?:which|who|whose|where) [^,;]+(?=\.$)"),
    re.compile(r" \([^()]+\)"),
    re.compile(r", (?:a|an|the) [^,.;]{3,60},(?= )"),
    re.compile(r", (?:including|such as|as well as) [^.;]+(?=\.$)"),
    re.compile(r", (?:and|but) [^.;]+(?=\.$)"),
    re.compile(r" (?:because|since|so that|in order to) [^.;]+(?=\.$)"),
)
_LEADING = re.compile(
    r"^(?P<lead>(?:In|On|At|During|After|Before|By|Since|For) [^,]{3,40}), (?P<rest>.+)\.$"
)
_CHANGES_SENSE = re.compile(r"\b(?:if|unless|except|until|only|not|without|rather|never)\b", re.I)
_EQUIVALENT = tuple(
    (re.compile(rf"\b{one}\b"), other)
    for one, other in (
        ("began", "started"), ("started", "began"), ("about", "around"), ("approximately", "about"),
        ("large", "big"), ("purchased", "bought"), ("bought", "purchased"), ("said", "stated"),
        ("stated", "said"), ("also", "additionally"), ("however", "but"), ("located", "situated"),
        ("children", "kids"), ("many", "a lot of"), ("received", "got"), ("obtained", "got"),
        ("created", "made"), ("constructed", "built"), ("built", "constructed"),
        ("died", "passed away"),
        ("difficult", "hard"), ("helped", "assisted"), ("required", "needed"),
        ("showed", "demonstrated"),
        ("used", "employed"), ("wrote", "authored"), ("it's", "it is"), ("don't", "do not"),
        ("isn't", "is not"), ("doesn't", "does not"), ("can't", "cannot"), ("because", "since"),
        ("while", "whereas"), ("over", "more than"), ("frequently", "often"), ("named", "called"),
        ("called", "named"), ("states", "says"), ("often", "frequently"), ("near", "close to"),
    )
)  # fmt: skip


def statement(question: str, answer: str, text: str) -> str | None:
    """The statement that the answer makes of the question; None where no rule applies.

    Args:
        question: as people ask.
        answer: a span of the text.
        text: the paragraph, whose forms of verbs are taken.
    """
    asked = " ".join(question.strip().rstrip("?").split())
    said = answer.strip().strip(".,;:")
    if not asked or not 0 < len(said.split()) <= 8:
        return None
    made = _made(asked, said, text)
    if made is None:
        return None
    made = " ".join(made.split())
    return f"{made[0].upper()}{made[1:].rstrip('.')}."


def _made(asked: str, said: str, text: str) -> str | None:
    if match := _DID.match(asked):
        if match["verb"] in ("do", "happen", "mean", "stand"):
            return None
        wh, verb = match["wh"].lower(), _form(match["verb"], text)
        head, rest = f"{match['who']} {verb}", match["rest"] or ""
        if wh in ("what", "who", "whom") or wh.startswith(("which ", "what ")):
            return f"{head} {said}{rest}"
        if wh.startswith(("how many ", "how much ")):
            noun = wh.split(" ", 2)[2] if len(wh.split(" ")) > 2 else ""
            return f"{head} {said} {noun if noun not in said else ''}{rest}"
        if wh.startswith(("in what", "in which")):
            return f"{head}{rest} in {said}"
        if wh in ("when", "where"):
            return f"{head}{rest} {_placed(said, wh)}"
        if wh == "why":
            return f"{head}{rest} {said if _PREPOSED.match(said) else f'because of {said}'}"
        return None
    if match := _WHEN_BE.match(asked):
        return f"{match['what']} {match['be']} {match['done']} {_placed(said, match['wh'].lower())}"
    if match := _WHICH.match(asked):
        return f"{said} {match['rest']}"
    if match := _BE.match(asked):
        return f"{match['what']} {match['be']} {said}"
    if match := _SUBJECT.match(asked):
        return f"{said} {match['rest']}"
    return None


def _placed(said: str, wh: str) -> str:
    if _PREPOSED.match(said):
        return said
    return f"{'in' if wh == 'where' or _YEAR.match(said) else 'on'} {said}"


def _form(verb: str, text: str) -> str:
    """The form of a verb that stands in the text, its past if there are several."""
    stems = set(analyzed(verb))
    forms = [word for word in re.findall(r"[a-z]+", text) if set(analyzed(word)) == stems]
    return next((form for form in forms if form.endswith("ed")), forms[0] if forms else verb)


def reworded(sentence: str, chance: random.Random) -> Iterator[str]:
    """Shorter and otherwise worded sentences that say no more than this one."""
    shorter = [sentence]
    for pattern in _ASIDE:
        for text in list(shorter):
            for match in pattern.finditer(text):
                if not _CHANGES_SENSE.search(match[0]):
                    cut = text[: match.start()] + text[match.end() :]
                    if len(cut.split()) >= 4:
                        shorter.append(cut)
    if match := _LEADING.match(sentence):
        rest = match["rest"]
        lead = match["lead"][0].lower() + match["lead"][1:]
        shorter.append(f"{rest[0].upper()}{rest[1:]} {lead}.")
    chance.shuffle(shorter)
    for text in shorter[:4]:
        said = text
        for pattern, words in _EQUIVALENT:
            if chance.random() < 0.6:
                said = pattern.sub(words, said)
        if said != sentence:
            yield said
