"""Fit what orders passages, blocks and sentences, and the evidence; each set judged by the others.

    python benchmarks/reader_weights.py --data DIR --cache FOLDER [--share .5]

Three sets: XQuAD's questions with their article in the index and without it, MTRAG's last turns,
and one document of eight of `made`. Weights of passages and
blocks maximise the likelihood of what answers among all that was read (a softmax over each
question's rows, with an L2 penalty); those of evidence separate what can be answered from what
cannot, by logistic regression. Every set counts alike. Beside each figure stands the one with
weights of the other sets only. Stores and features are kept in FOLDER. What is printed is rounded
by hand into `assistant/retrieving/retrieval.py` and `assistant/reading/`.
"""

import argparse
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from development import conversation_rows
from quality import load

from assistant import Assistant
from assistant.asking.question import parse_question
from assistant.asking.rewriting import History
from assistant.models.span_reader import FLOOR, SpanReader
from assistant.reading.block_ranking import BlockScorer
from assistant.reading.sentence_ranking import SentenceScorer
from assistant.retrieving.retrieval import READ_ON, HybridRetriever, reread, with_whole
from assistant.settings import Settings
from index.document import Document, normalised
from index.ingesting.ingest import Ingest
from index.models.embeddings import E5, MiniLM
from index.store.store import Store

PASSAGE = ["span", "answers", "cosine", "bm25", "rank"]
BLOCK = ["likeness", "rank", "passage", "bm25", "answers", "span", "sentence", "coverage"]
EVIDENCE = ["block", "passage", "answers", "span", "sentence", "in context", "coverage"]
PENALTY, EVIDENCE_PENALTY = 1e-3, 0.2

Rows = tuple[np.ndarray, np.ndarray]


@dataclass
class Read:
    """One question over one set of documents: features by kind, and which rows answer."""

    answerable: bool
    passages: Rows
    blocks: Rows
    evidence: np.ndarray


@dataclass
class Asked:
    """A question, where its answer stands (document, start, end), and where to search."""

    text: str
    gold: tuple[tuple[str, int, int], ...] = ()
    documents: tuple[str, ...] | None = None
    history: History = ()
    answerable: bool = True
    whole: bool = field(default=False)
    """Whether an answer must be held whole, or a good part of it is enough."""


class Measuring:
    """The product's own parts, put to questions."""

    def __init__(self, store: Store) -> None:
        from assistant.models.sentence_vectors import SentenceVectors

        self._store, self._retriever, self._reader = store, HybridRetriever(E5()), SpanReader()
        self._scorer = SentenceScorer(SentenceVectors(MiniLM()))
        self._blocks = BlockScorer(E5())

    def read(self, asked: Asked) -> Read:
        """What the parts make of a question."""
        question = parse_question(asked.text, asked.history)
        documents = list(asked.documents) if asked.documents is not None else None
        near = self._retriever.retrieve(self._store, question.searches, READ_ON, documents)
        found = with_whole(self._store, reread(self._reader, question.asking, near)[:10])
        with self._store.snapshot() as snapshot:
            rarity = snapshot.rarity(question.terms | question.earlier_terms)

        def right(document: str, start: int, end: int) -> float:
            return float(
                any(
                    document == name
                    and (start <= a and b <= end if asked.whole else overlap((start, end), (a, b)))
                    for name, a, b in asked.gold
                )
            )

        candidates = self._scorer.candidates(question, found, rarity)
        blocks = self._blocks.ranked(question.standalone, found, candidates)
        passages, rows = [], []
        for one in found:
            span = one.spans.best_score if one.spans else FLOOR
            passages.append([span, one.answers, one.cosine, one.scores.bm25, one.rank])
        for block in blocks:
            inside = [c for c in candidates if block.holds(c)]
            rows.append(
                [
                    block.likeness,
                    block.source.rank,
                    block.source.cosine,
                    block.source.scores.bm25,
                    block.source.answers,
                    max((c.span_score for c in inside), default=FLOOR),
                    max((c.score for c in inside), default=-6.0),
                    max((c.coverage for c in inside), default=0.0),
                ]
            )
        evidence = [
            max((b.likeness for b in blocks), default=0.0),
            max((o.cosine for o in found), default=0.0),
            max((o.answers for o in found), default=FLOOR),
            max((c.span_score for c in candidates), default=FLOOR),
            max((c.cosine for c in candidates), default=0.0),
            max((c.in_context for c in candidates), default=0.0),
            max((c.covered_in_context for c in candidates), default=0.0),
        ]
        return Read(
            asked.answerable,
            _rows(passages, [right(_id(o), o.chunk.start, o.chunk.end) for o in found], PASSAGE),
            _rows(rows, [right(_id(b.source), b.start, b.end) for b in blocks], BLOCK),
            np.array(evidence),
        )


def _id(one: object) -> str:
    return one.chunk.document.id  # type: ignore[attr-defined, no-any-return]


def _rows(rows: list[list[float]], right: list[float], names: list[str]) -> Rows:
    return np.array(rows, float).reshape(-1, len(names)), np.array(right)


def xquad(data: Path, store: Path, share: float) -> Iterator[Asked]:
    """Each question with its article there and without it."""
    corpus, questions = load(data / "xquad/corpus.jsonl"), load(data / "xquad/queries.jsonl")
    ids = added(store, [(row["id"], "", row["text"]) for row in corpus])
    articles = {row["id"]: row["article"] for row in corpus}
    for question in questions[:: max(round(1 / share), 1)]:
        gold = tuple((ids[one["doc"]], one["start"], one["end"]) for one in question["gold"])
        others = tuple(ids[n] for n, a in articles.items() if a != question["article"])
        yield Asked(question["question"], gold, whole=True)
        yield Asked(question["question"], documents=others, answerable=False)


def mtrag(data: Path, store: Path, _: float) -> Iterator[Asked]:
    """Last turns with what was said before; a right passage is given, and no place in it."""
    corpus = load(data / "mtrag/corpus.jsonl")
    ids = added(store, [(row["id"], row.get("title") or "", row["text"]) for row in corpus])
    for row in conversation_rows(data, ids):
        history = [(turn.role, turn.text) for turn in row.history]
        gold = tuple((str(one.document), 0, 10**9) for one in row.passages)
        yield Asked(row.question, gold, history=history, answerable=row.answerable)


def made(data: Path, store: Path, _: float) -> Iterator[Asked]:
    """Questions to documents of `made`, of all its folders, that are searched together."""
    with Assistant(settings=Settings(store=store)) as assistant:
        if not assistant.documents():
            chosen = sorted((data / "made/documents").glob("*/*"))[::8]
            assistant.add([file for file in chosen if file.name != "SOURCES.md"])
        ids = {"/".join(Path(o.path or "").parts[-2:]): o.id for o in assistant.documents()}
    opened = Store(store, E5())
    for file in sorted((data / "made").glob("*.jsonl")):
        for row in load(file):
            if row["document"] in ids:
                document = opened.document(ids[row["document"]])
                spans = placed(row["blocks"], document.text)
                if spans is not None:
                    gold = tuple((ids[row["document"]], a, b) for a, b in spans)
                    yield Asked(row["question"], gold, answerable=bool(gold))
    opened.close()


def placed(blocks: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """Where blocks stand in what was read of their file; None where one does not.

    Marks and spaces may differ: the blocks are cut from the file.
    """
    places = [n for n, character in enumerate(text) if character.isalnum()]
    letters = "".join(map(text.__getitem__, places))
    found = []
    for block in blocks:
        wanted = "".join(filter(str.isalnum, block))
        at = letters.find(wanted)
        if not wanted or at < 0:
            return None
        found.append((places[at], places[at + len(wanted) - 1] + 1))
    return found


def overlap(held: tuple[int, int], block: tuple[int, int]) -> bool:
    """Whether a span holds a good part of a block."""
    common = min(held[1], block[1]) - max(held[0], block[0])
    return common >= min(40, block[1] - block[0])


def added(store: Path, rows: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """Index texts by name, unless they are: name → document's id."""
    opened = Store(store, E5(), create=True)
    documents = (
        (name, Document(normalised(text), title or " ".join(text.split()[:6]), "text/plain"))
        for name, title, text in rows
        if text.strip()
    )
    done = Ingest(opened, E5(), MiniLM()).add_documents(documents)
    opened.close()
    return {file.path: str(file.document_id) for file in done.added + done.unchanged}


SETS = {"xquad": xquad, "mtrag": mtrag, "made": made}


def listwise(sets: Sequence[list[Rows]], penalty: float) -> np.ndarray:
    """Weights of greatest softmax likelihood of the right rows, by Newton's method."""
    every, each = [], []
    for one in sets:
        usable = [(x, y) for x, y in one if len(y) and y.sum() > 0]
        every += usable
        each += [1 / len(usable)] * len(usable)
    weights = np.zeros(every[0][0].shape[1])
    for _ in range(25):
        gradient, curve = -2 * penalty * weights, 2 * penalty * np.eye(len(weights))
        for (x, y), much in zip(every, each, strict=True):
            scores = np.exp(x @ weights - (x @ weights).max())
            p = scores / scores.sum()
            right = p * y / (p * y).sum()
            mean = p @ x
            gradient = gradient + much / len(sets) * ((right - p) @ x)
            curve = curve + much / len(sets) * (
                (x * p[:, None]).T @ x
                - np.outer(mean, mean)
                - 0.9 * ((x * right[:, None]).T @ x - np.outer(right @ x, right @ x))
            )
        step = np.linalg.solve(curve, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-4:
            break
    return weights


def firsts(rows: list[Rows], weights: np.ndarray, k: int) -> float:
    """How often one of the first `k` rows answers, of the questions of which a row does."""
    hits = [
        bool(y[np.argsort(-(x @ weights), kind="stable")[:k]].any()) for x, y in rows if y.any()
    ]
    return float(np.mean(hits))


def logistic(sets: Sequence[list[Read]]) -> np.ndarray:
    """Weights and level that separate the answerable, both kinds alike and every set alike."""
    rows, y, each = [], [], []
    for one in sets:
        can = np.array([read.answerable for read in one])
        for read in one:
            rows.append([*read.evidence, 1.0])
            y.append(float(read.answerable))
            each.append(250 / (can if read.answerable else ~can).sum())
    x, target, much = np.array(rows), np.array(y), np.array(each)
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ weights))
        hessian = (x * (much * p * (1 - p))[:, None]).T @ x + EVIDENCE_PENALTY * np.eye(x.shape[1])
        weights += np.linalg.solve(
            hessian, x.T @ (much * (target - p)) - EVIDENCE_PENALTY * weights
        )
    return weights


def auc(reads: list[Read], weights: np.ndarray) -> tuple[float, float, float]:
    """AUC of the evidence; what is refused while .95 are answered; and with level 0 answered."""
    scores = np.array([read.evidence @ weights[:-1] + weights[-1] for read in reads])
    can = np.array([read.answerable for read in reads])
    above = (scores[can][:, None] > scores[~can][None, :]).mean()
    refused = (scores[~can] < np.quantile(scores[can], 0.05)).mean()
    return float(above), float(refused), float((scores[can] > 0).mean())


def main() -> None:
    """Gather features, fit, and print weights with figures within and from other sets."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--cache", type=Path, required=True)
    options.add_argument("--share", type=float, default=1.0)
    options.add_argument("--stores", action="store_true", help="make the stores, and no more")
    given = options.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    read: dict[str, list[Read]] = {}
    for name, questions in SETS.items():
        file = given.cache / f"{name}.pickle"
        asked = list(questions(given.data, given.cache / name, given.share))
        print(f"{name}: {len(asked)} questions", flush=True)
        if given.stores:
            continue
        if not file.exists():
            store = Store(given.cache / name, E5())
            measuring = Measuring(store)
            file.write_bytes(pickle.dumps([measuring.read(one) for one in asked]))
            store.close()
        read[name] = pickle.loads(file.read_bytes())
    if given.stores:
        return
    blocks = np.zeros(len(BLOCK))
    for kind, names in (("passages", PASSAGE), ("blocks", BLOCK)):
        rows = {n: [getattr(r, kind) for r in some if r.answerable] for n, some in read.items()}
        if kind != "passages":
            # It gives no place within a passage.
            del rows["mtrag"]
        weights = listwise(list(rows.values()), PENALTY)
        blocks = weights if kind == "blocks" else blocks
        print(kind, *(f"{n} {w:.2f}" for n, w in zip(names, weights, strict=True)))
        for name, own in rows.items():
            others = listwise([r for n, r in rows.items() if n != name], PENALTY)
            told = [f"{firsts(own, w, k):.3f}" for w in (weights, others) for k in (1, 2)]
            print(f"  {name:8} first, two: {told[0]} {told[1]}; by the others {told[2]} {told[3]}")
            for at, feature in enumerate(names):
                less = [(np.delete(x, at, 1), y) for x, y in own]
                fewer = listwise(
                    [[(np.delete(x, at, 1), y) for x, y in r] for r in rows.values()], PENALTY
                )
                print(f"    without {feature:16} {firsts(less, fewer, 1):.3f}")
    weights = logistic(list(read.values()))
    print("evidence", *(f"{n} {w:.2f}" for n, w in zip([*EVIDENCE, "level"], weights, strict=True)))
    for name, own in read.items():
        others = logistic([some for n, some in read.items() if n != name])
        for which, some in (("all", weights), ("by the others", others)):
            told = auc(own, some)
            figures = f"AUC {told[0]:.3f}, refused at .95 {told[1]:.3f}, {told[2]:.3f}"
            print(f"  {name:8} {which:14} {figures}")
    reliable(read, weights, blocks)


def reliable(read: dict[str, list[Read]], evidence: np.ndarray, blocks: np.ndarray) -> None:
    """Evidence → chance that one of the first two blocks answers, by the other sets (Platt)."""
    pairs = {}
    for name, some in read.items():
        found = np.array([one.evidence @ evidence[:-1] + evidence[-1] for one in some])
        shown = [one.blocks[1][np.argsort(-(one.blocks[0] @ blocks))[:2]].any() for one in some]
        pairs[name] = (found, np.array(shown) & np.array([one.answerable for one in some]))
    for name in ("all", *pairs):
        x, y = (
            np.concatenate([pairs[other][at] for other in pairs if other not in (name, "mtrag")])
            for at in (0, 1)
        )
        slope, shift = _platt(x, y.astype(float))
        print(f"confidence without {name}: slope {slope:.2f}, shift {shift:.2f}")
        if name in pairs:
            told = 1 / (1 + np.exp(-(slope * pairs[name][0] + shift)))
            for low, high in (
                (0, 0.3),
                (0.3, 0.5),
                (0.5, 0.7),
                (0.7, 0.85),
                (0.85, 0.92),
                (0.92, 1),
            ):
                here = (told >= low) & (told < high)
                if here.any():
                    right = pairs[name][1][here].mean()
                    print(f"    told {low:.2f} to {high:.2f}: {right:.2f} of {here.sum()}")


def _platt(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    weights, rows = np.zeros(2), np.c_[x, np.ones(len(x))]
    for _ in range(30):
        p = 1 / (1 + np.exp(-rows @ weights))
        curve = (rows * (p * (1 - p))[:, None]).T @ rows + 1e-3 * np.eye(2)
        weights += np.linalg.solve(curve, rows.T @ (y - p))
    return float(weights[0]), float(weights[1])


if __name__ == "__main__":
    main()
