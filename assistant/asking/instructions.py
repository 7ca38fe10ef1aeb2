"""Requests that only a model which writes can meet: in other words, shorter, in another language.

The embedded reader quotes. Such a request would otherwise be searched for as if it were a question.
"""

import re
from functools import cache

_LANGUAGE = (
    r"english|german|french|spanish|italian|portuguese|dutch|polish|chinese|japanese|arabic|russian"
)
_PATTERNS = (
    r"(?:translate|rewrite|reword|rephrase|paraphrase|shorten|simplify|condense)\b.*",
    r"(?:write|draft|compose)(?: me)? (?:an?|the|some)\b.*",
    r"explain (?:it|this|that|the (?:last )?answer)\b.*",
    r"explain .+ (?:simply|in (?:simple|plain) \w+)",
    (
        r"(?:(?:say|put|give|answer|write) (?:it|that|this) )?"
        rf"in (?:{_LANGUAGE}|other words|simpler words)"
    ),
    r"(?:(?:make|put|write) (?:it|that|this) )?(?:shorter|longer|simpler|more briefly)",
    (
        r"(?:(?:make|put|write|give|show) (?:me )?(?:it|that|this) )?as (?:an? )?"
        r"(?:(?:bulleted |numbered )?list|table|bullet points|poem|letter|e-?mail)"
    ),
    r"(?:übersetze?n?|formuliere?|kürze|vereinfache|schreibe?|verfasse)\b.*",
    r"(?:bitte )?auf (?:deutsch|englisch|französisch|spanisch|italienisch)",
    r"(?:bitte )?(?:kürzer|einfacher|als liste)",
    (
        r"(?:traduis|traduisez|reformule[zr]?|résume[zr]? ça"
        r"|raccourci[st]?|simplifie[zr]?|rédige[zr]?)\b.*"
    ),
    (
        r"(?:en (?:français|anglais|allemand|espagnol|italien)"
        r"|plus court|plus simple|sous forme de liste)"
    ),
    r"(?:traduce|traduzca|reformula|reescribe|acorta|simplifica|redacta)\b.*",
    r"(?:en (?:español|inglés|alemán|francés)|más corto|más sencillo|como lista)",
    (
        r"(?:traduci|riscrivi|riformula|accorcia|semplifica"
        r"|in (?:italiano|inglese|tedesco)|più breve)\b.*"
    ),
    (
        r"(?:vertaal|herschrijf|herformuleer|verkort|vereenvoudig"
        r"|in het (?:nederlands|engels)|korter)\b.*"
    ),
    (
        r"(?:traduz[ae]?|reescreva?|reformule|encurte|simplifique"
        r"|em (?:português|inglês)|mais curto)\b.*"
    ),
    r"(?:przetłumacz|przepisz|przeredaguj|skróć|uprość|po (?:polsku|angielsku)|krócej)\b.*",
    (
        r"请(?:把.*)?(?:翻译|改写|缩写|简化).*|(?:翻译|改写|缩写|简化)(?:一下|成|为).*"
        r"|用(?:中文|英文|英语|德语)(?:说|写|回答)|(?:再)?短一点|列成(?:表|列表)"
    ),
    r".*(?:翻訳して|書き直して|言い換えて|短くして|英語で(?:言って|書いて)?|箇条書きに(?:して)?)(?:ください)?",
    r"(?:ترجم|أعد صياغة|اختصر|بسّط)\b.*|بالعربية|بالإنجليزية",
)


def asks_to_write(text: str) -> bool:
    """Whether words are asked for that nobody can quote.

    >>> asks_to_write("Translate the answer into French."), asks_to_write("shorter, please")
    (True, True)
    >>> asks_to_write("Who translated the report?"), asks_to_write("Explain why the gate failed.")
    (False, False)
    """
    said = re.sub(r"^(?:please|bitte|now|and),? |,? (?:please|bitte)$", "", _bare(text), flags=re.I)
    return _compiled().fullmatch(said) is not None


def _bare(text: str) -> str:
    return text.strip().rstrip(".!?。！？ ")


@cache
def _compiled() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in _PATTERNS), re.IGNORECASE | re.DOTALL)
