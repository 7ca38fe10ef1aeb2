"""Questions that set two things beside each other, in the languages that the program speaks."""

import re
from functools import cache

_PATTERNS = (
    r"compare (?P<a>.+?) (?:and|with|to|against) (?P<b>.+)",
    r"(?:.{0,40}\b)?differences? between (?P<a>.+?) (?:and|or) (?P<b>.+)",
    r"(?P<a>.+?),? (?:and|or|vs\.?|versus) (?P<b>.+?)[,:;–-]? what['’]?s? (?:is )?the difference",
    r"how (?:does|do) (?P<a>.+?) (?:differ from|compare (?:with|to|and)) (?P<b>.+)",
    r"how do (?P<a>.+?) and (?P<b>.+?) (?:differ|compare)",
    r"(?P<a>.+?) (?:vs\.?|versus) (?P<b>.+)",
    r"vergleiche?n?(?: sie)? (?P<a>.+?) (?:und|mit) (?P<b>.+)",
    r"(?:.{0,40}\b)?unterschiede? zwischen (?P<a>.+?) und (?P<b>.+)",
    r"wie unterscheide[nt] sich (?P<a>.+?) (?:und|von) (?P<b>.+)",
    r"compare[zr]? (?P<a>.+?) (?:et|avec|à) (?P<b>.+)",
    r"(?:.{0,40}\b)?différences? entre (?P<a>.+?) et (?P<b>.+)",
    r"compara[r]? (?P<a>.+?) (?:y|con) (?P<b>.+)",
    r"(?:.{0,40}\b)?diferencias? entre (?P<a>.+?) y (?P<b>.+)",
    r"confronta(?:re)? (?P<a>.+?) (?:e|con) (?P<b>.+)",
    r"(?:.{0,40}\b)?differenz[ae] (?:tra|fra) (?P<a>.+?) e (?P<b>.+)",
    r"compar[ae]r? (?P<a>.+?) (?:e|com) (?P<b>.+)",
    r"(?:.{0,40}\b)?diferenças? entre (?P<a>.+?) e (?P<b>.+)",
    r"vergelijk (?P<a>.+?) (?:en|met) (?P<b>.+)",
    r"(?:.{0,40}\b)?verschil(?:len)? tussen (?P<a>.+?) en (?P<b>.+)",
    r"porównaj (?P<a>.+?) (?:i|z|oraz) (?P<b>.+)",
    r"(?:.{0,40}\b)?różnic[aey] (?:po)?między (?P<a>.+?) a (?P<b>.+)",
    r"(?:请)?(?:比较|对比)(?:一下)?(?P<a>.+?)[和与跟](?P<b>.+)",
    r"(?P<a>.+?)[和与跟](?P<b>.+?)(?:之间)?(?:有什么|的)(?:区别|不同|差异).{0,4}",
    r"(?P<a>.+?)と(?P<b>.+?)(?:の違い.{0,10}|を比較.{0,10}|は(?:どう|何が)違.{0,8})",
    r"قارن بين (?P<a>.+?) و ?(?P<b>.+)",
    r"(?:.{0,20})الفرق بين (?P<a>.+?) و ?(?P<b>.+)",
)

_LONGEST = 6
"""Words of a thing; what is longer is a question by itself."""
_ASKS = re.compile(r"(?:what|which|who|where|when|how|why|is|are|do|does|did|can)\b", re.IGNORECASE)


def compared_things(text: str) -> tuple[str, str] | None:
    """The two things that are to be set beside each other; None where no two are.

    >>> compared_things("What is the difference between overtime and comp time?")
    ('overtime', 'comp time')
    >>> compared_things("How do I compare two commits?") is None
    True
    """
    match = _compiled().fullmatch(text.strip().rstrip(".!?。！？؟ "))
    if match is None:
        return None
    first, second = (value.strip(' ,;:"“”') for value in match.groups() if value)
    if max(len(first.split()), len(second.split())) > _LONGEST or _ASKS.match(first):
        return None
    return first, second


@cache
def _compiled() -> re.Pattern[str]:
    unnamed = (re.sub(r"\(\?P<\w>", "(", one) for one in _PATTERNS)
    return re.compile("|".join(unnamed), re.IGNORECASE | re.DOTALL)
