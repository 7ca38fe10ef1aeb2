"""Files read and embedded on a Ray cluster of two nodes, one of which is lost midway."""

import os
from itertools import chain

import numpy as np
import pytest
from ray.cluster_utils import Cluster as Nodes
from running import run
from shelf import Shelf

from assistant import Assistant
from index.ingesting.cluster import Cluster
from index.models.embeddings import MiniLM

pytestmark = pytest.mark.xdist_group("ray")

FILES = 24


@pytest.fixture(scope="module")
def nodes():
    """The cluster: its first node has the ledger, its second can be lost."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    small = {"num_cpus": 1, "object_store_memory": 100_000_000, "include_dashboard": False}
    running = Nodes(initialize_head=True, head_node_args=small)
    running.add_node(num_cpus=1, object_store_memory=100_000_000)
    yield running
    running.shutdown()


def test_a_node_that_is_lost_midway_costs_nothing_and_the_store_is_as_of_one_machine(
    nodes, tmp_path
):
    files = tmp_path / "files"
    files.mkdir()
    for number in range(FILES):
        words = " ".join(f"Barrel {number}-{n} of the cellar holds wine." for n in range(12))
        (files / f"{number:03}.txt").write_text(words)
    (files / "empty.txt").write_text("")
    (files / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    model, told = MiniLM(), []
    lost = list(nodes.worker_nodes)

    def progress(done):
        told.append(done)
        if lost:
            nodes.remove_node(lost.pop(), allow_graceful=False)

    there, here = Shelf(tmp_path / "there", model), Shelf(tmp_path / "here", model)
    with Cluster(nodes.address) as on:
        assert on.processors == 2
        report = there.add(files, progress=progress, on=on)
        again = there.add(files, on=on)
    assert not lost
    assert len(report.added) == FILES
    assert [one.done for one in told] == list(range(1, FILES + 3))
    own = here.add(files)
    # What fails is told in the same words.
    assert {(one.path, one.reason) for one in report.failed} == {
        (one.path, one.reason) for one in own.failed
    }
    assert len(again.unchanged) == FILES
    assert there.store.check() == []
    assert sorted(there.live()) == sorted(here.live())

    def vectors(shelf):
        with shelf.store.snapshot() as snapshot:
            ids = {one.title: snapshot.chunk_ids([one.id]) for one in shelf.store.documents()}
        found = shelf.store.indexes.vectors(1).vectors(_generation(shelf), [*chain(*ids.values())])
        return [found[id_] for title in sorted(ids) for id_ in ids[title]]

    assert np.allclose(vectors(there), vectors(here), atol=1e-5)
    there.store.close()
    here.store.close()


def _generation(shelf):
    with shelf.store.catalog.reading() as connection:
        return shelf.store.catalog.state(connection).generation


def test_the_command_adds_on_a_cluster_and_says_where_there_is_none(nodes, tmp_path, capsys):
    (tmp_path / "pier.md").write_text(
        "# The pier\n\nThe pier of Quill Island fell in March 1931.\n"
    )
    store = tmp_path / "store"
    ran = run(capsys, "add", tmp_path / "pier.md", "--on", nodes.address, "--store", store)
    assert (ran.status, ran.out) == (0, "1 added\n")
    with Assistant(store) as assistant:
        assert "March 1931" in assistant.query("When did the pier of Quill Island fall?").text

    ran = run(capsys, "add", tmp_path / "pier.md", "--on", "nonsense://x", "--store", store)
    assert (ran.status, ran.out) == (1, "")
    assert "The Ray cluster nonsense://x cannot be reached" in ran.err
    assert ran.err.count("\n") == 1
