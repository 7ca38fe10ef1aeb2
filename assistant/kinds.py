"""What kind of utterance is typed: a question or a yes-or-no one, a summary wanted, a greeting."""

import re
from typing import Literal

Kind = Literal["question", "yes_no", "overview", "summary", "greeting"]

POLITE = re.compile(
    r"(please,? |(can|could|will|would) you (please )?"
    r"(?=(tell|let|list|give|show|write|name|describe|explain|summari[sz]e|sum|find|help)\b))*"
    r"((tell me|let me know) (?=\w))?",
    re.IGNORECASE,
)
"""What opens a request and asks for nothing by itself: 'can you tell me when' asks 'when'."""

# Each of these matches a whole utterance: what only begins like one of them is a question.
_GREETING = re.compile(
    r"(((hi|hello|hey|hallo)( there)?|greetings|good (morning|afternoon|evening|day|night)"
    r"|(thanks|thank you)( so much| very much| a lot)?|ok(ay)?|bye|goodbye|help( me)?"
    r"|who are you|what are you|what (can|do) you do|how are you|how do you work)"
    r"([\s!.?,]+(?=\w)|$))+",
    re.IGNORECASE,
)
_TEXTS = r"(documents|docs|files|texts)"
_LIBRARY = rf"(((all|of|my|our|your|the|these) )*({_TEXTS}|library|corpus|collection)|everything)"
_OVERVIEW = re.compile(
    rf"what('s| is| are) (in|inside) {_LIBRARY}"
    rf"|what (is|are) {_LIBRARY} about"
    rf"|what do(es)? {_LIBRARY} (contain|cover|say|hold)"
    rf"|(which|what) {_TEXTS} (do (you|i|we) have|have (i|we) added|are (there|here|in {_LIBRARY}))"
    r"|what have (i|we) added"
    rf"|how many {_TEXTS}( do (you|i|we) have|( have)? (i|we) added)?"
    rf"|how many {_TEXTS} are (there|here|in {_LIBRARY})"
    rf"|(list|show|describe|summari[sz]e|sum up)( me)? {_LIBRARY}"
    rf"|((give|show) me )?((an |the )?overview|(an? |the )?(overview|summary) of {_LIBRARY})"
    r"|what do you know",
    re.IGNORECASE,
)
_PAPER = r"(document|text|file|article|report|paper|notice|statement|minutes|log|letter)"
_SUMMARY = re.compile(
    r"((summari[sz]e|sum up|tl;?dr:?)( (?P<told>.+))?"
    r"|((give|write|show)( me)? )?(a |the )?(short |brief )?summary( (of|for) (?P<of>.+))?"
    r"|what are the (main|key) (points|ideas|findings) (of|in) (?P<points>(the|this|our|[“\"]).+)"
    rf"|what('s| is) (?P<about>(the|this|my|our) (\w+ ){{0,4}}{_PAPER}) about)",
    re.IGNORECASE,
)
_NAMELESS = re.compile(r"(it|(the|this|my|our) (document|text|file))", re.IGNORECASE)
_YES_NO = re.compile(
    r"(is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)(n['’]t)?\b"
    r"(?!.*\b(what|who|whom|which|where|when|why|how)\W*$)",
    re.IGNORECASE,
)
"""An auxiliary first, and no question word last: 'Will Smith said what?' asks for a what."""


def kind_of(plain: str) -> tuple[Kind, str]:
    """The kind of a question without its polite opening, and what a summary is to be of."""
    said = re.sub(r"(,? please)?[\s?.!]*$", "", plain, flags=re.IGNORECASE)
    if _GREETING.fullmatch(said):
        return "greeting", ""
    if _OVERVIEW.fullmatch(said):
        return "overview", ""
    summary = _SUMMARY.fullmatch(said)
    if summary:
        named = next((target for target in summary.groupdict().values() if target), "")
        target = named.strip(" :\"'“”")
        return "summary", "" if _NAMELESS.fullmatch(target) else target
    return ("yes_no" if _YES_NO.match(plain) else "question"), ""
