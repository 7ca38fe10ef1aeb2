"""What Chroma writes beside the vectors of a store is nothing that memory held before."""

import struct
from pathlib import Path

import numpy as np
import pytest

from index.errors import StoreError
from index.store.vectors import Slack, VectorIndex

SIZE = 384


def unit(count: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, SIZE)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def filled(folder: Path, vectors: np.ndarray, *, at_once: int) -> VectorIndex:
    index = VectorIndex.at(folder)
    index.create(SIZE)
    for start in range(0, len(vectors), at_once):
        rows = vectors[start : start + at_once]
        index.change(0, 0, add=[(start + n, "d") for n in range(len(rows))], vectors=rows)
    return index


def unused(folder: Path) -> list[bytes]:
    """The bytes of each graph file behind its last vector."""
    found = []
    for header in folder.glob("*/header.bin"):
        _, _, _, count, size = struct.unpack_from("<i4Q", header.read_bytes())
        found.append((header.parent / "data_level0.bin").read_bytes()[count * size :])
        found.append((header.parent / "length.bin").read_bytes()[count * 4 :])
    return found


@pytest.mark.parametrize("count", [1, 31, 99])
def test_room_for_vectors_to_come_holds_nothing(tmp_path: Path, count: int):
    # Freed again, this is what new room in memory is made of.
    filled(tmp_path / "other", unit(900, seed=1), at_once=300).close()
    filled(tmp_path / "own", unit(count, seed=2), at_once=29).close()

    found = unused(tmp_path / "own")
    assert sum(len(room) for room in found) > 0
    assert not any(room.strip(b"\0") for room in found)


@pytest.mark.parametrize("at_once", [1, 29, 300])
def test_every_vector_is_found_afterwards(tmp_path: Path, at_once: int):
    vectors = unit(600, seed=3)
    filled(tmp_path, vectors, at_once=at_once).close()

    opened = VectorIndex.at(tmp_path)
    for number in range(0, 600, 7):
        (best, *_) = opened.search(0, vectors[number], 3)
        assert best[0] == number
        assert best[1] == pytest.approx(1.0, abs=1e-5)
    opened.close()


def test_files_of_another_form_are_told_and_left_as_they_are(tmp_path: Path):
    filled(tmp_path, unit(40, seed=4), at_once=40).close()
    (header,) = tmp_path.glob("*/header.bin")
    rows = header.with_name("data_level0.bin")
    header.write_bytes(b"\2" + header.read_bytes()[1:])
    before = rows.read_bytes()

    with pytest.raises(StoreError, match="of a form that this version does not know"):
        Slack(tmp_path).erase()
    assert rows.read_bytes() == before
