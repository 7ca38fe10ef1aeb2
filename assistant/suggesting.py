"""Questions that a store's documents can answer, for whoever does not know where to begin."""

from collections.abc import Iterable, Iterator

from assistant.attribution import people, speakers_of
from index.document import Document
from index.sentences import document_sentences
from index.store import Store

READ = 6
"""Documents that are looked at, the latest first."""

SENTENCES = 60
"""Sentences of each."""

OVERVIEW = "What is in my documents?"


def suggested(store: Store, count: int) -> list[str]:
    """So many questions: what there is, what people say in the documents, and summaries."""
    documents = [store.document(one.id) for one in store.documents()[:READ]]
    if not documents:
        return []
    spoken = _once(name for document in documents for name in _speakers(document))
    asked = [OVERVIEW, *(f"What did {name} say?" for name in spoken)][: count - 1]
    summaries = [f"Summarise {document.title}" for document in documents]
    return [*asked, *summaries][:count]


def _speakers(document: Document) -> Iterator[str]:
    """The first two people of whom the document tells what they say, by their full names."""
    found: dict[str, None] = {}
    for start, end in document_sentences(document)[:SENTENCES]:
        for speaker in speakers_of(" ".join(document.text[start:end].split())):
            if not speaker.pronoun and people(speaker.name) == [speaker.name]:
                found[speaker.name] = None
    return iter(list(found)[:2])


def _once(names: Iterable[str]) -> list[str]:
    """The names, that of a person in its fullest form and in the place of its first."""
    found: list[str] = []
    for name in names:
        for number, other in enumerate(found):
            if set(name.split()) <= set(other.split()):
                break
            if set(other.split()) <= set(name.split()):
                found[number] = name
                break
        else:
            found.append(name)
    return found
