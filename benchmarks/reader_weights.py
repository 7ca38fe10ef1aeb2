"""Fit the reader's sentence weights and its evidence threshold; report them out of fold.

    python benchmarks/reader_weights.py --data DIR

The weights maximise the likelihood of the sentence that holds the answer among all sentences of
the passages read (a softmax over each question's sentences), with an L2 penalty. The evidence
weights separate questions whose article is in the index from the same ones without it, by logistic
regression. Folds are five, by article. What is printed is rounded by hand into
`assistant/sentence_scores.py` and `assistant/reader.py`.
"""

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
from quality import Rows, indexed, load

from assistant import Assistant
from assistant.questions import understood
from assistant.retrieval import RANK_CONSTANT, retrieve
from assistant.sentence_scores import PASSAGES, SentenceScorer
from assistant.sentence_vectors import SentenceVectors
from assistant.values import holds
from index.embeddings import MiniLM
from index.store import Store

SENTENCE = ["cosine", "coverage", "coverage before", "cosine before", "passage cosine"]
SENTENCE += ["passage rank", "expected value"]
EVIDENCE = [0, 1, 2, 3, 4]
FOLDS = 5
PENALTY = 0.02
Features = np.ndarray


def features(
    store: Store, model: MiniLM, scorer: SentenceScorer, text: str, documents: list[str] | None
) -> tuple[Features, list[tuple[str, int, int]]]:
    """One row a sentence of the passages read, and the places of these sentences."""
    question = understood(text)
    found = retrieve(store, model, text, PASSAGES, documents)
    with store.snapshot() as snapshot:
        rarity = snapshot.rarity(question.terms)
    rows, places = [], []
    for candidate in scorer.candidates(question, found, rarity):
        rows.append(
            [
                candidate.cosine,
                candidate.coverage,
                candidate.covered_in_context,
                candidate.in_context,
                candidate.source.cosine,
                candidate.source.fused * (1 + RANK_CONSTANT) / 2,
                float(any(holds(kind, candidate.text, text) for kind in question.expected)),
            ]
        )
        document = candidate.source.chunk.document.id
        places.append((document, candidate.start, candidate.end))
    return np.array(rows).reshape(len(rows), len(SENTENCE)), places


def listwise(sets: list[tuple[Features, np.ndarray]], steps: int = 400) -> np.ndarray:
    """Weights by gradient ascent on the softmax likelihood of the right sentences."""
    weights = np.zeros(len(SENTENCE))
    usable = [(x, y) for x, y in sets if y.any()]
    for _ in range(steps):
        gradient = -2 * PENALTY * weights
        for x, y in usable:
            scores = 5 * (x @ weights)
            every = np.exp(scores - scores.max())
            right = every * y
            gradient += 5 * (right / right.sum() - every / every.sum()) @ x / len(usable)
        weights += 0.05 * gradient
    return weights


def logistic(x: Features, y: np.ndarray, steps: int = 30) -> np.ndarray:
    """Weights and intercept of a logistic regression, by Newton's method with a small ridge."""
    x = np.c_[x, np.ones(len(x))]
    weights = np.zeros(x.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-x @ weights))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + 0.5 * np.eye(len(weights))
        weights += np.linalg.solve(hessian, x.T @ (y - p) - 0.5 * weights)
    return weights


def best(x: Features) -> np.ndarray:
    """The best of each evidence feature over the sentences."""
    return x[:, EVIDENCE].max(axis=0) if len(x) else np.zeros(len(EVIDENCE))


def top(x: Features, y: np.ndarray, weights: np.ndarray, count: int) -> bool:
    """Whether one of the highest scored sentences holds the answer."""
    return bool(y[np.argsort(-(x @ weights), kind="stable")[:count]].any())


def measure(store: Store, ids: dict[str, str], corpus: Rows, questions: Rows) -> None:
    """Gather features, fit within and across folds, print."""
    model = MiniLM()
    scorer = SentenceScorer(SentenceVectors(model))
    articles = {row["id"]: row["article"] for row in corpus}
    order = sorted(set(articles.values()))
    fold = np.array([order.index(q["article"]) % FOLDS for q in questions])
    there, absent = [], []
    for question in questions:
        x, places = features(store, model, scorer, question["question"], None)
        gold = question["gold"][0]
        right = [
            document == ids[gold["doc"]] and start <= gold["start"] and gold["end"] <= end
            for document, start, end in places
        ]
        there.append((x, np.array(right, float)))
        others = [ids[name] for name, a in articles.items() if a != question["article"]]
        absent.append(features(store, model, scorer, question["question"], others)[0])
    found = np.array([best(x) for x, _ in there])
    missing = np.array([best(x) for x in absent])
    hits = np.zeros((len(questions), 2))
    yes, no = np.zeros(len(questions)), np.zeros(len(questions))
    for k in range(FOLDS):
        inside, outside = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        weights = listwise([there[i] for i in inside])
        for i in outside:
            hits[i] = [top(*there[i], weights, 1), top(*there[i], weights, 2)]
        x = np.r_[found[inside], missing[inside]]
        line = logistic(x, np.r_[np.ones(len(inside)), np.zeros(len(inside))])
        yes[outside] = found[outside] @ line[:-1] + line[-1]
        no[outside] = missing[outside] @ line[:-1] + line[-1]
    weights = listwise(there)
    print("sentence weights, all rows:")
    for name, value in zip(SENTENCE, weights / weights[0], strict=True):
        print(f"  {name:18} {value:6.2f}")
    seen = np.array([[top(x, y, weights, 1), top(x, y, weights, 2)] for x, y in there])
    for count, name in enumerate(("best sentence", "two sentences")):
        out, within = hits[:, count].mean(), seen[:, count].mean()
        print(f"{name}: out of fold {out:.4f}, all rows {within:.4f}")
    both = np.r_[np.ones(len(found)), np.zeros(len(found))]
    line = logistic(np.r_[found, missing], both)
    print("evidence weights, all rows:", (line / line[0]).round(2).tolist())
    print(f"slope of the confidence: {line[0]:.2f}")
    for answered in (0.94, 0.95, 0.96, 0.97):
        out = (no < np.quantile(yes, 1 - answered)).mean()
        bar = np.quantile(found @ line[:-1], 1 - answered)
        within = (missing @ line[:-1] < bar).mean()
        print(
            f"refused while {answered:.2f} are answered: "
            f"out of fold {out:.4f}, all rows {within:.4f}"
        )


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
        measure(store, ids, corpus, questions)
        store.close()


if __name__ == "__main__":
    main()
