"""Fit the weights of passage order, sentence choice and evidence; report them out of fold.

    python benchmarks/reader_weights.py --data DIR

Passage and sentence weights maximise the likelihood of what holds the answer among all that was
read (a softmax over each question's passages or sentences), with an L2 penalty. The evidence
weights separate what can be answered from what cannot, by logistic regression over two sets that
count alike: XQuAD's questions with their article in the index and without it, and the answerable
and unanswerable last turns of MTRAG's conversations. Folds are five, by article and conversation.
What is printed is rounded by hand into `assistant/retrieval.py`, `assistant/sentence_scores.py` and
`assistant/evidence.py`.
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from development import conversation_rows, paragraphs_indexed
from quality import Rows, indexed, load

from assistant import Assistant
from assistant.asking.question import parse_question
from assistant.asking.rewriting import History
from assistant.models.sentence_vectors import SentenceVectors
from assistant.models.span_reader import SpanReader
from assistant.reading.sentence_ranking import SentenceScorer
from assistant.retrieving.retrieval import READ_ON, HybridRetriever, reread
from index.models.embeddings import MiniLM
from index.store.store import Store

PASSAGE = ["span", "answers", "cosine", "bm25", "rank"]
SENTENCE = ["cosine", "coverage", "coverage before", "cosine before", "span", "passage answers"]
SENTENCE += ["passage cosine", "passage rank", "expected value"]
EVIDENCE = ["cosine", "cosine before", "span", "passage answers", "passage cosine"]
FOLDS = 5
PASSAGE_PENALTY, SENTENCE_PENALTY, EVIDENCE_PENALTY = 1e-4, 1e-3, 0.2
UNIT = 3.0
"""Scores of the trained reader are divided by it, to be of the size of the other features."""

Features = np.ndarray


@dataclass(frozen=True)
class Read:
    """One question over one set of documents: features, and which rows hold the answer."""

    passages: Features
    right_passages: np.ndarray
    sentences: Features
    right_sentences: np.ndarray


class Measuring:
    """The product's own parts, put to questions."""

    def __init__(self, store: Store) -> None:
        self._store, self._model, self._reader = store, MiniLM(), SpanReader()
        self._scorer = SentenceScorer(SentenceVectors(self._model))

    def read(
        self,
        text: str,
        gold: tuple[str, int, int] = ("", 0, 0),
        documents: Sequence[str] | None = None,
        history: History = (),
    ) -> Read:
        """What the parts make of a question; `gold` is document, start and end of its answer."""
        question = parse_question(text, history)
        near = HybridRetriever(self._model).retrieve(
            self._store, question.searches, READ_ON, documents
        )
        found = [one for one in reread(self._reader, text, near) if one.spans]
        with self._store.snapshot() as snapshot:
            rarity = snapshot.rarity(question.terms | question.earlier_terms)
        document, start, end = gold
        passages, right_passages, sentences, right_sentences = [], [], [], []
        for one in found:
            spans = one.spans
            passages.append(
                [
                    spans.best_score / UNIT,
                    spans.answers / UNIT,
                    one.cosine,
                    one.scores.bm25,
                    one.rank,
                ]
            )
            # As `quality.py` counts: the paragraph, of which each is a document.
            right_passages.append(one.chunk.document.id == document)
        for candidate in self._scorer.candidates(question, found, rarity):
            source = candidate.source
            sentences.append(
                [
                    candidate.cosine,
                    candidate.coverage,
                    candidate.covered_in_context,
                    candidate.in_context,
                    candidate.span_score / UNIT,
                    source.spans.answers / UNIT,
                    source.cosine,
                    source.rank,
                    float(candidate.expected),
                ]
            )
            here = source.chunk.document.id == document
            right_sentences.append(here and candidate.start <= start and end <= candidate.end)
        return Read(
            np.array(passages).reshape(-1, len(PASSAGE)),
            np.array(right_passages, float),
            np.array(sentences).reshape(-1, len(SENTENCE)),
            np.array(right_sentences, float),
        )


def listwise(x: Features, y: Features, there: Features, penalty: float) -> np.ndarray:
    """Weights of greatest softmax likelihood of the right rows, by Newton's method.

    `x` is questions × rows × features, padded; `y` says which rows are right, `there` which are.
    """
    usable = y.any(1)
    x, y, there = x[usable], y[usable], there[usable]
    weights = np.zeros(x.shape[2])
    for _ in range(15):
        scores = np.where(there, x @ weights, -np.inf)
        every = np.exp(scores - scores.max(1, keepdims=True))
        every /= every.sum(1, keepdims=True)
        right = every * y / (every * y).sum(1, keepdims=True)
        mean = np.einsum("qr,qrf->qf", every, x)
        gradient = np.einsum("qr,qrf->f", right - every, x) / len(x) - 2 * penalty * weights
        spread = np.einsum("qr,qrf,qrg->fg", every, x, x) - mean.T @ mean
        curve = spread / len(x) + 2 * penalty * np.eye(len(weights))
        weights += np.linalg.solve(curve, gradient)
    return weights


def logistic(x: Features, y: np.ndarray, each: np.ndarray, steps: int = 30) -> np.ndarray:
    """Weights and intercept of a logistic regression, by Newton's method with a ridge.

    `each` says how much a row counts.
    """
    x = np.c_[x, np.ones(len(x))]
    weights = np.zeros(x.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-x @ weights))
        hessian = (x * (each * p * (1 - p))[:, None]).T @ x
        hessian += EVIDENCE_PENALTY * np.eye(len(weights))
        weights += np.linalg.solve(hessian, x.T @ (each * (y - p)) - EVIDENCE_PENALTY * weights)
    return weights


def best(read: Read) -> np.ndarray:
    """The best of each evidence feature over the sentences."""
    columns = [SENTENCE.index(name) for name in EVIDENCE]
    x = read.sentences
    return x[:, columns].max(axis=0) if len(x) else np.zeros(len(EVIDENCE))


def padded(sets: list[tuple[Features, np.ndarray]]) -> tuple[Features, Features, Features]:
    """Rows of like number for every question: features, which are right, which are there."""
    most = max(len(y) for _, y in sets)
    x = np.zeros((len(sets), most, sets[0][0].shape[1]))
    right, there = np.zeros((len(sets), most)), np.zeros((len(sets), most), bool)
    for number, (rows, answers) in enumerate(sets):
        x[number, : len(rows)], right[number, : len(rows)] = rows, answers
        there[number, : len(rows)] = True
    return x, right, there


def firsts(x: Features, right: Features, there: Features, weights: np.ndarray) -> np.ndarray:
    """For each question whether the first row, and one of the first two, hold the answer."""
    order = np.argsort(-np.where(there, x @ weights, -np.inf), 1, kind="stable")
    hits = np.take_along_axis(right, order, 1)[:, :2] > 0
    return np.c_[hits[:, 0], hits.any(1)]


def ranked(
    name: str,
    names: list[str],
    sets: list[tuple[Features, np.ndarray]],
    fold: Features,
    penalty: float,
) -> None:
    """Fit, and print how often the first row and one of the first two hold the answer."""
    every = padded(sets)
    out = np.zeros((len(sets), 2))
    for k in range(FOLDS):
        weights = listwise(*(part[fold != k] for part in every), penalty)
        out[fold == k] = firsts(*(part[fold == k] for part in every), weights)
    weights = listwise(*every, penalty)
    print(f"{name} weights, all rows, as log-odds:")
    for feature, value in zip(names, weights, strict=True):
        print(f"  {feature:18} {value:6.2f}")
    within = firsts(*every, weights).mean(0)
    for count in (0, 1):
        print(f"first {count + 1}: out of fold {out[:, count].mean():.4f}, all {within[count]:.4f}")


@dataclass(frozen=True)
class Evidence:
    """Questions that can be answered and not, as rows of features, and each row's fold."""

    name: str
    rows: Features
    answerable: np.ndarray
    fold: np.ndarray

    @property
    def each(self) -> np.ndarray:
        """How much a row counts: both kinds alike, and every set as much as 500 questions."""
        share = np.where(self.answerable, self.answerable.mean(), (~self.answerable).mean())
        weight: np.ndarray = 250 / (share * len(share))
        return weight


def fitted(sets: Sequence[Evidence], without: int | None = None) -> np.ndarray:
    """Evidence weights and level of all sets, the rows of one fold left out."""
    kept = [one.fold != without for one in sets]

    def joined(parts: list[np.ndarray]) -> np.ndarray:
        return np.concatenate([part[k] for part, k in zip(parts, kept, strict=True)])

    answerable = joined([one.answerable for one in sets]).astype(float)
    return logistic(joined([one.rows for one in sets]), answerable, joined([o.each for o in sets]))


def separated(sets: Sequence[Evidence]) -> None:
    """Fit the evidence, and print what is refused while so many are answered."""
    line = fitted(sets)
    print("evidence weights, all rows, as log-odds:")
    for feature, value in zip([*EVIDENCE, "level"], line, strict=True):
        print(f"  {feature:18} {value:6.2f}")
    folds = [fitted(sets, without=k) for k in range(FOLDS)]
    for one in sets:
        out = np.array(
            [row @ folds[k][:-1] + folds[k][-1] for row, k in zip(one.rows, one.fold, strict=True)]
        )
        within = one.rows @ line[:-1] + line[-1]
        for answered in (0.90, 0.94, 0.95, 0.96, 0.97):
            refused = [
                (scores[~one.answerable] < np.quantile(scores[one.answerable], 1 - answered)).mean()
                for scores in (out, within)
            ]
            bar = np.quantile(within[one.answerable], 1 - answered)
            print(
                f"{one.name}: refused while {answered:.2f} are answered: out of fold "
                f"{refused[0]:.4f}, all rows {refused[1]:.4f}, from {bar:.2f}"
            )
        for bar in np.arange(-0.6, 1.0, 0.2):
            answered = (out[one.answerable] >= bar).mean()
            refused = (out[~one.answerable] < bar).mean()
            print(f"{one.name}: from {bar:.1f}: answered {answered:.4f}, refused {refused:.4f}")


def of_conversations(scratch: Path, data: Path) -> Evidence:
    """MTRAG's last turns with their history, all passages in one index."""
    ids = paragraphs_indexed(scratch / "conversations", load(data / "mtrag/corpus.jsonl"))
    store = Store(scratch / "conversations", MiniLM())
    measuring = Measuring(store)
    rows, features, opened = conversation_rows(data, ids), [], []
    for row in rows:
        history = [(turn.role, turn.text) for turn in row.history]
        features.append(best(measuring.read(row.question, history=history)))
        opened.append(history[0][1] if history else row.question)
    store.close()
    order = sorted(set(opened))
    return Evidence(
        "conversations",
        np.array(features),
        np.array([row.answerable for row in rows]),
        np.array([order.index(first) % FOLDS for first in opened]),
    )


def gathered(
    store: Store, ids: dict[str, str], corpus: Rows, questions: Rows
) -> tuple[list[Read], list[Read], np.ndarray]:
    """Every question with its article in the index and without; and its fold."""
    measuring = Measuring(store)
    articles = {row["id"]: row["article"] for row in corpus}
    order = sorted(set(articles.values()))
    fold = np.array([order.index(question["article"]) % FOLDS for question in questions])
    there, absent = [], []
    for question in questions:
        first = question["gold"][0]
        gold = (ids[first["doc"]], first["start"], first["end"])
        others = [ids[name] for name, a in articles.items() if a != question["article"]]
        there.append(measuring.read(question["question"], gold))
        absent.append(measuring.read(question["question"], gold, others))
    return there, absent, fold


def main() -> None:
    """Index the paragraphs and fit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data DIR or FOOTNOTE_BENCH_DATA")
    data = Path(options.data)
    corpus, questions = load(data / "xquad/corpus.jsonl"), load(data / "xquad/queries.jsonl")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "paragraphs"
        folder.mkdir()
        with Assistant(Path(scratch) / "store") as assistant:
            ids = indexed(assistant, corpus, folder)
        store = Store(Path(scratch) / "store", MiniLM())
        there, absent, fold = gathered(store, ids, corpus, questions)
        store.close()
        conversations = of_conversations(Path(scratch), data)
    ranked(
        "passage", PASSAGE, [(r.passages, r.right_passages) for r in there], fold, PASSAGE_PENALTY
    )
    ranked(
        "sentence",
        SENTENCE,
        [(r.sentences, r.right_sentences) for r in there],
        fold,
        SENTENCE_PENALTY,
    )
    paragraphs = Evidence(
        "paragraphs",
        np.array([best(r) for r in [*there, *absent]]),
        np.array([True] * len(there) + [False] * len(absent)),
        np.r_[fold, fold],
    )
    separated([paragraphs, conversations])


if __name__ == "__main__":
    main()
