"""What is planned, possible or only said in the passages, and a fact in the text.

'The town may open a school' does not carry 'the town opened a school', and 'critics say that it
failed' does not carry 'it failed'.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

from assistant.questions import content_terms
from index.document import Span
from index.lexical import analyzed

_POSSIBLE = (
    r"may|might|could|should|ought to|(?:plan|intend|hope|want|aim|propos|promis|threaten|expect|"
    r"wish|consider|attempt|try|tri|seek|agree|offer|schedul)(?:s|es|ed|ing|ned|ning|ied|d)? to"
    r"|(?:is|are|was|were) (?:set|due|likely|supposed|about|going) to"
)
_AHEAD = r"will|would|shall|\w+[’']ll"
_BETWEEN = r"(?:not |also |soon |\w+ly |be |have |been |being |to ){0,3}"
_UNSURE = re.compile(rf"\b(?:{_POSSIBLE}) {_BETWEEN}([a-z]+)", re.IGNORECASE)
_LATER = re.compile(rf"\b(?:{_AHEAD}) {_BETWEEN}([a-z]+)", re.IGNORECASE)
_HEDGED = re.compile(
    rf"\b(?:{_POSSIBLE}|{_AHEAD}|can|must|if|whether|perhaps|possibly|probably|likely|potential\w*"
    r"|plan\w*|propos\w*|inten[dt]\w*|hop(?:e|es|ed|ing)|aim\w*|attempt\w*|expect\w*|to|possib\w+"
    r"|suggest\w*|recommend\w*|advis\w+|able|option\w*|would|risk\w*|want\w*|need\w*|tr(?:y|ies|ied)"
    r"|consider\w*)\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"(?:ed|wn|en|lt|pt|nt|ght|ld|ood|ook|ave|ade|ent|id|as|ad|un|an|ot)$")

_SAYING = (
    r"sa(?:y|ys|id)|claim(?:s|ed|ing)?|argu(?:es?|ed|ing)|believ(?:es?|ed)|alleg(?:es?|ed)"
    r"|think(?:s)?|thought|suggest(?:s|ed)?|assert(?:s|ed)?|insist(?:s|ed)?|contend(?:s|ed)?"
    r"|complain(?:s|ed)?|speculat(?:es?|ed)|suspect(?:s|ed)?|warn(?:s|ed)?|predict(?:s|ed)?"
    r"|feels?|felt|state[sd]?|wrote|report(?:s|ed)?|propose[sd]?|assume[sd]?|maintain(?:s|ed)?"
)
_ATTRIBUTED = re.compile(
    rf"\b(?:(?:{_SAYING})(?: \w+)? that\b|according to\b|(?:it (?:is|was)|(?:is|are|was|were)) "
    r"(?:said|believed|thought|alleged|claimed|reported|rumou?red|assumed|suspected) (?:to|that)\b"
    r"|\b(?:allegedly|reportedly|supposedly|purportedly)\b)",
    re.IGNORECASE,
)
_SPEAKER = re.compile(
    rf"\b(?:{_SAYING}|according|opinion\w*|view\w*|alleged\w*|reported\w*|supposed\w*|purported\w*"
    r"|accus\w*|describ\w*|critic\w*|consider\w*|regard\w*|see[ns]?|point(?:s|ed)? out"
    r"|not(?:es?|ed)|theor\w+|hypothes\w+|estimat\w*|explain\w*|mention\w*|indicat\w*|found|finds?|show\w*"
    r"|conclud\w*|recommend\w*|advis\w*|express\w*|perceiv\w*|users?|commenters?|author\w*"
    r"|it is (?:said|thought|believed)|may|might|could|seem\w*|appear\w*|perhaps|possibly)\b",
    re.IGNORECASE,
)
_CARRIED = 0.6
"""The least share of a text's words that stand behind the speaker's 'said that'."""


def stated_as_fact(text: str, quotes: Sequence[str]) -> list[Span]:
    """The words of a text that state what its cited words only plan, allow or tell of others."""
    return sorted({*_planned(text, quotes), *_unattributed(text, quotes)})


def _planned(text: str, quotes: Sequence[str]) -> list[Span]:
    cited = "\n".join(quotes)
    unsure, later = _stems(_UNSURE, cited), _stems(_LATER, cited)
    plain = set(analyzed(_LATER.sub(" ", _UNSURE.sub(" ", cited))))
    wrong = []
    for match in _unhedged(text):
        stem = set(analyzed(match[0])) - plain
        if stem & unsure or (stem & later and _PAST.search(match[0].lower())):
            wrong.append(Span(*match.span()))
    return wrong


def _unhedged(text: str) -> list[re.Match[str]]:
    """The words of a text that stand behind no word which makes them less than a fact."""
    words = list(re.finditer(r"[^\W\d_]+", text))
    # What is hedged stays so: where that begins is found by halving.
    begins = bisect_left(words, 1, key=lambda word: bool(_HEDGED.search(text, 0, word.start())))
    return words[:begins]


def _stems(pattern: re.Pattern[str], cited: str) -> set[str]:
    return {stem for match in pattern.finditer(cited) for stem in analyzed(match[1])}


def _unattributed(text: str, quotes: Sequence[str]) -> list[Span]:
    """All of a text that names no speaker and stands behind a speaker's words in every quote."""
    if _SPEAKER.search(text):
        return []
    terms = content_terms(text)
    held = [quote for quote in quotes if len(content_terms(quote) & terms) >= _CARRIED * len(terms)]
    told = [
        quote
        for quote in held
        if (match := _ATTRIBUTED.search(quote))
        and len(content_terms(_said(quote, match)) & terms) >= _CARRIED * len(terms)
    ]
    return [Span(0, len(text))] if held and len(told) == len(held) else []


def _said(quote: str, match: re.Match[str]) -> str:
    """What is told: all behind 'said that'; the whole sentence of an 'according to'."""
    return quote[match.end() :] if match[0].lower().endswith("that") else quote
