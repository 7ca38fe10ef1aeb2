"""Questions over spreadsheets as people keep them: figures right, wrong, quoted or refused.

    python benchmarks/sheets.py --data DIR [--show]

Four workbooks are made, and the public tables of DIR's `realdocs` stand beside them in one store.
Figures that are expected come from pandas. `wrong` are figures that are shown and are others;
`quoted` rows or sentences without the figure. The questions were written before any was asked.
"""

import argparse
import random
import re
import tempfile
from collections import Counter
from pathlib import Path

import pandas as pd
from tables import is_figure

from assistant import Assistant

Question = tuple[str, list[str] | None]
"""A question and what its answer must hold; None where nothing in the tables answers it."""


def sheets(folder: Path) -> dict[str, pd.DataFrame]:
    """The made sheets, which stand as files in a folder."""
    chance = random.Random(2311)
    pick = chance.choice
    days = pd.date_range("2023-01-02", "2024-12-20")
    bookings = pd.DataFrame(
        [
            {
                "Booking": f"B{n}",
                "Class": pick(["Yoga", "Spinning", "Pilates", "Boxing"]),
                "Trainer": pick(["Ines", "Karl", "Moana"]),
                "Date": pick(days).date(),
                "Attendees": chance.randint(3, 28),
                "Fee (€)": chance.randint(40, 190),
                "Cancelled": pick(["no"] * 7 + ["yes"]),
            }
            for n in range(1, 161)
        ]
    )
    trainers = pd.DataFrame(
        {
            "Trainer": ["Ines", "Karl", "Moana"],
            "Studio": ["Riverside", "Old Mill", "Riverside"],
            "Hired": [2015, 2019, 2021],
        }
    )
    flats = pd.DataFrame(
        [
            {
                "Flat": f"{street} {n}",
                "Rooms": chance.randint(1, 5),
                "Area (m²)": chance.randint(28, 140),
                "Monthly rent": chance.randint(390, 1900),
                "Floor": chance.randint(0, 6),
                "Heating": pick(["gas", "district", "heat pump"]),
            }
            for street in ("Elm Court", "Quay Road", "Priory Lane")
            for n in range(1, 15)
        ]
    )
    harvest = pd.DataFrame(
        [
            {"Sorte": kind, "Jahr": year, "Menge (kg)": chance.randint(200, 4000), "Hof": farm}
            for kind in ("Äpfel", "Birnen", "Kirschen")
            for year in (2021, 2022, 2023)
            for farm in ("Nordhof", "Talhof")
        ]
    )
    made = {"bookings": bookings, "trainers": trainers, "flats": flats, "ernte": harvest}
    for name, frame in made.items():
        frame.to_excel(folder / f"{name}.xlsx", index=False)
    return made


def over_sheets(made: dict[str, pd.DataFrame]) -> list[Question]:
    """Questions over the made sheets."""
    b, f, e = made["bookings"], made["flats"], made["ernte"]
    b = b.assign(day=pd.to_datetime(b["Date"])).merge(made["trainers"])
    fee, area, rent, kilos = b["Fee (€)"], f["Area (m²)"], f["Monthly rent"], e["Menge (kg)"]
    y24, yoga = b["day"].dt.year == 2024, b["Class"] == "Yoga"
    year = kilos.groupby(e["Jahr"]).sum()
    return [
        ("How many bookings were cancelled?", [_n((b["Cancelled"] == "yes").sum())]),
        ("What are the total fees of Yoga?", [_n(fee[yoga].sum())]),
        (
            "Which trainer had the most attendees?",
            [b.groupby("Trainer")["Attendees"].sum().idxmax()],
        ),
        (
            "What is the average number of attendees in Boxing?",
            [f"{b[b['Class'] == 'Boxing']['Attendees'].mean():.2f}"],
        ),
        (
            "How many Spinning bookings were there in 2024?",
            [_n((y24 & (b["Class"] == "Spinning")).sum())],
        ),
        ("What share of the bookings was cancelled?", [_share(b["Cancelled"] == "yes")]),
        (
            "By how much did the total fees grow from 2023 to 2024?",
            [_n(abs(fee[y24].sum() - fee[~y24].sum()))],
        ),
        ("How many bookings had more than 20 attendees?", [_n((b["Attendees"] > 20).sum())]),
        (
            "What is the ratio of Yoga to Pilates bookings?",
            [f"{yoga.sum() / (b['Class'] == 'Pilates').sum():.2f}"],
        ),
        (
            "How many bookings were in the Riverside studio?",
            [_n((b["Studio"] == "Riverside").sum())],
        ),
        ("What are the fees per class?", [f"Boxing {_n(fee[b['Class'] == 'Boxing'].sum())}"]),
        (
            "In which month of 2024 were there the fewest bookings?",
            [str(b[y24]["day"].dt.to_period("M").value_counts().idxmin())],
        ),
        (
            "What is the average monthly rent of flats with 3 rooms?",
            [f"{rent[f['Rooms'] == 3].mean() + 1e-9:.2f}"],
        ),
        ("Which flat has the highest monthly rent?", [f.loc[rent.idxmax(), "Flat"]]),
        (
            "What is the median area of the flats with a heat pump?",
            [f"{area[f['Heating'] == 'heat pump'].median():g}"],
        ),
        ("How many flats are heated with gas?", [_n((f["Heating"] == "gas").sum())]),
        ("What is the rent of Quay Road 7?", [_n(rent[f["Flat"] == "Quay Road 7"].iloc[0])]),
        ("How many flats are on floor 0?", [_n((f["Floor"] == 0).sum())]),
        ("What is the smallest area of a flat with 4 rooms?", [_n(area[f["Rooms"] == 4].min())]),
        (
            "Wie viele kg Birnen wurden 2022 geerntet?",
            [_n(kilos[(e["Sorte"] == "Birnen") & (e["Jahr"] == 2022)].sum())],
        ),
        ("Welche Sorte hat die größte Menge?", [kilos.groupby(e["Sorte"]).sum().idxmax()]),
        ("Wie hoch ist die Menge je Hof?", [f"Talhof {_n(kilos[e['Hof'] == 'Talhof'].sum())}"]),
        (
            "Um wie viel ist die Menge von 2021 auf 2023 gestiegen?",
            [_n(abs(year[2023] - year[2021]))],
        ),
        ("How many members does the gym have?", None),
        ("What is the average age of the trainers?", None),
        ("How many flats have a balcony?", None),
        ("Wie viele Pflaumen wurden geerntet?", None),
    ]


def over_public(folder: Path) -> list[Question]:
    """Questions over the public tables."""
    songs = pd.read_csv(folder / "fight-songs" / "fight-songs.csv")
    heroes = pd.read_csv(folder / "avengers" / "avengers.csv", encoding="latin-1")
    drivers = pd.read_csv(folder / "bad-drivers" / "bad-drivers.csv")
    crimes = pd.read_csv(folder / "hate-crimes" / "hate_crimes.csv")
    cousins = pd.read_csv(folder / "cousin-marriage" / "cousin-marriage-data.csv")
    police = pd.read_csv(folder / "police-locals" / "police-locals.csv")
    drugs = pd.read_csv(folder / "drug-use-by-age" / "drug-use-by-age.csv")
    grads = pd.read_csv(folder / "college-majors" / "recent-grads.csv")
    losses = next(name for name in drivers.columns if name.startswith("Losses"))
    return [
        (
            "What is the average bpm of the fight songs of the Big Ten?",
            [f"{songs[songs['conference'] == 'Big Ten']['bpm'].mean():.2f}"],
        ),
        (
            "Which school's fight song has the longest duration?",
            [songs.loc[songs["sec_duration"].idxmax(), "school"]],
        ),
        ("How many fight songs have a bpm above 150?", [_n((songs["bpm"] > 150).sum())]),
        (
            "How many fight songs are there per conference?",
            [f"ACC {(songs['conference'] == 'ACC').sum()}"],
        ),
        ("How many Avengers are female?", [_n((heroes["Gender"] == "FEMALE").sum())]),
        (
            "Which Avenger has the most appearances?",
            [heroes.loc[heroes["Appearances"].idxmax(), "Name/Alias"]],
        ),
        (
            "Which state has the highest losses incurred by insurance companies?",
            [drivers.loc[drivers[losses].idxmax(), "State"]],
        ),
        (
            "Which state has the highest median household income?",
            [crimes.loc[crimes["median_household_income"].idxmax(), "state"]],
        ),
        (
            "What is the median household income of Vermont?",
            [str(crimes.set_index("state")["median_household_income"]["Vermont"])],
        ),
        (
            "Which country has the highest percent of cousin marriage?",
            [cousins.loc[cousins["Percent"].idxmax(), "Country"]],
        ),
        (
            "What is the total police force size of all cities?",
            [_n(police["police_force_size"].sum())],
        ),
        (
            "Which city has the largest police force?",
            [police.loc[police["police_force_size"].idxmax(), "city"]],
        ),
        ("What was the alcohol use at age 21?", [str(drugs.set_index("age")["alcohol_use"]["21"])]),
        (
            "What is the total number of unemployed graduates in Education majors?",
            [_n(grads[grads["Major_category"] == "Education"]["Unemployed"].sum())],
        ),
        (
            "How many majors are in the Business category?",
            [_n((grads["Major_category"] == "Business").sum())],
        ),
        ("How many Avengers are left-handed?", None),
        ("What is the average salary of the police officers?", None),
    ]


def _plain(text: str) -> str:
    """A text without numbers of footnotes and marks between thousands."""
    return re.sub(r"\[\d+\]|(?<=\d),(?=\d{3})", "", text).replace("−", "-")


def _n(figure: float) -> str:
    return f"{figure:,}"


def _share(there: "pd.Series[bool]") -> str:
    return f"{100 * there.mean():.1f} %"


def outcome(assistant: Assistant, question: str, gold: list[str] | None) -> tuple[str, str]:
    """What became of a question, and what was told."""
    answer = assistant.query(question)
    told = _plain(answer.text or answer.message)
    if answer.abstained or not answer.sentences:
        return ("refused" if gold else "rightly refused"), told
    holds = gold is not None and all(
        re.search(rf"(?<![\d.,]){re.escape(_plain(one))}(?!\d)", told) for one in gold
    )
    if not answer.message and any(map(is_figure, answer.sentences)):
        return ("right" if holds else "wrong"), told
    return ("quoted with the figure" if holds else "quoted"), told


def main() -> None:
    """Print how many questions came out how."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--show", action="store_true")
    given = options.parse_args()
    public = given.data / "realdocs" / "corpora" / "tables"
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "sheets"
        folder.mkdir()
        lists = {"made": over_sheets(sheets(folder)), "public": over_public(public)}
        with Assistant(Path(made) / "store") as assistant:
            assistant.add([folder, public])
            for name, questions in lists.items():
                tally = Counter[str]()
                for question, gold in questions:
                    came, told = outcome(assistant, question, gold)
                    tally[came] += 1
                    if given.show:
                        print(f"{came:16}{question}\n    = {gold}\n    > {told[:300]}")
                print(f"{name}: {len(questions)} questions, {dict(tally)}", flush=True)


if __name__ == "__main__":
    main()
