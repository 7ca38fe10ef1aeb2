"""Questions that ask for two things side by side, or for what happened in the order of its days.

In the languages that the program speaks.
"""

import re

from assistant.asking.instructions import any_of, without_end

_PATTERNS = (
    r"compare (.+?) (?:and|with|to|against) (.+)",
    r"(?:.{0,40}\b)?differences? between (.+?) (?:and|or) (.+)",
    r"(.+?),? (?:and|or|vs\.?|versus) (.+?)[,:;–-]? what['’]?s? (?:is )?the difference",
    r"how (?:does|do) (.+?) (?:differ from|compare (?:with|to|and)) (.+)",
    r"how do (.+?) and (.+?) (?:differ|compare)",
    r"(.+?) (?:vs\.?|versus) (.+)",
    r"vergleiche?n?(?: sie)? (.+?) (?:und|mit) (.+)",
    r"(?:.{0,40}\b)?unterschiede? zwischen (.+?) und (.+)",
    r"wie unterscheide[nt] sich (.+?) (?:und|von) (.+)",
    r"compare[zr]? (.+?) (?:et|avec|à) (.+)",
    r"(?:.{0,40}\b)?différences? entre (.+?) et (.+)",
    r"compara[r]? (.+?) (?:y|con) (.+)",
    r"(?:.{0,40}\b)?diferencias? entre (.+?) y (.+)",
    r"confronta(?:re)? (.+?) (?:e|con) (.+)",
    r"(?:.{0,40}\b)?differenz[ae] (?:tra|fra) (.+?) e (.+)",
    r"compar[ae]r? (.+?) (?:e|com) (.+)",
    r"(?:.{0,40}\b)?diferenças? entre (.+?) e (.+)",
    r"vergelijk (.+?) (?:en|met) (.+)",
    r"(?:.{0,40}\b)?verschil(?:len)? tussen (.+?) en (.+)",
    r"porównaj (.+?) (?:i|z|oraz) (.+)",
    r"(?:.{0,40}\b)?różnic[aey] (?:po)?między (.+?) a (.+)",
    r"(?:请)?(?:比较|对比)(?:一下)?(.+?)[和与跟](.+)",
    r"(.+?)[和与跟](.+?)(?:之间)?(?:有什么|的)(?:区别|不同|差异).{0,4}",
    r"(.+?)と(.+?)(?:の違い.{0,10}|を比較.{0,10}|は(?:どう|何が)違.{0,8})",
    r"قارن بين (.+?) و ?(.+)",
    r"(?:.{0,20})الفرق بين (.+?) و ?(.+)",
)

_TIMELINES = (
    (
        r"(?:(?:give|show|make|draw|write)(?: me| us)? )?(?:an?|the )?\s?"
        r"(?:timeline|time line|chronology) (?:of|for|on|about) (.+)"
    ),
    r"(?:(?:put|list|show|tell)(?: me)? )?(.+?) in (?:chronological|date) order",
    (
        r"(?:(?:gib|zeige?|erstelle?)(?: mir| uns)? )?(?:eine |die )?"
        r"(?:zeitleiste|zeitachse|chronologie|chronik|zeitlicher ablauf)"
        r" (?:der|des|von|vom|zu|zum|zur|für) (.+)"
    ),
    (
        r"(?:(?:donne[zr]?|fais|faites)(?:-moi)? )?(?:une |la )?(?:chronologie|frise)"
        r" (?:de la |du |des |de |d['’])(.+)"
    ),
    r"(?:(?:dame|haz) )?(?:una |la )?(?:cronología|línea de tiempo) (?:del |de la |de )(.+)",
    r"(?:(?:dammi|fai) )?(?:una |la )?cronologia (?:della |del |dei |delle |di )(.+)",
    (
        r"(?:(?:dá-me|faça) )?(?:uma |a )?(?:cronologia|linha do tempo)"
        r" (?:da |do |dos |das |de )(.+)"
    ),
    r"(?:(?:geef|maak)(?: me)? )?(?:een |de )?(?:tijdlijn|chronologie) (?:van|over) (.+)",
    r"(?:(?:podaj|pokaż) )?(?:chronologi[ae]|oś czasu|kalendarium) (.+)",
    r"(?:请)?(?:给出|列出|按时间顺序列出)?(.+?)(?:的)?(?:时间线|时间表|大事记|年表)",
    r"(.+?)(?:の)?(?:年表|時系列|タイムライン)(?:を.{0,12})?",
    r"(?:أعطني |اعرض )?(?:التسلسل الزمني|الجدول الزمني|تسلسل أحداث) (?:ل|لل)?(.+)",
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
    match = any_of(_PATTERNS).fullmatch(without_end(text))
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
    match = any_of(_TIMELINES).fullmatch(without_end(text))
    return next(value for value in match.groups() if value).strip() if match else None
