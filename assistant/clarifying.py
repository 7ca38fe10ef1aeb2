"""Questions asked back: whose 'he' or 'they' stands for nobody, or that are about nothing told."""

import re
from collections.abc import Sequence

from assistant.answer import Answer
from assistant.attribution import can_be, speakers_of
from assistant.drafts import Reading
from assistant.messages import (
    FOUND_NEAR,
    QUOTED_NEAR,
    READ_AS_ABOUT,
    WHAT_IS_MEANT,
    WHO_IS_MEANT,
)
from assistant.questions import Question
from assistant.retrieval import Retrieved
from index.sentences import sentence_spans

_ROLE = re.compile(r"[a-z]|(?:The|An?|One) ")
CANDIDATES = 4
"""Names that are offered, those of the nearest passages first."""


def asked_back(question: Question, passages: Sequence[Retrieved]) -> Reading:
    """Who is meant? With the speakers whom the passages name and the pronoun can stand for."""
    found: dict[str, str] = {}
    for passage in passages:
        text = passage.chunk.text
        for start, end in sentence_spans(text):
            for speaker in speakers_of(text[start:end]):
                name = speaker.name
                if _ROLE.match(name) or speaker.pronoun or not can_be(question.pronoun, name):
                    continue
                surname = name.split()[-1]
                # 'Ms Lee' and 'Ann Lee' are one, and the longer says more.
                found[surname] = max(found.get(surname, ""), name, key=len)
    names = list(found.values())[:CANDIDATES]
    quoted = QUOTED_NEAR.format(_listed(names)) if names else ""
    message = WHO_IS_MEANT.format(question.pronoun, quoted)
    return Reading("clarification", message, abstained=True)


def asked_about(passages: Sequence[Retrieved]) -> Reading:
    """What is a question about that does not say it? With the documents of the nearest passages."""
    titles = dict.fromkeys(f"“{passage.chunk.document.title}”" for passage in passages)
    near = FOUND_NEAR.format(_listed(list(titles)[:CANDIDATES])) if titles else ""
    return Reading("clarification", WHAT_IS_MEANT.format(near), abstained=True)


def taken_for(question: Question) -> tuple[str, ...]:
    """One line that tells whom a pronoun was taken for; none where there was none."""
    return (READ_AS_ABOUT.format(question.antecedent),) if question.antecedent else ()


def reads_on(answer: Answer) -> bool:
    """Whether an answer names whom an earlier one of its conversation told of."""
    return any(notice.startswith(READ_AS_ABOUT.partition("{}")[0]) for notice in answer.notices)


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
