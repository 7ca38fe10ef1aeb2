"""Fit the weights of passage order, sentence choice and evidence; report them out of fold.

    python benchmarks/reader_weights.py --data DIR

Passage and sentence weights maximise the likelihood of what holds the answer among all that was
read (a softmax over each question's passages or sentences), with an L2 penalty. The evidence
weights separate questions whose article is in the index from the same ones without it, by logistic
regression. Folds are five, by article. What is printed is rounded by hand into
`assistant/retrieval.py`, `assistant/sentence_scores.py` and `assistant/reader.py`.
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from quality import Rows, indexed, load

from assistant import Assistant
from assistant.questions import understood
from assistant.retrieval import READ, reread, retrieve
from assistant.sentence_scores import SentenceScorer
from assistant.sentence_vectors import SentenceVectors
from assistant.spans import SpanReader
from index.embeddings import MiniLM
from index.store import Store

PASSAGE = ["span", "answers", "cosine", "rank"]
SENTENCE = ["cosine", "coverage", "coverage before", "cosine before", "span", "passage answers"]
SENTENCE += ["passage cosine", "passage rank", "expected value"]
EVIDENCE = ["cosine", "coverage", "coverage before", "cosine before", "span", "passage answers"]
EVIDENCE += ["passage cosine"]
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
        self, text: str, gold: tuple[str, int, int], documents: Sequence[str] | None = None
    ) -> Read:
        """What the parts make of a question; `gold` is document, start and end of its answer."""
        question = understood(text)
        found = reread(
            self._reader, text, retrieve(self._store, self._model, text, READ, documents)
        )
        with self._store.snapshot() as snapshot:
            rarity = snapshot.rarity(question.terms)
        document, start, end = gold
        passages, right_passages, sentences, right_sentences = [], [], [], []
        for one in found:
            spans = one.spans
            passages.append([spans.best_score / UNIT, spans.answers / UNIT, one.cosine, one.rank])
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


def logistic(x: Features, y: np.ndarray, steps: int = 30) -> np.ndarray:
    """Weights and intercept of a logistic regression, by Newton's method with a ridge."""
    x = np.c_[x, np.ones(len(x))]
    weights = np.zeros(x.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-x @ weights))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + EVIDENCE_PENALTY * np.eye(len(weights))
        weights += np.linalg.solve(hessian, x.T @ (y - p) - EVIDENCE_PENALTY * weights)
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


def separated(there: Features, absent: Features, fold: Features) -> None:
    """Fit the evidence, and print what is refused while so many are answered."""
    yes, no = np.zeros(len(there)), np.zeros(len(absent))
    for k in range(FOLDS):
        inside, outside = fold != k, fold == k
        x = np.r_[there[inside], absent[inside]]
        line = logistic(x, np.r_[np.ones(inside.sum()), np.zeros(inside.sum())])
        yes[outside] = there[outside] @ line[:-1] + line[-1]
        no[outside] = absent[outside] @ line[:-1] + line[-1]
    line = logistic(np.r_[there, absent], np.r_[np.ones(len(there)), np.zeros(len(absent))])
    print("evidence weights, all rows, as log-odds:")
    for feature, value in zip([*EVIDENCE, "level"], line, strict=True):
        print(f"  {feature:18} {value:6.2f}")
    for answered in (0.94, 0.95, 0.96, 0.97):
        out = (no < np.quantile(yes, 1 - answered)).mean()
        bar = np.quantile(there @ line[:-1], 1 - answered)
        within = (absent @ line[:-1] < bar).mean()
        print(
            f"refused while {answered:.2f} are answered: out of fold {out:.4f}, "
            f"all rows {within:.4f}, from {bar + line[-1]:.2f}"
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
    data = Path(options.data) / "xquad"
    corpus, questions = load(data / "corpus.jsonl"), load(data / "queries.jsonl")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "paragraphs"
        folder.mkdir()
        with Assistant(Path(scratch) / "store") as assistant:
            ids = indexed(assistant, corpus, folder)
        store = Store(Path(scratch) / "store", MiniLM())
        there, absent, fold = gathered(store, ids, corpus, questions)
        store.close()
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
    separated(np.array([best(r) for r in there]), np.array([best(r) for r in absent]), fold)


if __name__ == "__main__":
    main()
