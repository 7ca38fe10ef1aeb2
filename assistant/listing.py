"""Questions that more than one thing may answer: 'who met', 'which gates were', 'list all'."""

import re

_TELL = r"(?:list|name|show|give)(?: me)?"
_NO_PLURAL = r"(?:was|does|this|his|its|process|business|\w+(?:ss|us|is)|has|as|is)\b"
_SEVERAL = re.compile(
    r"\b(?:who|whom|whose)\b"
    r"|\b(?:which|what)(?: of the)?(?: (?!are|were|do|did|have)[\w-]+){0,2}?"
    rf" (?!{_NO_PLURAL})[\w-]+s\b"
    rf"|\b(?:which|what|who) (?:are|were)\b|^{_TELL}\b(?! (?:an?|one)\b)",
    re.IGNORECASE,
)
_EVERY = re.compile(
    rf"{_TELL} (?:all|every|each|everyone|everything)\b|{_TELL} (?:the )?[\w-]+(?:s|people)\b"
    r"|(?:which|what)(?: of the)?(?: [\w-]+){0,2}? (?:[\w-]+s|people) (?:are|were)\b"
    r"|who (?:(?:are|were) (?:all )?the [\w-]+s\b|all\b)",
    re.IGNORECASE,
)
_LISTED = re.compile(
    rf"{_TELL}(?: (?:all|every|each|of|the))* (?P<what>.+?)"
    r"(?: (?:who|that|which) (?P<whose>.+?))?[\s.?!]*",
    re.IGNORECASE,
)


def several(text: str) -> bool:
    """Whether more than one name may answer: 'who', 'which gates', but not 'which gate'."""
    return _SEVERAL.search(text) is not None


def every(text: str) -> bool:
    """Whether all things of a kind are asked for."""
    return _EVERY.match(text) is not None


def as_which(text: str) -> str:
    """A request for a list as the question that it is; any other text unchanged.

    'List all gates that were opened' → 'Which gates were opened?'
    """
    match = _LISTED.fullmatch(text)
    if match is None or not every(text):
        return text
    if match["whose"]:
        return f"Which {match['what']} {match['whose']}?"
    return f"What are the {match['what']}?"
