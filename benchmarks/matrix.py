"""A matrix of a hundred contracts and ten questions: how long it takes, and how often it is right.

    python benchmarks/matrix.py [--contracts N] [--keep FOLDER] [--show]

The contracts are written here: each fact is put in one of several ways, is missing from some, and
stands differently in two places of others. Nothing of the program was made on them. `right` are
cells with the value that was written, 'not found' where it was left out and 'differs' where two
values stand; `wrong` are values that are shown and were not written, `refused` are values that were
written and are not shown.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant import Assistant
from assistant.matrix.matrix import Cell

QUESTIONS = """\
Effective (date): When does this agreement take effect?
Parties (text): Who is the supplier?
Fee (amount): What is the annual fee?
Law (text): Which law governs this agreement?
Notice (text): How much notice is needed to terminate this agreement?
Liability cap (amount): What is the limit of the supplier's liability?
Renews (yes/no): Does the agreement renew automatically?
Interest (text): What interest is due on late payments?
Invoices (choice: monthly | quarterly | yearly): How often are invoices issued?
Confidential (text): How long do the duties of confidentiality last?
"""

_SUPPLIERS = (
    "Harrow Instruments", "Bellmark Logistics", "Quay Street Software", "Northway Catering",
    "Oakhurst Cleaning", "Pellworth Energy", "Linden & Marsh", "Tidewater Analytics",
    "Castellan Security", "Greyfriars Printing",
)  # fmt: skip
_CUSTOMERS = ("Ardmore Council", "Wexley Hospital", "Stanmore College", "Corran Ferries")
_LAWS = ("England and Wales", "Scotland", "Ireland", "New York", "Delaware", "Ontario")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_FILLER = (
    "Each party shall perform its obligations with reasonable skill and care.",
    "Headings are for convenience only and do not affect how a clause is read.",
    "A reference to a statute is a reference to it as amended from time to time.",
    "No variation is effective unless it is in writing and signed by both parties.",
    "The supplier shall keep records of the work that it has done and show them on request.",
    "The customer shall give access to its premises during its ordinary working hours.",
    "Neither party is liable for a delay that is caused by events beyond its control.",
    "A waiver of any right is effective only if it is given in writing.",
    "The supplier shall comply with the site rules that the customer makes known to it.",
    "Disputes are first referred to the managers who are responsible for this agreement.",
    "If a clause is found to be invalid, the remaining clauses continue to have effect.",
    "The supplier may use subcontractors if the customer has agreed to each of them.",
    "Equipment that the supplier brings to the premises remains its property.",
    "The customer shall name one person to whom questions are put.",
    "Both parties shall hold insurance that is usual for businesses of their kind.",
)
_HEADINGS = (
    "Definitions", "Services", "Fees and payment", "Term and termination", "Liability",
    "Confidentiality", "Insurance", "Notices", "General",
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """What a contract says: of each column the values that stand in it."""

    name: str
    text: str
    values: dict[str, tuple[str, ...]]


def contract(number: int) -> Written:
    """A contract, always the same for a number."""
    chance = random.Random(number)
    supplier, customer = chance.choice(_SUPPLIERS), chance.choice(_CUSTOMERS)
    day, month, year = chance.randint(1, 28), chance.choice(_MONTHS), chance.randint(2019, 2026)
    fee, cap = chance.randint(12, 480) * 1_000, chance.randint(1, 40) * 250_000
    law, months = chance.choice(_LAWS), chance.choice(("thirty days", "two months", "six months"))
    rate, years = chance.choice(("4 %", "8 %", "1.5 %")), chance.choice(("two", "five", "seven"))
    often, renews = chance.choice(("monthly", "quarterly", "yearly")), chance.random() < 0.5
    iso = f"{year}-{_MONTHS.index(month) + 1:02}-{day:02}"
    said: dict[str, tuple[str, str, str]] = {
        "Effective": ("Definitions", iso, chance.choice((
            f"This agreement takes effect on {day} {month} {year}.",
            f"The effective date of this agreement is {month} {day}, {year}.",
            f"This agreement shall come into force on {day} {month} {year}."))),
        "Parties": ("Definitions", supplier, chance.choice((
            f"{supplier} Ltd (the “supplier”) and {customer} (the “customer”) make this agreement.",
            f"The supplier is {supplier} Ltd, and the customer is {customer}."))),
        "Fee": ("Fees and payment", f"{fee}", chance.choice((
            f"The customer shall pay an annual fee of £{fee:,}.",
            f"The annual fee is £{fee:,}, exclusive of value added tax.",
            f"For the services an annual fee of £{fee:,} is payable."))),
        "Law": ("General", law, chance.choice((
            f"This agreement is governed by the law of {law}.",
            f"The laws of {law} govern this agreement and all disputes that arise from it."))),
        "Notice": ("Term and termination", months, chance.choice((
            f"Either party may terminate this agreement by giving {months} written notice.",
            f"To terminate this agreement a party must give at least {months} notice."))),
        "Liability cap": ("Liability", f"{cap}", chance.choice((
            f"The supplier's total liability shall not exceed £{cap:,}.",
            f"The liability of the supplier under this agreement is limited to £{cap:,}."))),
        "Renews": ("Term and termination", "yes" if renews else "no", chance.choice((
            "This agreement renews automatically for further periods of one year.",
            "At the end of each term the agreement shall renew automatically."))
            if renews else chance.choice((
            "This agreement does not renew automatically at the end of its term.",
            "The agreement shall not renew automatically."))),
        "Interest": ("Fees and payment", rate, chance.choice((
            f"Interest of {rate} a year is due on late payments.",
            f"Late payments bear interest at {rate} per annum."))),
        "Invoices": ("Fees and payment", often, chance.choice((
            f"Invoices are issued {often}.",
            f"The supplier shall invoice the customer {often}."))),
        "Confidential": ("Confidentiality", f"{years} years", chance.choice((
            f"The duties of confidentiality last for {years} years after termination.",
            f"Each party shall keep the other's information confidential for {years} years."))),
    }  # fmt: skip
    values, under = {}, {heading: list[str]() for heading in _HEADINGS}
    for column, (heading, value, sentence) in said.items():
        if chance.random() < 0.1:
            values[column] = ()
            continue
        values[column] = (value,)
        under[heading].append(sentence)
    if values["Fee"] and chance.random() < 0.1:
        other = fee + 5_000
        values["Fee"] = (f"{fee}", f"{other}")
        under["General"].append(f"The annual fee is £{other:,}.")
    lines = [f"# Services agreement {number:03}: {customer}", ""]
    for place, heading in enumerate(_HEADINGS, start=1):
        lines += [f"## {place}. {heading}", ""]
        paragraphs = [*under[heading], *chance.sample(_FILLER, 9)]
        chance.shuffle(paragraphs)
        for start in range(0, len(paragraphs), 3):
            lines += [" ".join(paragraphs[start : start + 3]), ""]
    return Written(f"contract-{number:03}.md", "\n".join(lines), values)


def judged(cell: Cell, values: tuple[str, ...]) -> str:
    """Whether a cell is right, wrong or refused."""
    if cell.state == "not_found":
        return "refused" if values else "right"
    if cell.state == "differs":
        return "right" if len(values) > 1 else "wrong"
    value = cell.value
    if isinstance(value, bool):
        said = "yes" if value else "no"
    else:
        said = f"{value:.0f}" if isinstance(value, float) else f"{value} {cell.text}"
    held = any(one.lower() in said.lower() for one in values)
    return "right" if held else "wrong"


def run(folder: Path, count: int) -> Iterator[tuple[str, str, Cell, tuple[str, ...]]]:
    """Each cell with its column, what becomes of it and what was written."""
    written = [contract(number) for number in range(count)]
    files = folder / "contracts"
    files.mkdir(exist_ok=True)
    for one in written:
        (files / one.name).write_text(one.text, encoding="utf-8")
    by_name = {one.name: one for one in written}
    with Assistant(folder / "store") as assistant:
        assistant.add(files)
        began, cpu = time.perf_counter(), time.process_time()
        matrix = assistant.matrix(QUESTIONS, fresh=True)
        print(
            f"{len(matrix.rows)} documents x {len(matrix.columns)} questions: "
            f"{time.perf_counter() - began:.1f} s, {time.process_time() - cpu:.1f} s of processors"
        )
        began = time.perf_counter()
        assistant.matrix(QUESTIONS)
        print(f"the same again: {time.perf_counter() - began:.2f} s")
        for row in matrix.rows:
            for column, cell in zip(matrix.columns, row.cells, strict=True):
                values = by_name[Path(row.path or "").name].values[column.name]
                yield column.name, judged(cell, values), cell, values


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--contracts", type=int, default=100)
    options.add_argument("--keep", type=Path)
    options.add_argument("--show", action="store_true")
    given = options.parse_args()
    counted: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for column, outcome, cell, values in run(folder, given.contracts):
            counted.setdefault(column, Counter())[outcome] += 1
            if given.show and outcome != "right":
                quote = cell.citations[0].quote if cell.citations else cell.note
                print(f"{outcome:9}{column:14}{cell.state:10}{cell.text!r} {values} “{quote}”")
    print(f"{'':16}right  wrong  refused")
    for column, outcomes in [*counted.items(), ("all", sum(counted.values(), Counter()))]:
        print(f"{column:16}{outcomes['right']:5}{outcomes['wrong']:7}{outcomes['refused']:9}")


if __name__ == "__main__":
    main()
