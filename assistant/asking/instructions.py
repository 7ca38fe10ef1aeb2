"""Requests about the last answer, and for words of its own: no questions to be searched for.

What only a model that writes can meet: in other words, shorter, in another language. And where it
stands, what was answered.
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

_SOURCE = (
    (
        r"(?:and )?(?:are|is) (?:you|that) (?:really )?(?:sure|certain|right|correct"
        r"|true)(?: (?:of|about) (?:it|that|this))?"
    ),
    r"really",
    (
        r"(?:and )?where (?:does|do|is|did) (?:it|that|this|you) (?:say|stand|written|stated"
        r"|found?|get|come from)(?: (?:it|that|this))?(?: from)?"
    ),
    (
        r"(?:and )?(?:what|which)(?: is|['’]s| are)? (?:the |your )?(?:sources?|page|document"
        r"|evidence)(?: (?:of|for|is) (?:it|that|this))?(?: (?:on|from|in))?"
    ),
    r"(?:the )?(?:sources?|evidence|citations?|proof)",
    (
        r"(?:show|give|name|quote|cite)(?: me)? (?:the |your )?(?:sources?|evidence|quote"
        r"|passage|citations?)(?: (?:of|for) (?:it|that|this))?"
    ),
    r"how do you know(?: (?:it|that|this))?|says who|who says (?:so|that|this)",
    (
        r"(?:bist du|sind sie) (?:dir |sich )?(?:da )?sicher|stimmt das|wirklich|wo steht das"
        r"|quellen?|woher (?:weißt du|wissen sie|kommt) das|was ist die quelle(?: dafür)?"
    ),
    (
        r"(?:tu es|vous êtes|êtes-vous|es-tu) sûre?|vraiment|où est-ce (?:écrit"
        r"|que c['’]est écrit)|(?:quelles? (?:est|sont) )?(?:la |les |tes |vos )?sources?"
        r"|comment le (?:sais-tu|savez-vous)"
    ),
    (
        r"¿?(?:estás|está) segur[oa]|¿?de verdad|¿?dónde (?:está|pone|dice)(?: eso)?"
        r"|¿?(?:cuál es )?(?:la )?fuentes?"
    ),
    r"(?:sei|è) sicur[oa]|davvero|dove (?:sta|è) scritto|(?:qual è )?(?:la )?fonti?e?",
    (
        r"(?:tens|tem|você tem) a certeza|a sério|onde (?:está|diz)(?: isso)?"
        r"|(?:qual é )?(?:a )?fontes?"
    ),
    r"weet je (?:het|dat) zeker|echt|waar staat dat|(?:wat is )?(?:de )?bron(?:nen)?",
    (
        r"(?:czy )?(?:jesteś|na) pew(?:ny|na|no)|naprawdę|gdzie to (?:jest|stoi)(?: napisane)?"
        r"|(?:jakie jest )?źródł[oa]"
    ),
    r"(?:你)?(?:确定|肯定)(?:吗)?|真的吗|(?:这)?(?:出处|来源)(?:是什么|在哪里|在哪)?|哪里写的",
    r"(?:本当|確か)(?:ですか|なの)?|(?:出典|根拠|出所)(?:は(?:何ですか|どこですか)?)?|どこに書いて(?:あり|い)ますか",
    r"هل (?:أنت متأكد|هذا صحيح)|(?:ما )?(?:هو )?المصدر|أين (?:كتب|ورد) (?:هذا|ذلك)",
)


def asks_to_write(text: str) -> bool:
    """Whether words are asked for that nobody can quote.

    >>> asks_to_write("Translate the answer into French."), asks_to_write("shorter, please")
    (True, True)
    >>> asks_to_write("Who translated the report?"), asks_to_write("Explain why the gate failed.")
    (False, False)
    """
    return any_of(_PATTERNS).fullmatch(_bare(text)) is not None


def asks_for_source(text: str) -> bool:
    """Whether it is asked where the last answer stands, or whether it is so.

    >>> asks_for_source("Are you sure?"), asks_for_source("Wo steht das?")
    (True, True)
    >>> asks_for_source("What is the source of the river?")
    False
    """
    return any_of(_SOURCE).fullmatch(_bare(text)) is not None


def _bare(text: str) -> str:
    """A request without the words of politeness around it."""
    return _POLITE.sub("", without_end(text))


def without_end(text: str) -> str:
    """An utterance without the signs that end it.

    >>> without_end("Are you sure? ")
    'Are you sure'
    """
    return text.strip().rstrip(".!?。！？؟ ")


_POLITE = re.compile(
    r"^(?:(?:please|bitte|now|and|can you|could you|would you|will you|kannst du|können sie"
    r"|peux-tu|pouvez-vous|puedes|puoi|kun je|podes|możesz),? )+|,? (?:please|bitte)$",
    re.IGNORECASE,
)


@cache
def any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for any of these, whatever the case of letters.

    >>> any_of(("shorter", "in French")).fullmatch("In french") is not None
    True
    """
    return re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE | re.DOTALL)
