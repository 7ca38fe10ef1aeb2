"""Who says it: the speaker that a sentence, or one shortly before it, names.

Rules for English reported speech: 'X said …', '… said X', 'according to X', 'X: …'.

Where a text quotes: the one place that knows quotation marks.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from assistant.language.lexicon import REPORTING_VERBS
from index.calendar_names import MONTHS, WEEKDAYS
from index.document import Span

_QUOTATION = re.compile(
    r"“[^”]*”?"
    # A straight mark opens at the start of a word and closes elsewhere. Behind a figure it is an
    # inch mark where the next mark closes: in '"It is 5" wide," he said' the quotation goes on.
    r'|(?<![^\s(\[—–])"(?:[^"]|(?<=\d)"(?=[^"]*[^\s"(\[—–]"(?!\w)))*"?'
)


def blanked(text: str) -> str:
    """The text of the same length with what is quoted as dots; the marks stay.

    >>> blanked('He said "it held" and left.')
    'He said "·······" and left.'
    """
    return _QUOTATION.sub(_dotted, text)


def _dotted(quotation: re.Match[str]) -> str:
    words = quotation[0]
    closed = len(words) > 1 and words[-1] in '”"'
    return words[0] + "·" * (len(words) - 1 - closed) + words[-1] * closed


SAYING = rf"{REPORTING_VERBS}|called|calls|described|describes"
"""What one who is asked for may have done with words: 'who called it a release'."""

TITLE = r"(?:Mr|Mrs|Ms|Dr|Prof|Sir|Dame|Lord|Lady|Capt|Gen|Col|Sen|Rep|Gov)\.?"
"""A pattern of words that stand before a person's name."""

_CAPITAL = r"(?:[A-Z][\w’'\-]{0,60}\w|[A-Z]\.)"
_LOWER = r"(?:of|the|for|and|de|von|van|der|la|al|bin)"
NAME = rf"(?:{TITLE} )?{_CAPITAL}(?: (?:{_LOWER} ){{0,2}}{_CAPITAL}){{0,15}}"
"""A pattern for a name of several words, with its title: 'Dr Ann Lee', 'Bank of Rome'.

Its length is bounded, or each word of a text in capitals would be read once for each before it.
"""
_ARTICLE = r"(?:[Aa]n?|[Tt]he|[Oo]ne)"
_ROLE = rf"{_ARTICLE} (?:(?!{_LOWER}\b)[\w’'\-]+ ){{0,3}}?(?:[a-z][\w\-]*|{NAME})"
_WHO = rf"(?P<who>{NAME}|{_ROLE})"
_PRONOUN = r"\b(?P<pronoun>[Hh]e|[Ss]he|[Tt]hey)"
_ADVERB = r"(?:(?:also|further|later|then|once|had|has|\w+ly) ){0,2}"
_NOT_PASSIVE = r"(?! (?:is|are|was|were|be|been|has|have|had|will|would|can|could|as|by)\b)"
_END = (
    r"(?=[,.;:!?—–]|$"
    r"| (?:on|in|at|to|of|for|from|as|after|before|during|when|who|yesterday|today|last|this)\b)"
)

_COMPLEMENT = (
    r"(?=[,:]| (?:that|the|an?|no|not|nothing|whether|why|what|how|when|it|he|she|they|there|us|him"
    r"|her|his|its|their|them|me)\b| [A-Z“\"‘])"
)

_BEFORE_VERB = re.compile(
    rf"(?:{_PRONOUN}|\b(?P<who>{NAME})) {_ADVERB}(?:{REPORTING_VERBS})\b{_NOT_PASSIVE}"
    # In 'the figures reported on Friday' the figures do not report: a role needs what it says.
    rf"|\b(?P<role>{_ROLE}) {_ADVERB}"
    rf"(?:(?:said|says|wrote|writes)\b{_NOT_PASSIVE}|(?:{REPORTING_VERBS})\b{_COMPLEMENT})"
)
_AFTER_VERB = re.compile(
    rf"[”\"’'] {_ADVERB}(?:{REPORTING_VERBS}) (?:{_PRONOUN}\b|{_WHO}{_END})"
    # 'It held, said Ann Lee.'
    rf"|, (?:said|says) (?:(?P<name>{NAME}){_END}|(?P<role>{_ROLE})(?=[,.;:!?—–]|$))"
)
_ACCORDING = re.compile(r"[Aa]ccording to (?P<who>[^,:;.?!“”\"]{3,80})(?=[,:;.?!]|$)")
_TRANSCRIPT = re.compile(rf"^(?P<who>{TITLE} {_CAPITAL}|{_CAPITAL}(?: {_CAPITAL})+): (?=\S)")
_FIGURE_BEHIND = re.compile(r" \d")
_REACH = 12
"""Characters before a name that hold the longest word which governs it, and one more."""

_NOT_SPEAKERS = frozenset(
    """
    after and are as asked at been before being but by day did do does everybody everyone had has
    have he her his how i if is it its nobody no none nothing or rather said she that their then
    there they this those told was we week were what when whether which while who whom whose why
    year you your
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
_LEADING = re.compile(
    r"(?:(?:In|On|At|By|For|From|With|Since|Until|During|Yesterday|Today|Tomorrow|Later|However|"
    r"Meanwhile|Instead|Still|Now|Here|Earlier|Last|Next|So|Yet|Perhaps|Indeed|Also|Only|Even|"
    rf"{'|'.join((*WEEKDAYS, *MONTHS))}) )+(?=\S)"
)
"""Words at the head of a capitalised run that are no part of a name: 'Yesterday Mary said'."""
_GOVERNED = re.compile(
    r"\b(?:of|to|from|by|with|for|about|between|against|and|or|what|which|whom|than) $",
    re.IGNORECASE,
)
"""Before a name that is not the clause's subject: 'the head of the office said'."""
_PERSON = re.compile(rf"\b{NAME}")
_NO_PERSON_BEFORE = re.compile(r"\b(?:[Aa]n?|[Tt]he|[Tt]his|[Tt]hat|[Ii]n|[Aa]t|[Oo]n|[Oo]f) $")
_ORDINARY = frozenset(
    """
    a after all also an and another any as at before both but by during each for from he her here
    his how however i if in instead it its later many most mr my no nobody none not nothing now on
    one only or our several she since so some soon still that the their then there these they this
    those thus to today tomorrow two three four five six until we what when where which while who
    why with yes yesterday yet you your
    """.split()  # noqa: SIM905
)
_TITLED = re.compile(rf"{TITLE} ")
_MALE, _FEMALE = re.compile(r"(Mr|Sir|Lord)\b"), re.compile(r"(Mrs|Ms|Miss|Dame|Lady)\b")


@dataclass(frozen=True, slots=True)
class Speaker:
    """A speaker as the text names it, and where; `pronoun` where that is only 'he' or the like.

    >>> speaker_of("He said it held.")
    Speaker(name='He', span=Span(start=0, end=2), pronoun=True)
    """

    name: str
    span: Span
    pronoun: bool = False


def speaker_of(sentence: str) -> Speaker | None:
    """The speaker that the sentence itself names; spans count from its first character.

    >>> speaker_of("The dam held, said Ann Lee.").name
    'Ann Lee'
    """
    return next(speakers_of(sentence), None)


def speakers_of(sentence: str) -> Iterator[Speaker]:
    """All speakers that the sentence itself names, the one whose words it mainly is first.

    >>> [one.name for one in speakers_of("Ann Lee said it, according to Bo Ray.")]
    ['Bo Ray', 'Ann Lee']
    """
    # What stands in quotation marks does not say who says it.
    frame = blanked(sentence)
    for pattern in (_TRANSCRIPT, _AFTER_VERB, _ACCORDING, _BEFORE_VERB):
        for match in pattern.finditer(frame):
            groups = match.groupdict()
            if groups.get("pronoun"):
                yield Speaker(groups["pronoun"], Span(*match.span("pronoun")), pronoun=True)
                continue
            group = next(name for name in ("who", "name", "role") if groups.get(name))
            start, end = match.span(group)
            start += _leading(match[group])
            if pattern is _BEFORE_VERB and _GOVERNED.search(frame[max(0, start - _REACH) : start]):
                continue
            if not _NOT_SPEAKERS & set(frame[start:end].lower().split()):
                yield Speaker(frame[start:end], Span(start, end))


def _leading(who: str) -> int:
    match = _LEADING.match(who)
    return match.end() if match else 0


def is_named(speaker: Speaker, wanted: Collection[str]) -> bool:
    """Whether a speaker's name has one of the wanted words, or one made from it (Russia, Russian).

    Args:
        speaker: as the text names it.
        wanted: stems in lower case.

    >>> is_named(Speaker("the Russian envoy", Span(0, 17)), ["russia"])
    True
    """
    own = [word.lower() for word in re.findall(r"\w+", speaker.name)]
    return any(o == w or (len(w) > 4 and o.startswith(w)) for o in own for w in wanted)


def can_be(pronoun: str, name: str) -> bool:
    """Whether a pronoun can stand for a name, as far as its title tells.

    >>> can_be("she", "Mr Lee"), can_be("she", "Dr Lee")
    (False, True)
    """
    contrary = {"he": _FEMALE, "she": _MALE}.get(pronoun.lower())
    return contrary is None or not contrary.match(name)


def missing_speaker(text: str, before: Sequence[Span], sentence: Span) -> Speaker | None:
    """Whose words a sentence is, where it gives someone's without the name.

    Looks back over the sentences `before` it (spans of `text`, in order) in the same paragraph:
    for 'he said' over three and into the paragraph before, for a quotation that just goes on
    over one. None where that is not certain, and so wherever another person is named in between.

    >>> text = "Ann Lee said it held. She said it was dry."
    >>> missing_speaker(text, [Span(0, 21)], Span(22, 42))
    Speaker(name='Ann Lee', span=Span(start=0, end=7), pronoun=False)
    """
    own = text[sentence.start : sentence.end]
    found = speaker_of(own)
    if found is not None and not found.pronoun:
        return None
    if found is None and not own.startswith(("“", '"')):
        return None
    if found is not None and _people(blanked(own)[: found.span.start]):
        return None
    for earlier in reversed(before[-3:] if found else before[-1:]):
        elsewhere = "\n\n" in text[earlier.end : sentence.start]
        if elsewhere and (found is None or earlier is not before[-1]):
            return None
        said = text[earlier.start : earlier.end]
        named = speaker_of(said)
        if named is None or named.pronoun:
            if _people(blanked(said)):
                return None
            continue
        if found is not None and not can_be(found.name, named.name):
            return None
        if len({speaker.name for speaker in speakers_of(said) if not speaker.pronoun}) > 1:
            return None
        at = named.span
        return Speaker(named.name, Span(earlier.start + at.start, earlier.start + at.end))
    return None


def people(text: str) -> list[str]:
    """The full names in a text that may be a person's, in order: two words, or one with a title.

    >>> people("Ann Lee met Mr Ray at Gate 3.")
    ['Ann Lee', 'Mr Ray']
    """
    return [name for name in _people(text) if " " in name]


def _people(frame: str) -> list[str]:
    """The names in a sentence that may be a person's: not 'the Bell Bridge', 'in May', 'Gate 3'."""
    return [
        match[0]
        for match in _PERSON.finditer(frame)
        if (_TITLED.match(match[0]) or match[0].split()[0].lower() not in _ORDINARY)
        and not _NO_PERSON_BEFORE.search(frame[max(0, match.start() - _REACH) : match.start()])
        and not _FIGURE_BEHIND.match(frame, match.end())
    ]
