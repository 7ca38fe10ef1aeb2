"""The embedded model's vectors are those of sentence-transformers, up to quantisation."""

import json
from pathlib import Path

import numpy as np
import pytest

from index.models.embeddings import MiniLM

REFERENCE = json.loads((Path(__file__).parent / "reference_vectors.json").read_text("utf-8"))
TEXTS = REFERENCE["texts"]


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_the_int8_vectors_agree_with_the_float_model_of_sentence_transformers(minilm, number):
    expected = np.array(REFERENCE["vectors"][number], np.float32)
    expected /= np.linalg.norm(expected)

    # Measured: .9908 to .9940; fp32 against int8 of one text, the reference rounded to 5 digits.
    assert float(minilm.embed_query(TEXTS[number]) @ expected) > 0.985


def test_vectors_have_length_one(minilm):
    assert np.allclose(np.linalg.norm(minilm.embed_passages(TEXTS), axis=1), 1, atol=1e-5)


def test_a_vector_does_not_depend_on_its_neighbours_in_a_call(minilm):
    long = "The harbour master kept a log. " * 30
    together = minilm.embed_passages([*TEXTS, long, *TEXTS[::-1]])

    for text, vector in zip([*TEXTS, long, *TEXTS[::-1]], together, strict=True):
        assert np.array_equal(minilm.embed_passages([text])[0], vector)
        assert np.array_equal(minilm.embed_query(text), vector)


def test_what_lies_beyond_256_tokens_is_left_out_without_a_fault(minilm):
    read = "harbour " * 254
    vectors = minilm.embed_passages([read, read + "museum " * 2_000])

    assert np.array_equal(vectors[0], vectors[1])
    assert not np.array_equal(vectors[0], minilm.embed_query("museum " + read))


@pytest.mark.parametrize("text", ["", " \n", "\u200d\ufe0f", "👩‍👩‍👧", "x" * 10_000])
def test_no_text_is_without_a_vector(minilm, text):
    assert np.isclose(np.linalg.norm(minilm.embed_query(text)), 1, atol=1e-5)


def test_no_texts_are_no_vectors(minilm):
    assert minilm.embed_passages([]).shape == (0, MiniLM.dimension)


def test_each_token_has_the_end_of_its_word_as_an_offset_of_the_text_itself(minilm):
    text = "Zürich’s 👩‍👩‍👧 harbourmastership: 6½"
    (ends,) = minilm.word_ends([text])
    words = [text[:end].split()[-1] for end in dict.fromkeys(ends)]

    assert words[:3] == ["Zürich", "Zürich’", "Zürich’s"]
    assert "harbourmastership" in words
    assert ends.count(text.index(":")) > 1
    assert ends[-1] == len(text)
