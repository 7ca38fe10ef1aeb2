"""The base that reads many languages: its file, its vectors, and a store that changes to it."""

import struct
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from shelf import Shelf

from index.document import Document
from index.errors import ModelError, StoreError
from index.models import e5
from index.models.e5_file import BLOCK, Blocks, read_e5
from index.models.embeddings import E5, Base, MiniLM, Vectors
from index.store.maintenance import Model
from index.store.store import Store

PIER = "The pier of Brackhaven fell into the sea at noon."
BREAD = "A loaf of bread costs three shillings in the market."


@pytest.mark.parametrize(
    "question",
    [
        "What fell into the water?",
        "Was ist ins Meer gestürzt?",
        "Qu'est-ce qui est tombé dans la mer ?",
        "什么掉进了海里？",
        "何が海に落ちましたか。",
        "ما الذي سقط في البحر؟",
    ],
)
def test_a_question_in_any_language_is_near_the_passage_that_answers(question: str):
    model = E5()
    rows = model.embed_passages([BREAD, PIER])
    assert (rows @ model.embed_query(question)).argmax() == 1
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_a_vector_does_not_depend_on_what_is_embedded_beside_it():
    alone, together = E5().embed_passages([PIER]), E5().embed_passages([BREAD, PIER, PIER])
    assert np.array_equal(alone[0], together[1])
    assert np.array_equal(together[1], together[2])


def test_a_text_beyond_all_measure_is_read_as_far_as_the_model_does():
    long, longer = ("pier " * count for count in (600, 5_000))
    rows = E5().embed_passages([long, longer])
    assert float(rows[0] @ rows[1]) > 0.999


def test_four_bits_are_weights_from_minus_eight_in_blocks_of_their_own_scale():
    weights = np.tile(np.arange(16, dtype=np.uint8), 4).reshape(1, 2 * BLOCK)
    scales = np.array([[0.5, 2.0]], np.float32)
    floats = Blocks(weights, scales).floats()
    assert floats[0, :16].tolist() == [(n - 8) * 0.5 for n in range(16)]
    assert floats[0, BLOCK : BLOCK + 16].tolist() == [(n - 8) * 2.0 for n in range(16)]


def test_the_file_is_read_to_its_end_and_one_cut_off_is_told(tmp_path: Path):
    whole = e5.weights().read_bytes()
    assert struct.unpack_from("<4s", whole)[0] == b"E5S1"
    for size in (0, 3, 40, 1_000, len(whole) // 2):
        cut = tmp_path / f"{size}.bin"
        cut.write_bytes(whole[:size])
        with pytest.raises(ModelError, match="cut off"):
            read_e5(cut)


TEXTS = {"pier": PIER, "bread": BREAD}

# A store that was made with the other base --------------------------------------------------------


def made(folder: Path, minilm: MiniLM) -> None:
    shelf = Shelf(folder, minilm, create=True)
    documents = {name: Document(text, name, "text/plain") for name, text in TEXTS.items()}
    assert len(shelf.add_documents(**documents).added) == 2
    shelf.store.close()


def nearest(store: Store, base: Base, question: str) -> str:
    with store.snapshot() as snapshot:
        ((chunk, _), *_) = snapshot.nearest(base.embed_query(question), 1)
        return snapshot.chunks([chunk])[chunk].text


def test_a_store_is_asked_with_the_base_it_was_made_with_until_repair_makes_it_anew(
    tmp_path: Path, minilm: MiniLM
):
    made(tmp_path / "store", minilm)
    base, other = Base(E5(), minilm), Base(E5(), minilm)
    with (
        closing(Store(tmp_path / "store", base)) as store,
        closing(Store(tmp_path / "store", other)) as elsewhere,
    ):
        assert base.name == minilm.name
        assert nearest(store, base, "What fell into the sea?") == PIER
        store.repair(Model(E5(), minilm.word_ends))
        base.become(e5.NAME)
        assert nearest(store, base, "Was ist ins Meer gestürzt?") == PIER
        assert store.check() == []
        # Another process finds out with its next question, and is right from then on.
        with pytest.raises(StoreError, match="made anew with multilingual-e5-small"):
            nearest(elsewhere, other, "What fell into the sea?")
        assert nearest(elsewhere, other, "什么掉进了海里？") == PIER


class Stops(E5):
    """Ends in the middle of the work."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        raise KeyboardInterrupt(len(texts))


def test_interrupted_it_changes_nothing_and_no_vector_of_another_base_is_taken_over(
    tmp_path: Path, minilm: MiniLM
):
    made(tmp_path / "store", minilm)
    base = Base(E5(), minilm)
    with closing(Store(tmp_path / "store", base)) as store:
        with pytest.raises(KeyboardInterrupt):
            store.repair(Model(Stops(), minilm.word_ends))
        assert nearest(store, base, "What fell into the sea?") == PIER
        # The old base again: what the interrupted run has made is of the other one.
        store.repair(Model(minilm, minilm.word_ends))
        assert nearest(store, base, "What fell into the sea?") == PIER
        with store.catalog.reading() as connection:
            assert store.catalog.fact(connection, "embedding") == minilm.name
