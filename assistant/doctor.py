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
from assistant.messages import ONLY_QUOTATIONS
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


def examined(settings: Settings, store: Path, *, judge: bool = False) -> Iterator[Finding]:
    """Each part in turn, as soon as it has been looked at.

    A configured writer is sent one short request, a configured embedding server one word. The
    model that judges sits its examination where `judge` says so.

    >>> [(one.what, one.well) for one in examined(Settings(), demo.store)]
    [('Footnote', True), ('embedding', True), ('store', True), ('writer', True), ('judge', True),
    ('scanned pages', True)]
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
    yield _writer(settings)
    yield _judge(settings, store, examine=judge)
    yield _recognition()


def _embedding(library: Library) -> str:
    name = library.settings.embedding
    if other := library.other_base():
        return other
    began = perf_counter()
    library.embeds("dimension")
    took = f"answered in {perf_counter() - began:.1f} s"
    if name in ("e5", "minilm"):
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


def _writer(settings: Settings) -> Finding:
    if settings.writer is None:
        says = "none (FOOTNOTE_WRITER): the embedded reader answers; nothing leaves this machine"
        if os.environ.get("OPENAI_API_KEY"):
            says += ". OPENAI_API_KEY is set, and not used for answers without a writer"
        return Finding("writer", True, says)
    from assistant.endpoints.endpoint import endpoint
    from assistant.endpoints.faults import EndpointFault
    from assistant.endpoints.prompts import load_prompts

    place = _place(settings.writer, settings.writer_base, settings.writer_secret)
    named = f"{settings.writer}{place}"
    try:
        load_prompts(settings.writer_prompts)
        model = endpoint(settings)
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
    return Finding("writer", True, f"{says}. Questions and passages are sent to it")


def _judge(settings: Settings, store: Path, *, examine: bool) -> Finding:
    """Who judges, and by which figures that is trusted."""
    if settings.judge is None and settings.writer is None:
        return Finding("judge", True, f"none (FOOTNOTE_JUDGE). {ONLY_QUOTATIONS}")
    from assistant.judging.judge import open_judge

    if settings.judge is None:
        named = f"the writer's model, {settings.writer}"
    else:
        place = _place(settings.judge, settings.judge_base, settings.judge_secret)
        named = f"{settings.judge}{place}"
    try:
        judge = open_judge(settings, store)
        try:
            known = judge.standing(anew=True) if examine else judge.known()
            if known is None:
                says = "it sits its examination at the first use, or by 'footnote doctor --judge'"
                return Finding("judge", True, f"{named}; {says}")
            trusted = judge.is_trusted(known)
        finally:
            judge.close()
    except FootnoteError as error:
        return Finding("judge", False, f"{named}: {error}")
    word = "trusted" if trusted else f"not trusted. {ONLY_QUOTATIONS} It"
    return Finding("judge", trusted, f"{named}: {word}{':' if trusted else ''} {known}")


def _place(setting: str | None, base: str | None, secret: str | None) -> str:
    """Where a model is, without anything of its address that may be secret."""
    provider = (setting or "").partition(":")[0]
    if provider not in ("openai", "azure"):
        return ""
    parts = urlsplit(base or _OPENAI)
    key = "with a key" if secret else "without a key"
    port = f":{parts.port}" if parts.port else ""
    return f" at {parts.scheme}://{parts.hostname}{port}{parts.path}, {key}"


def _recognition() -> Finding:
    if ocr.available():
        return Finding("scanned pages", True, "read with tesseract")
    says = "not read, because tesseract is not installed; all else works without it"
    return Finding("scanned pages", True, says)
