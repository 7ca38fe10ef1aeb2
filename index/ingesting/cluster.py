"""Reading and embedding on a Ray cluster; what is stored is written by the machine that adds.

The cluster does with a file what one machine does with it, by functions of the same modules. A task
whose node is lost is given to another. All else, like what is known and what has failed, is the
affair of the run, so that the same command goes on after whatever has ended it.
"""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np

from index import regular
from index.document import Document
from index.errors import DocumentError, FootnoteError, SettingsError
from index.models.embeddings import E5, Embedder, MiniLM, Vectors
from index.sandbox.isolation import Limits, Workers

T = TypeVar("T")

_TEXTS = 32
"""Texts that one task embeds: less than a second."""

_AGAIN = 5
"""How often a task is given to another node when its own is lost."""

_MODELS: dict[str, type[Embedder]] = {MiniLM.name: MiniLM, E5.name: E5}


class Cluster:
    """A connection to a Ray cluster, until it is closed; one at a time in a process.

    Args:
        address: like ray://host:10001, or host:6379 of a machine of it; 'local' starts one here.

    Raises:
        SettingsError: Ray is not installed, or there is no cluster.

    >>> Cluster("nonsense://nowhere")
    Traceback (most recent call last):
        ...
    index.errors.SettingsError: ...
    """

    def __init__(self, address: str) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray
        except ImportError as error:
            raise SettingsError(
                "Adding on a cluster needs Ray: pip install 'footnote-assistant[cluster]', here "
                "and on its machines."
            ) from error
        try:
            ray.init(address, log_to_driver=False, logging_level="ERROR")
        except Exception as error:  # a family for each way to connect
            said = " ".join(str(error).split())[:200].rstrip(".")
            raise SettingsError(f"The Ray cluster {address} cannot be reached: {said}.") from error
        self._ray: Any = ray
        self.processors = max(1, int(ray.cluster_resources().get("CPU", 1)))
        remote: Any = ray.remote(max_retries=_AGAIN)
        self._read, self._embed = remote(read), remote(embed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._ray.shutdown()

    def workers(self, limits: Limits | None, reader: str, languages: str) -> "ClusterWorkers":
        """What reads files there."""
        return ClusterWorkers(self, limits, reader, languages)

    def embedder(self, embedder: Embedder) -> Embedder:
        """The same model there; one that is a server's is asked by the machine that adds."""
        return ClusterEmbedder(self, embedder) if embedder.name in _MODELS else embedder

    def read(self, *arguments: object) -> tuple[Document, str]:
        """What `read` returns."""
        made: list[tuple[Document, str]] = self._done([self._read.remote(*arguments)])
        return made[0]

    def embed(self, name: str, texts: Sequence[str]) -> list[Vectors]:
        """What `embed` returns of each so many texts, in their order."""
        parts = [list(texts[at : at + _TEXTS]) for at in range(0, len(texts), _TEXTS)]
        return self._done([self._embed.remote(name, part) for part in parts])

    def _done(self, tasks: list[Any]) -> list[Any]:
        try:
            made: list[Any] = self._ray.get(tasks)
        except self._ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, FootnoteError | OSError):
                raise cause from None
            kind = type(cause or error).__name__
            raise DocumentError(
                f"The cluster did not do it ({kind}). The same command tries it again."
            ) from error
        return made


class ClusterWorkers(Workers):
    """`Workers` whose files are read on the nodes of a cluster; they are looked at here.

    >>> from types import SimpleNamespace
    >>> from index.sandbox.isolation import LANGUAGES, READER
    >>> cluster = SimpleNamespace(processors=2, read=read)
    >>> workers = ClusterWorkers(cluster, None, READER, LANGUAGES)
    >>> workers.count, workers.read(b"The pier fell.", "pier.txt", 14)[0].text
    (4, 'The pier fell.')
    """

    def __init__(
        self, cluster: Cluster, limits: Limits | None, reader: str, languages: str
    ) -> None:
        super().__init__(limits, reader=reader, languages=languages)
        self._cluster = cluster
        # So many are under way at once.
        self.count = 2 * cluster.processors

    def read(self, source: Path | bytes, name: str, size: int) -> tuple[Document, str]:
        """As `Workers.read`; the file's bytes go to a node."""
        self.limits.check_size(size)
        most = self.limits.bytes
        data = regular.contents(source, most) if isinstance(source, Path) else source
        return self._cluster.read(data, name, self.limits, self._reader, self._languages)


class ClusterEmbedder:
    """An embedder whose passages are embedded on the nodes of a cluster.

    >>> from types import SimpleNamespace
    >>> cluster = SimpleNamespace(embed=lambda name, texts: [embed(name, texts)])
    >>> ClusterEmbedder(cluster, MiniLM()).embed_passages(["The pier fell."]).shape
    (1, 384)
    """

    def __init__(self, cluster: Cluster, own: Embedder) -> None:
        self._cluster, self._own = cluster, own
        self.name, self.dimension, self.unlike = own.name, own.dimension, own.unlike

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension)."""
        none = np.zeros((0, self.dimension), np.float32)
        return np.concatenate([none, *self._cluster.embed(self.name, texts)])

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question, made here."""
        return self._own.embed_query(text)


def read(
    data: bytes, name: str, limits: Limits, reader: str, languages: str
) -> tuple[Document, str]:
    """What `Workers.read` returns, on a node.

    >>> from index.sandbox.isolation import LANGUAGES, READER
    >>> read(b"The pier fell.", "pier.txt", Limits(), READER, LANGUAGES)[0].text
    'The pier fell.'
    """
    return _workers(limits, reader, languages).read(data, name, len(data))


def embed(name: str, texts: Sequence[str]) -> Vectors:
    """The vectors of texts by the embedded model of this name, on a node.

    >>> embed("all-MiniLM-L6-v2", ["The pier fell."]).shape
    (1, 384)
    """
    return _model(name).embed_passages(texts)


@cache
def _workers(limits: Limits, reader: str, languages: str) -> Workers:
    """One process to read in, for as long as the node's own lasts."""
    return Workers(limits, count=1, reader=reader, languages=languages)


@cache
def _model(name: str) -> Embedder:
    return _MODELS[name]()
