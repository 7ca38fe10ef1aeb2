"""Text that is made to be slow is read and cut about as fast as any other, or refused."""

import time
from contextlib import suppress

import pytest

from index.errors import DocumentError
from index.ingesting.chunking import chunks
from index.models.contexts import contexts
from index.readers.reading import read_bytes

FRAGMENTS = ("日。", ". A", "(1) a. ", "i. ", "[^a", "[", "| ", "=\n", "    at a.b\n", "0", "1. J ")


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.csv"])
def test_20000_hostile_characters_are_ready_to_be_stored_within_a_second(minilm, name):
    minilm.word_ends(["The model is read once."])
    slow = []
    for fragment in FRAGMENTS:
        text = fragment * (20_000 // len(fragment))
        began = time.process_time()
        with suppress(DocumentError):
            document = read_bytes(text.encode(), name)
            parts = chunks(document, minilm.word_ends, 128)
            contexts(document, parts, minilm.word_ends, f"/{name}")
        if (spent := time.process_time() - began) > 2:  # measured: at most 0.65 s
            slow.append(f"{fragment!r}: {spent:.1f} s")

    assert not slow
