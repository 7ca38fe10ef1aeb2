"""A vector store of llama-index in Chroma's place, by settings: here Qdrant, in its local mode."""

import pytest
from shared_servers import needed

from assistant.settings import Settings
from index.document import Document
from index.errors import SettingsError, StoreError
from index.store.maintenance import Model

qdrant_here = pytest.importorskip("qdrant_here", exc_type=ImportError)

pytestmark = [needed, pytest.mark.xdist_group("shared")]

OLD = "The harbour gates closed at noon on Monday."
NEW = "The bridge of Quill Island opens at dawn."
OPTIONS = {"collection_name": "{name}"}


def note(text):
    return Document(text=text, title="Note", media_type="text/plain")


@pytest.fixture
def qdrant(tmp_path):
    client = qdrant_here.client(str(tmp_path / "qdrant"))
    yield client
    client.close()


@pytest.fixture
def shared(postgres, minilm, tmp_path):
    return Settings(
        catalog=postgres.database(),
        vectors="qdrant_here:opened",
        vectors_options={**OPTIONS, "folder": str(tmp_path / "qdrant")},
    ).shared_by(minilm.word_ends)


def held(client):
    """How many vectors each collection holds."""
    names = [one.name for one in client.get_collections().collections]
    return {name: client.count(name).count for name in names}


def test_what_is_added_changed_and_removed_is_so_in_the_vector_store(machine, qdrant):
    here, there = machine("here"), machine("there")
    assert here.dense(OLD) == []
    here.add_documents(gates=note(OLD), bridge=note(NEW))
    assert there.dense(OLD) == [OLD, NEW]
    ids = {here.store.document(info.id).text: info.id for info in here.store.documents()}
    assert there.dense(OLD, documents=[ids[NEW]]) == [NEW]
    assert there.dense(OLD, documents=[]) == []
    with there.store.snapshot() as snapshot:
        [(_, cosine), _] = snapshot.nearest(here.embedder.embed_query(OLD), k=2)
    assert 0.9 < cosine <= 1.0001
    assert list(held(qdrant).values()) == [2]

    there.store.remove(ids[OLD])
    assert here.dense(OLD) == [NEW]
    assert list(held(qdrant).values()) == [1]
    assert here.store.check() == []


def test_what_is_missing_in_it_is_found_and_made_again(machine, minilm, qdrant):
    here, there = machine("here"), machine("there")
    here.add_documents(gates=note(OLD), bridge=note(NEW))
    here.store.indexes.vectors(1).change(0, 0, remove=[1])
    assert [difference.where for difference in here.store.check()] == ["vectors"]

    here.store.repair(Model(minilm, minilm.word_ends))
    assert there.dense(OLD) == [OLD, NEW]
    assert there.store.check() == []
    # The edition before is emptied; that there are none of it is a collection's own affair.
    assert sorted(held(qdrant).values()) in ([2], [0, 2])


def test_a_vector_store_that_fails_is_told_in_one_line_without_its_keys(machine, qdrant):
    here = machine("here")
    here.add_documents(gates=note(OLD))
    [name] = held(qdrant)
    qdrant.delete_collection(name)
    with pytest.raises(StoreError) as raised:
        here.dense(OLD)
    line = str(raised.value)
    assert line.startswith("The store's vectors at QdrantVectorStore cannot be used: ValueError.")
    assert "FOOTNOTE_VECTORS" in line
    assert raised.value.__cause__ is raised.value.__context__ is None
    assert here.lexical(OLD) == [OLD]


@pytest.mark.parametrize(
    ("vectors", "options", "said"),
    [
        ("qdrant", OPTIONS, "PACKAGE.MODULE:CLASS"),
        ("qdrant_here:opened", {"collection_name": "notes"}, "{name} stands in one of"),
        ("collections:Counter", OPTIONS, "cannot be loaded: "),
        ("nowhere:Store", OPTIONS, "cannot be loaded: No module named 'nowhere'"),
    ],
)
def test_what_is_no_vector_store_is_told(machine, minilm, postgres, vectors, options, said):
    settings = Settings(catalog=postgres.database(), vectors=vectors, vectors_options=options)
    with pytest.raises(SettingsError, match=said):
        machine("here", settings.shared_by(minilm.word_ends))


def test_two_places_for_vectors_are_refused(postgres, minilm, chroma):
    settings = Settings(
        catalog=postgres.database(),
        chroma=chroma.address,
        vectors="qdrant_here:opened",
        vectors_options=OPTIONS,
    )
    with pytest.raises(SettingsError, match="both set: take one"):
        settings.shared_by(minilm.word_ends)
