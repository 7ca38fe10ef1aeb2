"""Footnote beside what else people build: same files, questions and embedding model, in one run.

    python benchmarks/peers.py --data DIR [--with NAME=FOLDER …] [--json FILE]

NAME is one of PEERS below; FOLDER has its packages (`pip install --target FOLDER …`), put before
those of this environment. Each peer is set up as its own first example says, with `minilm` for its
vectors; for each collection of `DIR/realdocs` they take turns, each in a process of its own for
adding, for a first search and for all of them. A question is held where all patterns of a right
answer stand in the first ten passages, or in as many as have 2,500 words. `start` is a new process
up to its first result. Processor is the time of all of a peer's threads and processes, which says
more than the clock on a machine that does other things as well. No peer answers or cites without a
language model, so answers are not compared.
"""

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PASSAGES, DEEP, WORDS = 10, 50, 2_500

Search = Callable[[str], list[str]]


@dataclass
class Found:
    """What one peer made of one collection; seconds by the clock and of a processor."""

    passages: int
    indexing: tuple[float, float]
    bytes: int
    memory: dict[str, float]
    latency: tuple[float, float]
    start: tuple[float, float]
    texts: list[list[str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


class Peer:
    """A way to index a folder, and to search what was indexed in a new process."""

    packages = ""

    def index(self, files: Sequence[Path], store: Path) -> tuple[int, list[str]]:
        """Index files; how many passages they are, and the names of those that were not read."""
        raise NotImplementedError

    def open(self, store: Path) -> Search:
        """What searches."""
        raise NotImplementedError


class Footnote(Peer):
    """This product."""

    def index(self, files: Sequence[Path], store: Path) -> tuple[int, list[str]]:
        """By `Assistant.add`."""
        from assistant import Assistant
        from index.models.embeddings import MiniLM
        from index.store.store import Store

        with Assistant(store) as assistant:
            done = assistant.add(list(files))
            ids = [one.id for one in assistant.documents()]
        opened = Store(store, MiniLM())
        with opened.snapshot() as snapshot:
            number = len(snapshot.chunk_ids(ids))
        opened.close()
        return number, [Path(one.path).name for one in done.failed]

    def open(self, store: Path) -> Search:
        """By `Assistant.search`."""
        from assistant import Assistant

        assistant = Assistant(store)
        return lambda question: [
            f"{one.title} {one.path} {one.text}" for one in assistant.search(question, k=DEEP)
        ]


class LlamaIndex(Peer):
    """Its starter: a reader of folders, sentence splitter, the simple vector store."""

    packages = "llama-index-readers-file"

    def _model(self) -> Any:  # noqa: ANN401 (a class made where its package is)
        from llama_index.core import Settings
        from llama_index.core.embeddings import BaseEmbedding

        from index.models.embeddings import MiniLM

        model = MiniLM()

        class Embedding(BaseEmbedding):
            def _get_query_embedding(self, query: str) -> list[float]:
                return model.embed_query(query).tolist()

            def _get_text_embedding(self, text: str) -> list[float]:
                return model.embed_passages([text])[0].tolist()

            def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
                return model.embed_passages(texts).tolist()

            async def _aget_query_embedding(self, query: str) -> list[float]:
                return self._get_query_embedding(query)

        Settings.embed_model = Embedding(embed_batch_size=64)
        return Settings

    def index(self, files: Sequence[Path], store: Path) -> tuple[int, list[str]]:
        """By `VectorStoreIndex.from_documents`."""
        from llama_index.core import SimpleDirectoryReader, VectorStoreIndex

        self._model()
        reader = SimpleDirectoryReader(input_files=[str(one) for one in files])
        documents = reader.load_data()
        index = VectorStoreIndex.from_documents(documents)
        index.storage_context.persist(str(store))
        read = {one.metadata.get("file_name") for one in documents if one.text.strip()}
        unread = [one.name for one in files if one.name not in read]
        return len(index.docstore.docs), unread

    def open(self, store: Path) -> Search:
        """By its retriever."""
        from llama_index.core import StorageContext, load_index_from_storage

        self._model()
        index = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(store)))
        retriever = index.as_retriever(similarity_top_k=DEEP)
        return lambda question: [
            f"{one.node.metadata.get('file_name')} {one.node.get_content()}"
            for one in retriever.retrieve(question)
        ]


class Haystack(Peer):
    """Its hybrid example: converters, splitter, BM25 and vectors joined by ranks."""

    packages = "haystack-ai pypdf markdown-it-py mdit_plain"

    def index(self, files: Sequence[Path], store: Path) -> tuple[int, list[str]]:
        """Into its in-memory store, kept as a file."""
        from haystack.components.converters import (
            MarkdownToDocument,
            PyPDFToDocument,
            TextFileToDocument,
        )
        from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        from index.models.embeddings import MiniLM

        ways = {".md": MarkdownToDocument(), ".pdf": PyPDFToDocument()}
        documents, unread = [], []
        for file in files:
            made = ways.get(file.suffix, TextFileToDocument()).run(sources=[file])["documents"]
            if not any(one.content and one.content.strip() for one in made):
                unread.append(file.name)
            documents += made
        cleaned = DocumentCleaner().run(documents=documents)["documents"]
        splitter = DocumentSplitter(split_by="word", split_length=200, split_overlap=20)
        splitter.warm_up()
        pieces = splitter.run(documents=cleaned)["documents"]
        rows = MiniLM().embed_passages([one.content or "" for one in pieces]).tolist()
        for one, row in zip(pieces, rows, strict=True):
            one.embedding = row
        kept = InMemoryDocumentStore()
        kept.write_documents(pieces)
        store.mkdir(parents=True)
        kept.save_to_disk(str(store / "store.json"))
        return len(pieces), unread

    def open(self, store: Path) -> Search:
        """By both retrievers, joined."""
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import (
            InMemoryBM25Retriever,
            InMemoryEmbeddingRetriever,
        )
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        from index.models.embeddings import MiniLM

        kept = InMemoryDocumentStore.load_from_disk(str(store / "store.json"))
        model, joiner = MiniLM(), DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=DEEP)
        words = InMemoryBM25Retriever(kept, top_k=2 * DEEP)
        dense = InMemoryEmbeddingRetriever(kept, top_k=2 * DEEP)

        def search(question: str) -> list[str]:
            found = [
                words.run(query=question)["documents"],
                dense.run(query_embedding=model.embed_query(question).tolist())["documents"],
            ]
            both = joiner.run(documents=found)["documents"]
            return [f"{Path(one.meta.get('file_path', '')).name} {one.content}" for one in both]

        return search


class Txtai(Peer):
    """Its embeddings database, hybrid, with vectors from outside; files as paragraphs."""

    packages = "txtai (needs torch)"

    def _made(self) -> Any:  # noqa: ANN401
        from txtai import Embeddings

        from index.models.embeddings import MiniLM

        model = MiniLM()

        def transform(texts: list[str]) -> Any:  # noqa: ANN401
            return model.embed_passages(texts)

        return Embeddings(method="external", transform=transform, hybrid=True, content=True)

    def index(self, files: Sequence[Path], store: Path) -> tuple[int, list[str]]:
        """Paragraphs of text files; others it reads with Java only."""
        made, unread, pieces = self._made(), [], []
        for file in files:
            try:
                text = file.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                unread.append(file.name)
                continue
            pieces += [f"{file.name} {one}" for one in re.split(r"\n\s*\n", text) if one.strip()]
        made.index(pieces)
        made.save(str(store))
        return len(pieces), unread

    def open(self, store: Path) -> Search:
        """By its search."""
        made = self._made()
        made.load(str(store))
        return lambda question: [one["text"] for one in made.search(question, DEEP)]


PEERS: dict[str, type[Peer]] = {
    "footnote": Footnote,
    "llama-index": LlamaIndex,
    "haystack": Haystack,
    "txtai": Txtai,
}


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path)
    options.add_argument("--with", dest="folders", nargs="*", default=[])
    options.add_argument("--only", nargs="*", default=["footnote", "llama-index"])
    options.add_argument("--json", type=Path)
    options.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.child:
        _child(*given.child)
        return
    folders = dict(one.split("=", 1) for one in given.folders)
    names = [*dict.fromkeys([*given.only, *folders])]
    per: dict[str, list[tuple[str, list[dict[str, Any]], Found]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as scratch:
        for n, (collection, files, questions) in enumerate(collections(given.data)):
            for name in names[n % len(names) :] + names[: n % len(names)]:
                found = _run(name, files, questions, Path(scratch), folders)
                per[name].append((collection, questions, found))
                print(
                    f"{collection}: {name} {found.indexing[1]:.1f} s", file=sys.stderr, flush=True
                )
    told = {name: _summed(found) for name, found in per.items()}
    for name, figures in told.items():
        _line(name, figures)
    if given.json:
        given.json.write_text(json.dumps(told, indent=1, ensure_ascii=False))


def collections(data: Path) -> Iterator[tuple[str, list[Path], list[dict[str, Any]]]]:
    """Each collection's name, files and questions that its documents answer."""
    cases: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (data / "realdocs/cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if not case.get("abstain") and not case.get("history"):
            cases[case["corpus"]].append(case)
    for corpus, questions in sorted(cases.items()):
        within = data / "realdocs/corpora" / corpus
        yield corpus, sorted(filter(Path.is_file, within.rglob("*"))), questions


def _run(
    name: str,
    files: Sequence[Path],
    questions: Sequence[dict[str, Any]],
    scratch: Path,
    folders: dict[str, str],
) -> Found:
    """One peer over one collection: indexed in a process, searched in two more."""
    asked, out = scratch / "asked.json", scratch / "out.json"
    store = Path(tempfile.mkdtemp(dir=scratch)) / "store"
    paths = [folders[name]] if name in folders else []
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([*paths, str(Path(__file__).parents[1])]),
        "FOOTNOTE_EMBEDDING": "minilm",
        "HF_HUB_OFFLINE": "1",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
    }

    def child(what: str, given: object) -> Any:  # noqa: ANN401
        asked.write_text(json.dumps(given, default=str), encoding="utf-8")
        command = [sys.executable, __file__, "--child", name, what, str(scratch)]
        began = time.perf_counter()
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
        told = json.loads(out.read_text(encoding="utf-8"))
        return {**told, "whole": time.perf_counter() - began}

    made = child("index", {"files": [str(one) for one in files], "store": str(store)})
    first = child("search", {"store": str(store), "questions": [questions[0]["q"]]})
    searched = child("search", {"store": str(store), "questions": [q["q"] for q in questions]})
    clock, processor = zip(*searched["seconds"], strict=True)
    return Found(
        passages=made["passages"],
        indexing=(made["seconds"], made["processor"]),
        bytes=sum(one.stat().st_size for one in store.parent.rglob("*") if one.is_file()),
        memory={"adding": made["memory"], "searching": searched["memory"]},
        latency=(statistics.median(clock), statistics.median(processor)),
        start=(first["whole"], first["processor"]),
        texts=searched["texts"],
        unread=made["unread"],
    )


def _child(name: str, what: str, scratch: str) -> None:
    given = json.loads((Path(scratch) / "asked.json").read_text(encoding="utf-8"))
    peer, store = PEERS[name](), Path(given["store"])
    told: dict[str, Any]
    if what == "index":
        began = time.perf_counter()
        passages, unread = peer.index([Path(one) for one in given["files"]], store)
        told = {"passages": passages, "unread": unread, "seconds": time.perf_counter() - began}
    else:
        search = peer.open(store)
        texts, seconds = [search(given["questions"][0])], []
        # The first is asked twice: what it finds for the first time is in `start`.
        for question in given["questions"]:
            wall, spent = time.perf_counter(), time.process_time()
            texts.append(search(question))
            seconds.append((time.perf_counter() - wall, time.process_time() - spent))
        told = {"texts": texts[1:], "seconds": seconds}
    # Of an index they include the processes that read files, which have ended by now.
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    told["processor"] = sum(one.ru_utime + one.ru_stime for one in used)
    told["memory"] = max(one.ru_maxrss for one in used) / 1e6
    (Path(scratch) / "out.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def _summed(per: Sequence[tuple[str, Sequence[dict[str, Any]], Found]]) -> dict[str, Any]:
    held = [
        (
            collection,
            _holds(" ".join(texts[:PASSAGES]), question["must"]),
            _holds(" ".join(" ".join(texts).split()[:WORDS]), question["must"]),
        )
        for collection, questions, found in per
        for question, texts in zip(questions, found.texts, strict=True)
    ]
    words = [len(text.split()) for _, _, found in per for texts in found.texts for text in texts]
    by = {name: [ten for one, ten, _ in held if one == name] for name, *_ in per}

    def middle(name: str) -> list[float]:
        clock, processor = zip(*(getattr(found, name) for *_, found in per), strict=True)
        return [statistics.median(clock), statistics.median(processor)]

    return {
        "ten": sum(ten for _, ten, _ in held),
        "words": sum(same for *_, same in held),
        "questions": len(held),
        "collections": {name: [sum(some), len(some)] for name, some in by.items()},
        "passages": sum(found.passages for *_, found in per),
        "words a passage": statistics.median(words),
        "indexing": [sum(found.indexing[n] for *_, found in per) for n in (0, 1)],
        "megabytes": sum(found.bytes for *_, found in per) / 1e6,
        "memory": {n: max(f.memory[n] for *_, f in per) for n in ("adding", "searching")},
        "latency": middle("latency"),
        "start": middle("start"),
        "unread": [name for *_, found in per for name in found.unread],
    }


def _holds(text: str, must: Sequence[str]) -> bool:
    flat = re.sub(r"\s+", " ", text)
    return all(re.search(one, flat, re.IGNORECASE) for one in must)


def _line(name: str, told: dict[str, Any]) -> None:
    (clock, processor), latency, start = told["indexing"], told["latency"], told["start"]
    print(
        f"{name:12} ten passages {told['ten']}/{told['questions']}, {WORDS:,} words "
        f"{told['words']}; {told['passages']:,} passages of {told['words a passage']:.0f} words; "
        f"indexed in {clock:.0f} s ({processor:.0f} of a processor), {told['megabytes']:.1f} MB, "
        f"{told['memory']['adding']:.2f} GB; search {1000 * latency[0]:.0f} ms "
        f"({1000 * latency[1]:.0f}), {told['memory']['searching']:.2f} GB; start {start[0]:.1f} s "
        f"({start[1]:.1f}); unread {len(told['unread'])} {sorted(told['collections'].items())}",
        flush=True,
    )


if __name__ == "__main__":
    main()
