"""Who says it: the speaker that a sentence, or one shortly before it, names.

Rules for English reported speech: 'X said …', '… said X', 'according to X', 'X: …'.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index.document import Span

_VERBS = (
    "said|says|stated|states|told|added|adds|noted|notes|opined|wrote|writes|announced|claimed|"
    "claims|denied|denies|argued|argues|explained|explains|warned|warns|testified|insisted|"
    "insists|replied|answered|emphasi[sz]ed|stressed|confirmed|reported|remarked|declared|"
    "indicated|suggested|observed|recalled|asked|maintained|maintains|acknowledged|conceded|commented"
)
_TITLE = r"(?:Mr|Mrs|Ms|Dr|Prof|Sir|Dame|Lord|Lady|Capt|Gen|Col|Sen|Rep|Gov)\.?"
_CAPITAL = r"(?:[A-Z][\w’'\-]*\w|[A-Z]\.)"
_LOWER = r"(?:of|the|for|and|de|von|van|der|la|al|bin)"
_NAME = rf"(?:{_TITLE} )?{_CAPITAL}(?: (?:{_LOWER} ){{0,2}}{_CAPITAL})*"
_ROLE = rf"(?:[Aa]n?|[Tt]he|[Oo]ne) (?:(?!{_LOWER}\b)[\w’'\-]+ ){{0,3}}?(?:[a-z][\w\-]*|{_NAME})"
_WHO = rf"(?P<who>{_NAME}|{_ROLE})"
_PRONOUN = r"\b(?P<pronoun>[Hh]e|[Ss]he|[Tt]hey)"
_ADVERB = r"(?:(?:also|further|later|then|once|had|has|\w+ly) ){0,2}"

_BEFORE_VERB = re.compile(rf"(?:{_PRONOUN}|\b{_WHO}),? {_ADVERB}(?:{_VERBS})\b")
_AFTER_VERB = re.compile(rf"[”\"’'] {_ADVERB}(?:{_VERBS}) (?:{_PRONOUN}\b|{_WHO})")
_ACCORDING = re.compile(r"[Aa]ccording to (?P<who>[^,:;.?!“”\"]{3,80})(?=[,:;.?!]|$)")
_TRANSCRIPT = re.compile(rf"^(?P<who>{_TITLE} {_CAPITAL}|{_CAPITAL}(?: {_CAPITAL})+): (?=\S)")
_INSIDE_QUOTES = re.compile(r"(?<=“)[^”]*(?=”|$)|(?<=\")[^\"]*(?=\"|$)")
_NOT_SPEAKERS = frozenset(
    """
    after are as at been before but day had has have he i is it or she that then there they this
    was we week were when which while who year you
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
_MALE, _FEMALE = re.compile(r"(Mr|Sir|Lord)\b"), re.compile(r"(Mrs|Ms|Miss|Dame|Lady)\b")


@dataclass(frozen=True, slots=True)
class Speaker:
    """A speaker as the text names it, and where; `pronoun` where that is only 'he' or the like."""

    name: str
    span: Span
    pronoun: bool = False


def speaker_of(sentence: str) -> Speaker | None:
    """The speaker that the sentence itself names; spans count from its first character."""
    # What stands inside quotation marks was said, and does not say by whom.
    frame = _INSIDE_QUOTES.sub(lambda quoted: "·" * len(quoted[0]), sentence)
    for pattern in (_TRANSCRIPT, _AFTER_VERB, _ACCORDING, _BEFORE_VERB):
        for match in pattern.finditer(frame):
            groups = match.groupdict()
            if groups.get("pronoun"):
                return Speaker(groups["pronoun"], Span(*match.span("pronoun")), pronoun=True)
            if not _NOT_SPEAKERS & set(match["who"].lower().split()):
                return Speaker(match["who"], Span(*match.span("who")))
    return None


def names(speaker: Speaker, wanted: Collection[str]) -> bool:
    """Whether a speaker's name has one of the wanted words, or one made from it (Russia, Russian).

    Args:
        speaker: as the text names it.
        wanted: stems in lower case.
    """
    own = [word.lower() for word in re.findall(r"\w+", speaker.name)]
    return any(o == w or (len(w) > 4 and o.startswith(w)) for o in own for w in wanted)


def missing_speaker(text: str, before: Sequence[Span], sentence: Span) -> Speaker | None:
    """Whose words a sentence is, where it gives someone's without the name.

    Looks back over the sentences `before` it (spans of `text`, in order) in the same paragraph:
    for 'he said' over three and into the paragraph before, for a quotation that just goes on
    over one. None where that is not certain.
    """
    own = text[sentence.start : sentence.end]
    found = speaker_of(own)
    if found is not None and not found.pronoun:
        return None
    if found is None and not own.startswith(("“", '"')):
        return None
    for earlier in reversed(before[-3:] if found else before[-1:]):
        elsewhere = "\n\n" in text[earlier.end : sentence.start]
        if elsewhere and (found is None or earlier is not before[-1]):
            return None
        named = speaker_of(text[earlier.start : earlier.end])
        if named is None or named.pronoun:
            continue
        if found is None or _agree(found.name, named.name):
            at = named.span
            return Speaker(named.name, Span(earlier.start + at.start, earlier.start + at.end))
    return None


def _agree(pronoun: str, name: str) -> bool:
    """Whether a pronoun can stand for a name, as far as its title tells."""
    contrary = {"he": _FEMALE, "she": _MALE}.get(pronoun.lower())
    return contrary is None or not contrary.match(name)
