"""Questions that ask for two things side by side, or for what happened in the order of its days.

In the languages that the program speaks.
"""

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

_TIMELINES = (
    (
        r"(?:(?:give|show|make|draw|write)(?: me| us)? )?(?:an?|the )?\s?"
        r"(?:timeline|time line|chronology) (?:of|for|on|about) (?P<a>.+)"
    ),
    r"(?:(?:put|list|show|tell)(?: me)? )?(?P<a>.+?) in (?:chronological|date) order",
    (
        r"(?:(?:gib|zeige?|erstelle?)(?: mir| uns)? )?(?:eine |die )?"
        r"(?:zeitleiste|zeitachse|chronologie|chronik|zeitlicher ablauf)"
        r" (?:der|des|von|vom|zu|zum|zur|für) (?P<a>.+)"
    ),
    (
        r"(?:(?:donne[zr]?|fais|faites)(?:-moi)? )?(?:une |la )?(?:chronologie|frise)"
        r" (?:de la |du |des |de |d['’])(?P<a>.+)"
    ),
    r"(?:(?:dame|haz) )?(?:una |la )?(?:cronología|línea de tiempo) (?:del |de la |de )(?P<a>.+)",
    r"(?:(?:dammi|fai) )?(?:una |la )?cronologia (?:della |del |dei |delle |di )(?P<a>.+)",
    (
        r"(?:(?:dá-me|faça) )?(?:uma |a )?(?:cronologia|linha do tempo)"
        r" (?:da |do |dos |das |de )(?P<a>.+)"
    ),
    r"(?:(?:geef|maak)(?: me)? )?(?:een |de )?(?:tijdlijn|chronologie) (?:van|over) (?P<a>.+)",
    r"(?:(?:podaj|pokaż) )?(?:chronologi[ae]|oś czasu|kalendarium) (?P<a>.+)",
    r"(?:请)?(?:给出|列出|按时间顺序列出)?(?P<a>.+?)(?:的)?(?:时间线|时间表|大事记|年表)",
    r"(?P<a>.+?)(?:の)?(?:年表|時系列|タイムライン)(?:を.{0,12})?",
    r"(?:أعطني |اعرض )?(?:التسلسل الزمني|الجدول الزمني|تسلسل أحداث) (?:ل|لل)?(?P<a>.+)",
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
    match = _compiled(_PATTERNS).fullmatch(_bare(text))
    if match is None:
        return None
    first, second = (value.strip(' ,;:"“”') for value in match.groups() if value)
    if max(len(first.split()), len(second.split())) > _LONGEST or _ASKS.match(first):
        return None
    return first, second


def timeline_topic(text: str) -> str | None:
    """What is to be told in the order of its days; None where nothing is.

    >>> timeline_topic("Give me a timeline of the flood."), timeline_topic("Who made the timeline?")
    ('the flood', None)
    """
    match = _compiled(_TIMELINES).fullmatch(_bare(text))
    return next(value for value in match.groups() if value).strip() if match else None


def _bare(text: str) -> str:
    return text.strip().rstrip(".!?。！？؟ ")


@cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    unnamed = (re.sub(r"\(\?P<\w>", "(", one) for one in patterns)
    return re.compile("|".join(unnamed), re.IGNORECASE | re.DOTALL)
