"""What each rule is worth: answers with all rules and with all but one, set by set.

    python benchmarks/rules.py --data DIR --cache DIR [--sets NAME…] [--most N] [--json FILE]

A question is asked once with every rule watched: what a rule gives is compared with what would
stand there without it. Only where that differs is the question asked again without the rule, so
that a row of the table costs as many answers as the rule has touched. Rules of verification are
no part of it.

Sets (see benchmarks/README.md for the data): `paragraphs`, `conversations`, `realdocs`,
`longform`, `tables`, `reports`, `made`. An answer is right where it shows the gold span, passage,
page or value, and a question without an answer where it is refused.
"""

import argparse
import json
import os
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

from development import paragraphs_indexed
from quality import load

from assistant import Answer, Assistant

Neutral = Callable[..., Any]


def first_argument(given: object, *_: object, **__: object) -> object:
    """What stands where a rule changes nothing of what it is given."""
    return given


def second_argument(_: object, given: object, *__: object, **___: object) -> object:
    """The same for a rule whose question comes first."""
    return given


def always(value: object) -> Neutral:
    """What stands where a rule finds nothing."""
    return lambda *_, **__: value


RULES: Mapping[str, Sequence[tuple[str, Neutral]]] = {
    "antecedent of a pronoun": [("asking.rewriting:resolve_pronoun", lambda text, _: (text, ""))],
    "pronoun asked back": [("asking.question:_unresolved_pronoun", always(""))],
    "vague question asked back": [("asking.question:_has_no_content", always(False))],
    "list as a question": [("asking.question:as_question", first_argument)],
    "all of a kind": [("asking.question:expects_all", always(False))],
    "several may answer": [("asking.question:expects_list", always(False))],
    "several questions in one": [
        ("asking.decomposition:split_question", lambda asked, *_: [asked])
    ],
    "names that no document holds": [("asking.clarification:unknown_names", always({}))],
    "documents named in the question": [("asking.document_filter:names_a_document", always(False))],
    "whose account": [("asking.question:_speaker", always(frozenset()))],
    "others' words left out": [("reading.reader:_spoken_by", second_argument)],
    "what is not so": [("reading.reader:_asks_what_is_not", always(False))],
    "contrary sentences left out": [("reading.reader:_not_contrary", second_argument)],
    "value of the expected kind": [("reading.sentence_ranking:has_value", always(False))],
    "accounts that differ": [("reading.contradiction:contradicting_sentences", always([]))],
    "each side": [("reading.reader:_accounts", always([]))],
    "items side by side": [("reading.answer_span:_all_listed", lambda _, __, span: [span])],
    "speaker put before": [("reading.reader:_unnamed_speaker", always(None))],
    "'on Thursday' resolved": [("language.dates:resolve_relative_dates", always([]))],
    "cells and computation": [("table_qa.computation:read_figures", always(None))],
    "computation": [("table_qa.arithmetic:operations", always([]))],
}
"""Rule → the functions of `assistant` that hold it, each with what stands there without it."""


@dataclass(frozen=True)
class Case:
    """A question, how its answer is judged, and what it is put to."""

    question: str
    right: Callable[[Answer], bool]
    history: tuple[tuple[str, str], ...] = ()
    documents: tuple[str, ...] | None = None
    answerable: bool = True


@dataclass
class Row:
    """A rule on a set: questions it touched, right with and without it."""

    touched: int = 0
    right: int = 0
    without: int = 0
    questions: list[str] = field(default_factory=list)


def places(rule: str) -> Iterator[tuple[Any, str, Any, Neutral]]:
    """Every name in the package that stands for a function of the rule, with its neutral."""
    for at, neutral in RULES[rule]:
        module, name = at.split(":")
        held = getattr(import_module(f"assistant.{module}"), name)
        for other in list(sys.modules.values()):
            if getattr(other, "__name__", "").startswith("assistant"):
                for alias, value in list(vars(other).items()):
                    if value is held:
                        yield other, alias, held, neutral


@contextmanager
def without(rule: str) -> Iterator[None]:
    """The program as it is without a rule."""
    with ExitStack() as stack:
        for module, alias, _, neutral in list(places(rule)):
            stack.enter_context(patch.object(module, alias, neutral))
        yield


@contextmanager
def watched(fired: set[str]) -> Iterator[None]:
    """The program as it is; the rules that change something are noted in `fired`."""

    def watching(rule: str, held: Neutral, neutral: Neutral) -> Neutral:
        def call(*given: object, **named: object) -> object:
            found = held(*given, **named)
            if found != neutral(*given, **named):
                fired.add(rule)
            return found

        return call

    with ExitStack() as stack:
        for rule in RULES:
            for module, alias, held, neutral in list(places(rule)):
                stack.enter_context(patch.object(module, alias, watching(rule, held, neutral)))
        yield


def ask(assistant: Assistant, case: Case) -> Answer:
    """The embedded engine's answer."""
    return assistant.query(
        case.question, history=case.history, documents=case.documents, engine="reader"
    )


def judged(answer: Answer, case: Case) -> bool:
    """Whether it is right, or rightly refused."""
    if not case.answerable:
        return answer.abstained
    return not answer.abstained and case.right(answer)


def flat(text: str) -> str:
    """White space as single spaces, lower case."""
    return " ".join(text.split()).casefold()


def shows(document: str | None, start: int, end: int) -> Callable[[Answer], bool]:
    """Whether a cited span touches the gold one."""
    return lambda answer: any(
        c.document_id == document and c.start < end and start < c.end for c in answer.citations
    )


def says(wanted: Sequence[str]) -> Callable[[Answer], bool]:
    """Whether some cited sentence has, or stands in, one of the texts."""

    def right(answer: Answer) -> bool:
        quotes = [flat(c.quote) for c in answer.citations]
        return any(flat(text) in q or q in flat(text) for text in wanted for q in quotes)

    return right


def files(folder: Path) -> list[Path]:
    """The files below a folder, named one by one: a folder passes over what it does not know."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


Asked = Iterator[tuple[Assistant, list[Case]]]


def paragraphs(data: Path, kept: Path) -> Asked:
    """XQuAD's paragraphs; every fifth question also without its article."""
    corpus = load(data / "xquad/corpus.jsonl")
    ids = paragraphs_indexed(kept, corpus)
    cases = []
    for number, row in enumerate(load(data / "xquad/queries.jsonl")):
        gold = row["gold"][0]
        cases.append(Case(row["question"], shows(ids[gold["doc"]], gold["start"], gold["end"])))
        if number % 5 == 0:
            others = tuple(ids[r["id"]] for r in corpus if r["article"] != row["article"])
            cases.append(Case(row["question"], lambda _: False, documents=others, answerable=False))
    with Assistant(kept) as assistant:
        yield assistant, cases


def conversations(data: Path, kept: Path) -> Asked:
    """MTRAG's last turns with their history."""
    ids = paragraphs_indexed(kept, load(data / "mtrag/corpus.jsonl"))
    cases = []
    for row in load(data / "mtrag/queries.jsonl"):
        gold = {ids[g if isinstance(g, str) else g["doc"]] for g in row["gold"]}
        answerable = row["answerability"] == "ANSWERABLE"
        if row["answerability"] == "UNANSWERABLE" or (answerable and gold):
            cases.append(
                Case(
                    row["question"],
                    lambda a, gold=gold: any(c.document_id in gold for c in a.citations),
                    tuple((turn["role"], turn["text"]) for turn in row["history"]),
                    answerable=answerable,
                )
            )
    with Assistant(kept) as assistant:
        yield assistant, cases


def realdocs(data: Path, kept: Path) -> Asked:
    """Real documents, a store for each corpus, answers judged by patterns."""
    by_corpus = defaultdict(list)
    for row in load(data / "realdocs/cases.jsonl"):
        by_corpus[row["corpus"]].append(row)
    for corpus, rows in by_corpus.items():
        cases = []
        for row in rows:

            def right(answer: Answer, row: dict[str, Any] = row) -> bool:
                text = " ".join(re.sub(r"\[\d+\]", "", answer.text).split())
                if row["kind"] == "which":
                    names = (f"{c.title} {Path(c.path or '').name}" for c in answer.citations)
                    text = " ".join([text, *names])
                found = all(re.search(must, text, re.IGNORECASE) for must in row["must"])
                barred = row.get("must_not", [])
                return found and not any(re.search(bar, text, re.IGNORECASE) for bar in barred)

            history = [
                turn
                for question, said in row.get("history", [])
                for turn in (("user", question), ("assistant", said))
            ]
            cases.append(
                Case(row["q"], right, tuple(history), answerable=not row.get("abstain", False))
            )
        with Assistant(kept / corpus) as assistant:
            assistant.add(files(data / "realdocs/corpora" / corpus))
            yield assistant, cases


def longform(data: Path, kept: Path) -> Asked:
    """Questions for several sentences, all passages in one store."""
    rows = load(data / "longform/clapnq.jsonl")
    corpus = [{"id": r["id"], "title": r["title"], "text": " ".join(r["sentences"])} for r in rows]
    ids = paragraphs_indexed(kept, corpus)
    cases = [
        Case(
            row["question"],
            says([sentence for answer in row["answers"] for sentence in answer["selected"]]),
            documents=None if row["answerable"] else (ids[row["id"]],),
            answerable=row["answerable"],
        )
        for row in rows
        if row["id"] in ids
    ]
    with Assistant(kept) as assistant:
        yield assistant, cases


def tables(data: Path, kept: Path) -> Asked:
    """TAT-QA: a table with its prose is one document, and searched alone."""
    rows = load(data / "tables/tatqa.jsonl")
    corpus = []
    for number, row in enumerate(rows):
        lines = ["| " + " | ".join(cells) + " |" for cells in row["table"]]
        rule = "|" + " --- |" * len(row["table"][0])
        text = "\n\n".join(["\n".join([lines[0], rule, *lines[1:]]), *row["paragraphs"]])
        corpus.append({"id": str(number), "title": f"Report {number}", "text": text})
    folder = kept / "files"
    folder.mkdir(parents=True, exist_ok=True)
    for row in corpus:
        (folder / f"{row['id']}.md").write_text(row["text"], encoding="utf-8")
    with Assistant(kept / "store") as assistant:
        assistant.add(folder)
        ids = {Path(d.path or "").stem: d.id for d in assistant.documents()}
        cases = []
        for number, row in enumerate(rows):
            for question in row["questions"]:
                wanted = question["answer"]
                texts = [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
                cases.append(
                    Case(
                        question["question"],
                        lambda a, texts=texts: all(
                            plain(text) in plain(re.sub(r"\[\d+\]", "", a.text)) for text in texts
                        ),
                        documents=(ids[str(number)],),
                    )
                )
        yield assistant, cases


def plain(text: str) -> str:
    """A value as it may stand in a sentence: no sign of currency, no commas, no brackets."""
    return re.sub(r"[,$£€%()\s]", "", text).casefold().replace("−", "-").strip(".")


def reports(data: Path, kept: Path) -> Asked:
    """Annual reports: FinanceBench's questions and our own, a hit is a cited page."""
    own = load(Path(__file__).parent / "questions" / "reports.jsonl")
    asked = [(row["question"], row["report"], row["pages"]) for row in own]
    asked += [
        (row["question"], row["doc"], [gold["page"] for gold in row["gold"]])
        for row in load(data / "financebench/queries.jsonl")
    ]
    with Assistant(kept) as assistant:
        assistant.add(data / "financebench/pdfs")
        cases = [
            Case(
                question,
                lambda a, report=report, pages=pages: any(
                    Path(c.path or "").stem == Path(report).stem
                    and any(c.page <= page <= (c.page_end or c.page) for page in pages)
                    for c in a.citations
                    if c.page is not None
                ),
            )
            for question, report, pages in asked
        ]
        yield assistant, cases


def made(data: Path, kept: Path) -> Asked:
    """Questions over documents of many kinds and languages; a store for each kind."""
    for file in sorted((data / "made").glob("*.jsonl")):
        cases = [
            Case(row["question"], says(row["blocks"]), answerable=row["kind"] != "unanswerable")
            for row in load(file)
        ]
        with Assistant(kept / file.stem) as assistant:
            assistant.add(files(data / "made/documents" / file.stem))
            yield assistant, cases


SETS = {
    "paragraphs": paragraphs,
    "conversations": conversations,
    "realdocs": realdocs,
    "longform": longform,
    "tables": tables,
    "reports": reports,
    "made": made,
}


def measured(name: str, data: Path, cache: Path, most: int) -> dict[str, Row]:
    """Each rule's row of one set; 'all rules' counts every question."""
    rows: dict[str, Row] = defaultdict(Row)
    for assistant, cases in SETS[name](data, cache / name):
        drawn = random.Random(0).sample(cases, min(most, len(cases)))
        for number, case in enumerate(drawn, start=1):
            fired: set[str] = set()
            with watched(fired):
                right = judged(ask(assistant, case), case)
            rows["all rules"].touched += 1
            rows["all rules"].right += right
            for rule in fired:
                row = rows[rule]
                with without(rule):
                    other = judged(ask(assistant, case), case)
                row.touched += 1
                row.right += right
                row.without += other
                if other != right:
                    row.questions.append(f"{'+' if right else '-'} {case.question}")
            print(f"\r{name}: {number} of {len(drawn)}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
    return rows


def table(found: Mapping[str, Mapping[str, Row]]) -> Iterator[str]:
    """The Markdown table: what each rule gains or costs of the questions that it touches."""
    yield "| rule | " + " | ".join(found) + " |"
    yield "|---|" + "---|" * len(found)
    whole = [
        f"{of['all rules'].right} of {of['all rules'].touched}" if "all rules" in of else "–"
        for of in found.values()
    ]
    yield "| all rules | " + " | ".join(whole) + " |"
    for rule in RULES:
        cells = []
        for of in found.values():
            row = of.get(rule)
            cells.append(f"{row.right - row.without:+d} of {row.touched}" if row else "·")
        yield f"| {rule} | " + " | ".join(cells) + " |"


def main() -> None:
    """Measure the sets, print the table, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    parser.add_argument("--cache", type=Path, required=True, help="keep the indexes there")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--most", type=int, default=500, help="questions of a store, at most")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data or FOOTNOTE_BENCH_DATA")
    found: dict[str, dict[str, Row]] = {}
    for name in options.sets:
        found[name] = measured(name, options.data, options.cache, options.most)
        if options.json:
            kept = {s: {r: asdict(row) for r, row in of.items()} for s, of in found.items()}
            options.json.write_text(json.dumps(kept, indent=1, ensure_ascii=False))
        print(f"{name}: measured", file=sys.stderr)
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
