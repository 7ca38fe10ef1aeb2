"""What a question asks for: its kind, its content terms, the value it expects, what it leans on.

What kind of utterance is typed: a question or a yes-or-no one, a summary wanted, a greeting.
Questions that more than one thing may answer: 'who met', 'which gates were', 'list all'.
"""

import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal, TypedDict

from assistant.asking.collection import CollectionQuestion, collection_question
from assistant.asking.rewriting import History, asking_sentence, build_queries, resolve_pronoun
from assistant.language.lexicon import ASKED_REPORTING
from assistant.language.terms import content_terms, function_terms
from assistant.language.values import Expected
from index.errors import QuestionError
from index.store.lexical import analyzed

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


def question_kind(plain: str) -> tuple[Kind, str]:
    """The kind of a question without its polite opening, and what a summary is to be of.

    >>> question_kind("Did the dam hold?"), question_kind("Summarise the minutes")
    (('yes_no', ''), ('summary', 'the minutes'))
    """
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
    r"|who (?:(?:are|were) (?:all )?the [\w-]+s\b|all\b)"
    rf"|what (?:are|were) (?:all )?(?:the|its|their|my|our|your) (?!{_NO_PLURAL})[\w-]+s\b",
    re.IGNORECASE,
)
_LISTED = re.compile(
    rf"{_TELL}(?: (?:all|every|each|of|the))* (?P<what>(?:(?! (?:who|that|which) .).)++)"
    r"(?: (?:who|that|which) (?P<whose>.+))?",
    re.IGNORECASE,
)
_AFTER_ALL = f"{string.whitespace}.?!"


def expects_list(text: str) -> bool:
    """Whether more than one name may answer: 'who', 'which gates', but not 'which gate'.

    >>> expects_list("Which gates were open?"), expects_list("Which gate was open?")
    (True, False)
    """
    return _SEVERAL.search(text) is not None


def expects_all(text: str) -> bool:
    """Whether all things of a kind are asked for.

    >>> expects_all("List all gates"), expects_all("Name a gate")
    (True, False)
    """
    return _EVERY.match(text) is not None


def as_question(text: str) -> str:
    """A request for a list as the question that it is; any other text unchanged.

    >>> as_question("List all gates that were opened")
    'Which gates were opened?'
    """
    match = _LISTED.fullmatch(text.rstrip(_AFTER_ALL))
    if match is None or not expects_all(text):
        return text
    if match["whose"]:
        return f"Which {match['what']} {match['whose']}?"
    return f"What are the {match['what']}?"


_EXPECTED: tuple[tuple[Expected, str], ...] = (
    (
        "duration",
        r"\bhow (long|quickly|soon|old)\b|\bhow many (minute|hour|day|week|month|year)s\b",
    ),
    ("time", r"\bwhat time\b|\bwhen\b"),
    ("date", r"\bwhen\b|\b(what|which) (\w+ )?(date|day|weekday|month|year|decade|century)\b"),
    ("money", r"\bhow much\b|\b(cost|price|budget|amount|revenue|damage)s?\b"),
    (
        "number",
        (
            r"\bhow (many|much|high|deep|far|fast|old|tall|large|big|wide|heavy|often|long)\b"
            r"|\bwhat (percent(age)?|share|number|proportion|fraction)\b"
        ),
    ),
    ("person", r"\b(who|whom|whose)\b|\b(what|which) (person|man|woman|people)\b"),
    ("place", r"\bwhere\b|\b(what|which) (city|country|town|place|state|river)\b"),
)
_SPEAKER = re.compile(
    rf"\b(?:do|does|did|has|have) (?P<who>(?:\S+ ){{1,6}}?)(?:{ASKED_REPORTING})\b"
    r"|\baccording to (?P<source>[^,?]+)",
    re.IGNORECASE,
)
_EACH_SIDE = re.compile(
    r"\b(?:(?:each|either) (?:of the )?(?:side|party|camp)s?|both (?:sides|parties|camps)"
    r"|the two (?:sides|parties|camps))\b ?",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:he|she|they)\b", re.IGNORECASE)
_HOW = re.compile(r"\bhow (?:long|many|much|often|far|old|soon|quickly)\b", re.IGNORECASE)
_ABOUT_FACT = re.compile(r"what (is|was|were|are|happened)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=\w )[A-Z][\w’'-]*|\d+")
_PROPER = re.compile(
    r"(?:(?<=[\w,;:'’”\"] )|(?<=(?:Mr|Ms|Dr)\. )|(?<=Mrs\. ))[“‘\"']?"
    r"(?P<name>[A-Z][\w’-]*\w|\d+[A-Z][\w’-]*)"
)
_PERIOD = re.compile(r"(?:FY|Q[1-4]|H[12]|[1-4]Q|[12]H)[\d’]*")
WORDING_WEIGHT = 0.5
"""What a question in other words counts beside the question itself in a search."""

_VAGUE = "happen happens happened happening next else one ones thing things matter details"
_NO_NAMES = frozenset(["Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Sir", "Dame", "Lord", "Lady"])
_LEANING = re.compile(
    r"\b(it|its|he|she|they|them|him|her|his|their|theirs|this|that|these|those|there|then|former"
    r"|latter|same|one|ones)\b|^(and|but|so|or|what about|how about)\b|^why( not)?\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the rest of the program takes it.

    `text` is what was typed, `standalone` what can be understood without the earlier turns,
    `asking` the sentence that asks, `searches` the texts to search for, each with its weight.
    `terms` are the stems of its content words, `earlier_terms` of those that only earlier turns
    bring in, `predicate_terms` of those that are no names; `speaker` the words for whose account is
    asked for, `expected` the kinds of value that an answer must hold, `target` what to summarise,
    `collection` which documents are asked for themselves.
    It is `about_fact` if a denial would answer, for `each_side` if several accounts are asked for.
    It `expects_list` if more than one name may answer, `expects_all` if all that there are should,
    `has_no_content` if nothing tells what it is about, `asks_only_pronoun` if only what a pronoun's
    person said. `unresolved_pronoun` stands for nobody named, `antecedent` is whom one was taken
    for, `unknown` are those of the `names` that no document has, with what they are read as or ''.

    >>> parse_question("How long did she wait?", [("user", "Who is Ann Lee?")]).standalone
    'How long did Ann Lee wait?'
    """

    text: str
    standalone: str
    asking: str
    searches: tuple[tuple[str, float], ...]
    kind: Kind
    terms: frozenset[str]
    earlier_terms: frozenset[str]
    predicate_terms: frozenset[str]
    about_fact: bool
    speaker: frozenset[str]
    expected: frozenset[Expected]
    target: str = ""
    collection: CollectionQuestion | None = None
    each_side: bool = False
    expects_list: bool = False
    expects_all: bool = False
    has_no_content: bool = False
    unresolved_pronoun: str = ""
    antecedent: str = ""
    asks_only_pronoun: bool = False
    names: tuple[str, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)


def parse_question(text: str, history: History = (), limit: int = 4_000) -> Question:
    """What a question asks for.

    Raises:
        QuestionError: it is empty or longer than `limit` characters.

    >>> sorted(parse_question("When did the dam fail?").expected)
    ['date', 'time']
    """
    text = " ".join(text.split())
    if not re.search(r"\w", text):
        raise QuestionError("The question is empty: type what you want to know.")
    if len(text) > limit:
        raise QuestionError(
            f"The question has {len(text):,} characters; at most {limit:,} are taken. Shorten it, "
            "or add the long text as a document and ask about that."
        )
    typed, (text, antecedent) = text, resolve_pronoun(text, history)
    plain = POLITE.sub("", text, count=1)
    put = as_question(plain)
    kind, target = question_kind(plain)
    collection = collection_question(plain)
    if collection is not None:
        kind = "overview"
    each_side = bool(_EACH_SIDE.search(text))
    text = _EACH_SIDE.sub("", text) if each_side else text
    names = _names(text)
    standalone = _standalone(text, history) if kind in ("question", "yes_no") else text
    searches = build_queries(put, history)
    if standalone != text and _has_no_content(text):
        put = standalone
        searches = ((put, 1.0), *(one for one in searches[1:] if one[0] != put))
    return Question(
        text=typed,
        standalone=standalone,
        asking=asking_sentence(put),
        searches=searches,
        kind=kind,
        **_words(text, standalone),
        about_fact=kind == "yes_no" or bool(_ABOUT_FACT.match(plain)),
        expected=frozenset(
            kind for kind, pattern in _EXPECTED if re.search(pattern, text, re.IGNORECASE)
        ),
        target=target,
        collection=collection,
        each_side=each_side,
        expects_list=expects_list(plain),
        expects_all=expects_all(plain),
        has_no_content=kind == "question" and standalone == text and _has_no_content(text),
        unresolved_pronoun=_unresolved_pronoun(text, history),
        antecedent=antecedent,
        asks_only_pronoun=_asks_only_pronoun(text),
        names=names,
    )


def respell_names(question: Question, unknown: Mapping[str, str]) -> Question:
    """The question with those of the unknown names that are read as another put as that.

    >>> respell_names(parse_question("Who is Mr Rey?"), {"Rey": "Ray"}).asking
    'Who is Mr Ray?'
    """
    question = replace(question, unknown=unknown)
    spellings = {name: other for name, other in unknown.items() if other}
    if not spellings:
        return question
    written = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in spellings))

    def spelled(text: str) -> str:
        return written.sub(lambda match: spellings[match[0]], text)

    return replace(
        reword_question(question, spelled),
        text=spelled(question.text),
        names=tuple(spellings.get(name, name) for name in question.names),
    )


def in_other_words(question: Question, wordings: Sequence[str]) -> Question:
    """The question, searched for in other words, too.

    >>> asked = in_other_words(parse_question("Who pays for the eye test?"), ["optician voucher"])
    >>> asked.searches
    (('Who pays for the eye test?', 1.0), ('optician voucher', 0.5))
    """
    further = tuple((words, WORDING_WEIGHT) for words in wordings)
    return replace(question, searches=(*question.searches, *further))


def reword_question(question: Question, change: Callable[[str], str]) -> Question:
    """The question as it is searched for and read, changed; what was typed stays.

    >>> reword_question(parse_question("Who fled?"), str.lower).asking
    'who fled?'
    """
    text, standalone = change(question.text), change(question.standalone)
    own = _EACH_SIDE.sub("", text) if question.each_side else text
    return replace(
        question,
        standalone=standalone,
        asking=change(question.asking),
        searches=tuple((change(words), weight) for words, weight in question.searches),
        **_words(own, standalone),
    )


class _Words(TypedDict):
    terms: frozenset[str]
    earlier_terms: frozenset[str]
    predicate_terms: frozenset[str]
    speaker: frozenset[str]


def _words(own: str, standalone: str) -> _Words:
    """What the words of a question by itself, and of it with its earlier turns, make up."""
    return {
        "terms": _asked_about(own),
        "earlier_terms": content_terms(standalone) - content_terms(own),
        "predicate_terms": content_terms(_NAME.sub(" ", own)),
        "speaker": _speaker(own),
    }


def _asked_about(text: str) -> frozenset[str]:
    """The content terms without those that only name the kind of value: 'on which day'."""
    return content_terms(re.sub(r"\b(what|which) (date|day|weekday|time)\b", " ", text, flags=re.I))


@cache
def _saying_terms() -> frozenset[str]:
    return frozenset(analyzed(ASKED_REPORTING.replace("|", " ")))


def _has_no_content(text: str) -> bool:
    """Whether no word tells what is asked about: 'what happened?', 'how many?', 'and then?'."""
    return not frozenset(analyzed(text)) - function_terms() - frozenset(analyzed(_VAGUE))


def _asks_only_pronoun(text: str) -> bool:
    """Whether nothing but a pronoun's words or person are asked for: 'what did she say of it'."""
    match = _SPEAKER.search(text)
    if match is not None and _PRONOUN.fullmatch((match["who"] or match["source"]).strip()):
        return True
    return not frozenset(analyzed(text)) - function_terms() - _saying_terms()


def _unresolved_pronoun(text: str, history: History) -> str:
    """The personal pronoun before which nobody is named who could be meant; else ''."""
    # 'They' may stand for whatever earlier turns speak of.
    match = _PRONOUN.search(text)
    if match is None or _names(text) or (history and match[0].lower() == "they"):
        return ""
    opening = _HOW.sub(" ", text[: match.start()])
    before = frozenset(analyzed(opening)) - function_terms()
    return "" if before else match[0].lower()


def _names(text: str) -> tuple[str, ...]:
    """The words written as names, each once: capitals that no sentence or heading needs."""
    if text.isupper() or text.istitle():
        return ()
    found = (match["name"].removesuffix("’s") for match in _PROPER.finditer(text.replace("'", "’")))
    return tuple(dict.fromkeys(name for name in found if not _is_term(name)))


def _is_term(name: str) -> bool:
    """Whether it is written as a name and is none: a title, a period."""
    return name in _NO_NAMES or bool(_PERIOD.fullmatch(name))


def _speaker(text: str) -> frozenset[str]:
    """The words, in lower case, that name whose account is asked for; names before other words."""
    match = _SPEAKER.search(text)
    if match is None:
        return frozenset()
    who = match["who"] or match["source"]
    capitalised = re.findall(r"\b[A-Z]\w*", who)
    return frozenset(map(str.lower, capitalised)) or content_terms(who)


def _standalone(text: str, history: History) -> str:
    """The question behind those before it, back to the last that says something, if it leans."""
    earlier = [said for role, said in history if role == "user"]
    if not earlier or not (_LEANING.search(text) or len(content_terms(text)) < 2):
        return text
    front: list[str] = []
    for said in reversed(earlier):
        front.insert(0, said)
        if not _has_no_content(said):
            break
    return " ".join([*front, text])
