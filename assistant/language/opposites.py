"""Words and what a negating prefix makes of them: 'happy' and 'unhappy', 'agree' and 'disagree'.

What only looks like such a pair is none: 'informed' does not deny 'formed', nor 'discover' 'cover'.
'Un-', 'non-', 'il-' and 'ir-' deny whatever they are put before; 'in-' and 'im-' adjectives, which
are told by their ending; 'dis-' the verbs and adjectives that are listed, since behind most others
it means something else.
"""

import re
from collections.abc import Iterator

_LEAST = 4
"""Letters of a word that can be denied."""

_ADJECTIVE = re.compile(
    r"\w{2,}(?:[aiou]ble|ably|ibly|ete|ect|ectly|ate|ately|ive|ively|ous|ously|al|ally|ent|ently"
    r"|ficant|ficantly|lerant|lerance|ity|ible|ibility|ability|ure|mal|mally|lar|larly|act|sane"
    r"|pure|valid|secure|sincere|exact|proper|properly|moral|mortal|mobile|polite|politely|perfect"
    r"|balance|balanced|action|justice|precise|equality)"
)
_DENIED_BY_DIS = re.compile(
    r"(?:a(?:gree|pprove|llow|ffirm|ppear|dvantage)|believe|connect|continu|courage|engage|entangle"
    r"|enfranchise|favou?r|honest|honou?r|interest|like(?!l)|loyal|obe[yd]|organi[sz]e|own|please|prov"
    r"|qualif|regard|respect|satisf|similar|trust|use|unite|infect|inclin|arm|comfort|order)\w*"
)
_NOT_DENIED = frozenset("less like covered veiled earthed patient patients".split())  # noqa: SIM905
"""What the prefix turns into something else: 'unless', 'uncovered', 'impatient' of a patient."""


def opposite(word: str) -> frozenset[str]:
    """The forms that deny a word, or that it denies, in lower case.

    >>> "illegal" in opposite("legal"), "happy" in opposite("unhappy")
    (True, True)
    >>> "formed" in opposite("informed")
    False
    """
    found = {denied for denied, prefix in _prefixed(word)}
    if len(word) >= _LEAST:
        found |= {prefix + word for prefix in _PREFIXES if _denies(prefix, word)}
    return frozenset(found)


def is_negated(word: str) -> bool:
    """Whether a word is the one of such a pair that begins with the prefix.

    >>> is_negated("unhappy"), is_negated("under")
    (True, False)
    """
    return any(True for _ in _prefixed(word))


_PREFIXES = ("un", "non", "non-", "il", "ir", "im", "in", "dis")


def _prefixed(word: str) -> Iterator[tuple[str, str]]:
    for prefix in _PREFIXES:
        denied = word.removeprefix(prefix)
        if denied != word and len(denied) >= _LEAST and _denies(prefix, denied):
            yield denied, prefix


def _denies(prefix: str, word: str) -> bool:
    """Whether a prefix put before a word denies it."""
    if word in _NOT_DENIED:
        return False
    match prefix:
        case "un":
            return True
        case "il" | "ir":
            return word.startswith(prefix[-1])
        case "im":
            return word[0] in "bmp" and _ADJECTIVE.fullmatch(word) is not None
        case "in":
            return _ADJECTIVE.fullmatch(word) is not None
        case "dis":
            return _DENIED_BY_DIS.fullmatch(word) is not None
        case _:
            return word[0] not in "- "
