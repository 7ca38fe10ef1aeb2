"""Questions asked back: whose 'he' or 'they' stands for nobody, or that are about nothing told.

Names in a question that stand in no document: said aloud, and read as one that is spelled alike.

Names are told apart by their stems, so a form of a name that documents use is known.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from difflib import SequenceMatcher

from assistant.answer import Answer
from assistant.asking.question import Question
from assistant.draft import ProposedAnswer
from assistant.language.identification import language_of
from assistant.language.speakers import can_be, speakers_of
from assistant.messages import (
    FOUND_NEAR,
    NO_DOCUMENT_MENTIONS,
    QUOTED_NEAR,
    READ_AS_ABOUT,
    WHAT_IS_MEANT,
    WHO_IS_MEANT,
)
from assistant.retrieving.retrieval import Retrieved
from index.models import minilm
from index.sentences import sentence_spans
from index.store.lexical import analyzed
from index.store.store import Snapshot

_ROLE = re.compile(r"[a-z]|(?:The|An?|One) ")
CANDIDATES = 4
"""Names that are offered, those of the nearest passages first."""


def ask_who_is_meant(question: Question, passages: Sequence[Retrieved]) -> ProposedAnswer:
    """Who is meant? With the speakers whom the passages name and the pronoun can stand for.

    >>> from assistant.asking.question import parse_question
    >>> ask_who_is_meant(parse_question("What did she say?"), passages=[]).message
    'Who is meant by “she”? Ask again with the name.'
    """
    found: dict[str, str] = {}
    for passage in passages:
        text = passage.chunk.text
        for start, end in sentence_spans(text):
            for speaker in speakers_of(text[start:end]):
                name = speaker.name
                if (
                    _ROLE.match(name)
                    or speaker.pronoun
                    or not can_be(question.unresolved_pronoun, name)
                ):
                    continue
                surname = name.split()[-1]
                # 'Ms Lee' and 'Ann Lee' are one, and the longer says more.
                found[surname] = max(found.get(surname, ""), name, key=len)
    names = list(found.values())[:CANDIDATES]
    quoted = QUOTED_NEAR.format(_listed(names)) if names else ""
    message = WHO_IS_MEANT.format(question.unresolved_pronoun, quoted)
    return ProposedAnswer("clarification", message, abstained=True)


def ask_what_is_meant(passages: Sequence[Retrieved]) -> ProposedAnswer:
    """What is a question about that does not say it? With the documents of the nearest passages.

    >>> ask_what_is_meant(passages=[]).message
    'What is the question about? Ask again with what, whom or when you mean.'
    """
    titles = dict.fromkeys(f"“{passage.chunk.document.title}”" for passage in passages)
    near = FOUND_NEAR.format(_listed(list(titles)[:CANDIDATES])) if titles else ""
    return ProposedAnswer("clarification", WHAT_IS_MEANT.format(near), abstained=True)


def antecedent_notice(question: Question) -> tuple[str, ...]:
    """One line that tells whom a pronoun was taken for; none where there was none.

    >>> from assistant.asking.question import parse_question
    >>> antecedent_notice(parse_question("What did she deny?", [("user", "Who is Ann Lee?")]))
    ('Read as a question about Ann Lee.',)
    """
    return (READ_AS_ABOUT.format(question.antecedent),) if question.antecedent else ()


def reads_on(answer: Answer) -> bool:
    """Whether an answer names whom an earlier one of its conversation told of.

    >>> notices = ("Read as a question about Ann Lee.",)
    >>> reads_on(Answer(question="Is he?", created="2026-01-05T09:00Z", notices=notices))
    True
    """
    return any(notice.startswith(READ_AS_ABOUT.partition("{}")[0]) for notice in answer.notices)


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


ALIKE = 0.8
"""The least likeness (Ratcliff & Obershelp) of two spellings of one name: Zakharova, Zarkhova."""

_NAME = re.compile(r"\b[A-Z][\w’-]*\w")
_WORD = re.compile(r"\b[a-z]{5,}+\b")
"""A word in which a wrong letter leaves it recognisable."""

_SPELLED_LIKE = 5
"""Chunks in which another spelling of a word is looked for."""


def unknown_names(
    names: Iterable[str], mentioned: Collection[str], texts: Sequence[str]
) -> dict[str, str]:
    """The names of which no term is mentioned, with what they are read as, or ''.

    That is the name in the texts that is spelled most like it, if any is.

    >>> unknown_names(["Zarkhova", "Aldin"], {"zakharova", "spoke"}, ["Maria Zakharova spoke."])
    {'Zarkhova': 'Zakharova', 'Aldin': ''}
    """
    strange = [name for name in names if not set(analyzed(name)) & set(mentioned)]
    if not strange:
        return {}
    known = sorted({match[0] for text in texts for match in _NAME.finditer(text)})
    return {name: _alike(name, known) for name in strange}


def misspelled_words(question: Question, snapshot: Snapshot) -> dict[str, str]:
    """The words of an English question that are none and that no document has, with what is read.

    That is the word one letter away that documents have; without one, a word is left as it is.

    >>> from assistant.asking.question import parse_question
    >>> with store.snapshot() as snapshot:
    ...     misspelled_words(parse_question("How many peple were evacuted?"), snapshot)
    {'peple': 'people', 'evacuted': 'evacuated'}
    """
    words = [word for word in _WORD.findall(question.asking) if not _is_word(word)]
    if not words or language_of(question.text) != "en":
        return {}
    known = snapshot.mentioned(analyzed(" ".join(words)))
    found = {}
    for word in dict.fromkeys(words):
        terms = analyzed(word)
        if len(terms) != 1 or terms[0] in known:
            continue
        near = snapshot.chunks(snapshot.spelled_like(terms[0], _SPELLED_LIKE)).values()
        seen = {one.lower() for chunk in near for one in _WORD.findall(chunk.text)}
        if other := _alike(word, sorted(one for one in seen if one[0] == word[0])):
            found[word] = other
    return found


def _is_word(word: str) -> bool:
    """Whether the embedded English model knows it as one piece."""
    return minilm.tokenizer().token_to_id(word) is not None


def _alike(name: str, known: Iterable[str]) -> str:
    likeness = {other: SequenceMatcher(None, name, other).ratio() for other in known}
    best = max(likeness, key=lambda other: likeness[other], default="")
    return best if likeness.get(best, 0.0) >= ALIKE else ""


def unknown_names_notice(questions: Iterable[Question]) -> tuple[str, ...]:
    """One line that tells which names stand in no document, and as what they were read.

    >>> from assistant.asking.question import parse_question, respell_names
    >>> asked = parse_question("What did Maria Zarkhova say?")
    >>> unknown_names_notice([respell_names(asked, {"Zarkhova": "Zakharova"})])
    ('No document mentions “Zarkhova” (read as “Zakharova”).',)
    """
    names = {name: other for one in questions for name, other in one.unknown.items()}
    if not names:
        return ()
    said = [
        f"“{name}” (read as “{other}”)" if other else f"“{name}”" for name, other in names.items()
    ]
    return (NO_DOCUMENT_MENTIONS.format(" or ".join(said)),)


def lacks_speaker(question: Question) -> bool:
    """Whether the account of someone is asked for whom no document names, however spelled.

    >>> from assistant.asking.question import parse_question, respell_names
    >>> asked = parse_question("What did Aldin say about the gates?")
    >>> lacks_speaker(respell_names(asked, {"Aldin": ""}))
    True
    """
    named = [name for name in question.names if name.lower() in question.speaker]
    return bool(named) and all(name in question.unknown for name in named)
