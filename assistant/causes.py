"""Why: the parts of a sentence that say of themselves that they give a cause or a purpose."""

import re

from index.document import Span

_MARK = re.compile(
    r"\b(?:because of|because|due to|owing to|as a result of|on account of|in order to|so as to"
    r"|so that|caused by|for fear of|in response to|thanks to"
    r"|the (?:reason|cause|purpose|aim|goal|object|motive)(?: (?:of|for|behind) [^,;:.]{1,60}?)?"
    r" (?:is|was|were|are)(?: (?:that|to|because))?)\s+"
    # 'As' and 'since' also tell times: only a clause with a subject of its own is a cause.
    r"|,\s(?:as|since)\s+(?=(?:it|he|she|they|we|there|this|that|the|an?|no|nobody)\b)"
    r"|\bas\s+(?=(?:it|he|she|they|there|this|that|the (?:\w+ )?\w+)"
    r" (?:is|are|was|were|has|had|did)\b)"
    r"|^Since\s+(?=(?:it|he|she|they|we|there|the|no|nobody)\b)",
    re.IGNORECASE,
)
_END = re.compile(
    r"[.;!?](?=\s|$|[”\"])|,\s(?:but|and|while|although|though|whereas|which|who)\b|[—–]"
    r"|,?[”\"](?=\s(?:said|says|he|she|they)\b)"
)
_OPENED = re.compile(r"^(?:because|since|as|due|owing)\b", re.IGNORECASE)


def causes(text: str) -> list[Span]:
    """The causes and purposes in a sentence, without the word that marks them, in order."""
    found: list[Span] = []
    for match in _MARK.finditer(text):
        if found and match.start() < found[-1].end:
            continue
        end = _END.search(text, match.end())
        stop = end.start() if end else len(text.rstrip())
        if match.start() == 0 and _OPENED.match(match[0]) and "," in text[:stop]:
            # 'Because it rained, they stayed': the main clause comes behind the comma.
            stop = text.index(",", match.end())
        if stop > match.end():
            found.append(Span(match.end(), stop))
    return found
