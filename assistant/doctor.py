"""What is configured, whether it answers, and what is wrong, in plain words."""

import os
import platform
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

from assistant.library import Library
from assistant.settings import Settings
from index.errors import FootnoteError
from index.readers.pdf import ocr

_OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the program, how it is, and whether that is as it should be.

    >>> finding = next(examined(Settings(), demo.store))
    >>> finding.what, finding.well
    ('Footnote', True)
    """

    what: str
    well: bool
    says: str


def examined(settings: Settings, store: Path) -> Iterator[Finding]:
    """Each part in turn, as soon as it has been looked at.

    A configured writer is sent one short request, a configured embedding server one word.

    >>> [(one.what, one.well) for one in examined(Settings(), demo.store)]
    [('Footnote', True), ('embedding', True), ('store', True), ('writer', True), ('scanned pages',
    True)]
    """
    program = f"version {version('footnote-assistant')}, Python {platform.python_version()}"
    yield Finding("Footnote", True, program)
    with ExitStack() as opened:
        try:
            library = opened.enter_context(Library(store, settings=settings))
            yield Finding("embedding", True, _embedding(library))
            yield _store(library)
        except FootnoteError as error:
            yield Finding("store and embedding", False, str(error))
    yield _writer(settings, store)
    yield _recognition()


def _embedding(library: Library) -> str:
    name = library.settings.embedding
    began = perf_counter()
    library.embeds("dimension")
    took = f"answered in {perf_counter() - began:.1f} s"
    if name == "minilm":
        return f"the embedded one, {took}; nothing leaves this machine"
    return f"{name}, {took}; passages and questions are sent to it"


def _store(library: Library) -> Finding:
    missing = " and no ".join(path.name for path in library.missing_indexes())
    if missing:
        says = f"{library.store}: no {missing} in it; 'footnote repair' makes what is missing"
        return Finding("store", False, says)
    documents = len(library.documents())
    if not documents:
        says = f"{library.store}: nothing in it yet; 'footnote add PATH…' adds documents"
    else:
        counted = "1 document" if documents == 1 else f"{documents:,} documents"
        says = f"{library.store}: {counted}; 'footnote check' compares its files"
    return Finding("store", True, says)


def _writer(settings: Settings, store: Path) -> Finding:
    if settings.writer is None:
        says = "none (FOOTNOTE_WRITER): the embedded reader answers; nothing leaves this machine"
        if os.environ.get("OPENAI_API_KEY"):
            says += ". OPENAI_API_KEY is set, and not used for answers without a writer"
        return Finding("writer", True, says)
    from assistant.writing.endpoint import endpoint
    from assistant.writing.faults import EndpointFault
    from assistant.writing.prompts import load_prompts
    from assistant.writing.record import Record

    named = f"{settings.writer}{_place(settings)}"
    try:
        load_prompts(settings.writer_prompts)
        model = endpoint(settings)
        believed = Record(store, model.name).prior
    except FootnoteError as error:
        return Finding("writer", False, str(error))
    try:
        answered = model.tried()
    except EndpointFault as fault:
        return Finding("writer", False, f"{named}: {fault}")
    finally:
        model.close()
    counts = "counts tokens" if answered.counted else "counts no tokens, so that cost is unknown"
    form = "writes JSON by a schema" if answered.structured else "writes plain text"
    says = f"{named}, answered one short request in {answered.seconds:.1f} s; {form}; {counts}"
    says += f". Of its sentences that are no quotations, {believed:.0%} are believed to hold"
    return Finding("writer", True, f"{says}. Questions and passages are sent to it")


def _place(settings: Settings) -> str:
    """Where the writer is, without anything of its address that may be secret."""
    provider = (settings.writer or "").partition(":")[0]
    if provider not in ("openai", "azure"):
        return ""
    parts = urlsplit(settings.writer_base or _OPENAI)
    key = "with a key" if settings.writer_secret else "without a key"
    port = f":{parts.port}" if parts.port else ""
    return f" at {parts.scheme}://{parts.hostname}{port}{parts.path}, {key}"


def _recognition() -> Finding:
    if ocr.available():
        return Finding("scanned pages", True, "read with tesseract")
    says = "not read, because tesseract is not installed; all else works without it"
    return Finding("scanned pages", True, says)
