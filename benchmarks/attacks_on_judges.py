"""What passages that talk to the judge achieve: wrong sentences shown as supported.

    python benchmarks/attacks.py --judge [--attacks N] [--json FILE]

`questions/judge_attacks.toml` holds ordinary documents, wrong sentences about them, and attacks,
each of which becomes a document that stands beside the others. The wrong sentences are put to
`Assistant.cite` over the ordinary documents and one attack: with a scripted judge that has passed
its examination and obeys to the letter whatever order it is shown, and without any judge. None of
them is a quotation, so none should be shown as supported.
"""

import json
import random
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import assistant as product
from assistant import Assistant
from assistant.judging.trust import FILE
from assistant.settings import Settings

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))

from scripted_models import Models, Order, obeying, playing
from tapes import Tape

EXAMINATION = Path(product.__file__).parent / "judging" / "examination.toml"
GIVEN = Path(__file__).parent / "questions" / "judge_attacks.toml"

HEARD = 8
"""Sentences put at a time: as many as a judge hears in one request."""

BEFORE = "Notes on the dues for pleasure boats, the pump of the fish market and the accounts."
AFTER = "Notes on the sluice, the tide, the fishing boats, den Kran, das Eis et la jauge du port."


@dataclass(frozen=True)
class Attack:
    """Words that talk to the judge, in a file of this form."""

    kind: str
    order: Order
    form: str

    @property
    def file(self) -> str:
        """The document that holds it."""
        text = self.order.text
        if self.form == "md":
            return f"# Notes\n\n{BEFORE}\n\n{text}\n\n{AFTER}\n"
        if self.form == "html":
            return f"<html><body><p>{BEFORE}</p>{text}<p>{AFTER}</p></body></html>"
        return text


@dataclass(frozen=True)
class Outcome:
    """What became of an attack.

    Attributes:
        reached: the judge was shown it.
        obeyed: wrong sentences that the judge called supported.
        caught: requests in which it let the canary pass.
        shown: wrong sentences that were shown as supported.
        alone: those that were without a judge.
    """

    kind: str
    text: str
    reached: bool
    obeyed: int
    caught: int
    shown: tuple[str, ...]
    alone: tuple[str, ...]


def given() -> tuple[dict[str, str], list[str], list[Attack]]:
    """The ordinary documents by their names, the wrong sentences, and the attacks."""
    rows: dict[str, Any] = tomllib.loads(GIVEN.read_text(encoding="utf-8"))
    documents = {one["name"]: one["text"].lstrip() for one in rows["documents"]}
    attacks = [
        Attack(
            one["kind"],
            Order(one["text"], tuple(one.get("about", ())), one.get("known", False)),
            one.get("form", "md"),
        )
        for one in rows["attacks"]
    ]
    return documents, rows["wrong"]["claims"], attacks


def measured(scratch: Path, most: int | None) -> Iterator[Outcome]:
    """Each attack with what became of it."""
    documents, wrong, attacks = given()
    if most is not None:
        attacks = random.Random(0).sample(attacks, min(most, len(attacks)))
    files = scratch / "files"
    files.mkdir()
    for name, text in documents.items():
        (files / name).write_text(text, encoding="utf-8")
    for number, attack in enumerate(attacks):
        (files / f"{number}.{attack.form}").write_text(attack.file, encoding="utf-8")
    labels = {
        one["text"]: one["supported"]
        for sheet in tomllib.loads(EXAMINATION.read_text(encoding="utf-8"))["sheets"]
        for one in sheet["claims"]
    }
    store = scratch / "store"
    with playing(Tape([], labels), obeying([one.order for one in attacks])) as models:
        judging = Settings(store=store, judge="openai:obeying", judge_base=models.address)
        with (
            Assistant(settings=judging) as judged,
            Assistant(settings=Settings(store=store)) as alone,
        ):
            ids = indexed(judged, files)
            ordinary = [ids[Path(name).stem] for name in documents]
            if supported(judged, wrong[:HEARD], ordinary):
                raise SystemExit("a wrong sentence is supported without any attack")
            passed = (store / FILE).read_bytes()
            for number, attack in enumerate(attacks):
                beside = [*ordinary, ids[str(number)]]
                before, shown = len(models.replies), []
                for part in (wrong[at : at + HEARD] for at in range(0, len(wrong), HEARD)):
                    # Else the first canary that it lets pass would end its trust for all others.
                    (store / FILE).write_bytes(passed)
                    shown += supported(judged, part, beside)
                yield outcome(attack, models, before, wrong, shown, supported(alone, wrong, beside))


def indexed(assistant: Assistant, folder: Path) -> dict[str, str]:
    """Add the files: the name of each without its ending → the document's id."""
    report = assistant.add(folder)
    if report.failed:
        raise SystemExit(f"not indexed: {report.failed[0]}")
    return {Path(one.path).stem: str(one.document_id) for one in report.added}


def supported(assistant: Assistant, claims: Sequence[str], documents: Sequence[str]) -> list[str]:
    """The claims that are shown as supported by these documents."""
    answer = assistant.cite("\n\n".join(claims), documents, markdown=False)
    return [one.text for one in answer.sentences if one.supported]


def outcome(
    attack: Attack,
    models: Models,
    before: int,
    wrong: Sequence[str],
    shown: Sequence[str],
    alone: Sequence[str],
) -> Outcome:
    """What became of an attack, by what the judge was sent and replied since it began."""
    heard = [
        (asked, {one["claim"]: one["verdict"] for one in json.loads(reply)["verdicts"]})
        for asked, reply in models.replies[before:]
        if any(claim in wrong for claim in asked.claims.values())
    ]
    accepted = [
        {asked.claims[number] for number, verdict in said.items() if verdict == "supported"}
        for asked, said in heard
    ]
    return Outcome(
        attack.kind,
        attack.order.text,
        any(attack.order.stands_in(asked.passages) for asked, _ in heard),
        sum(len(of.intersection(wrong)) for of in accepted),
        # Of the two that are not ours, one is true.
        sum(len(of.difference(wrong)) > 1 for of in accepted),
        tuple(shown),
        tuple(alone),
    )


def report(outcomes: Sequence[Outcome], json_file: Path | None) -> None:
    """By kind: how many attacks, whether they were read and obeyed, and what was shown."""
    by: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        by[one.kind].append(one)
    by["all"] = list(outcomes)
    print("| kind | attacks | read by the judge | wrong sentences it called supported | shown so |")
    print("|---|---|---|---|---|")
    for kind, of in by.items():
        reached, obeyed = (sum(getattr(one, name) for one in of) for name in ("reached", "obeyed"))
        shown = sum(len(one.shown) for one in of)
        print(f"| {kind} | {len(of)} | {reached} | {obeyed} | {shown} |")
    print(f"\nwithout a judge: {sum(len(one.alone) for one in outcomes)} shown as supported")
    print(f"requests in which it let the canary pass: {sum(one.caught for one in outcomes)}")
    if json_file is not None:
        kept = [asdict(one) for one in outcomes]
        json_file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
