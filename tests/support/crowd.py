"""Many documents in a store at once, as rows of its catalog; no file or vector is behind them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

KINDS = ("text/plain", "application/pdf", "text/html", "message/rfc822")
STATUSES = ("draft", "final", "archived", None)
TAGS = ("levee", "toll", "ferry", "lantern", "orchard")


def crowd(store: Path, count: int) -> None:
    """Fill a store, in which there is a document, with so many more that are like it."""
    with closing(sqlite3.connect(store / "catalog.sqlite")) as connection, connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute("SELECT * FROM versions WHERE state = 'live'").fetchone())
        text = connection.execute(
            "SELECT part, text FROM texts WHERE version_id = ?", (row["id"],)
        ).fetchone()
        columns = ", ".join(row)
        marks = ", ".join("?" * len(row))
        versions, texts, places = [], [], []
        for number in range(count):
            tags = [TAGS[number % 5], TAGS[(number // 7) % 5]]
            said = [("tags", ", ".join(tags))]
            if STATUSES[number % 4]:
                said.append(("status", STATUSES[number % 4]))
            own = row | {
                "id": 1_000_000 + number,
                "document_id": f"crowd{number:06}",
                "hash": f"{number:064x}",
                "title": f"Minutes of meeting {number:05} on the {tags[0]}",
                "author": f"Clerk {number % 40}",
                "date": f"{1990 + number % 36}-{1 + number % 12:02}-{1 + number % 28:02}",
                "date_start": None,
                "date_end": None,
                "media_type": KINDS[number % 4],
                "properties": json.dumps(said),
                "left_out": "[]",
                "left_out_count": 0,
            }
            versions.append(tuple(own.values()))
            texts.append((own["id"], text["part"], text["text"]))
            place = f"/srv/papers/{number // 500}/{number}.txt"
            places.append((place, own["document_id"], own["hash"], 10, 1))
        connection.executemany(f"INSERT INTO versions ({columns}) VALUES ({marks})", versions)
        connection.executemany("INSERT INTO texts VALUES (?, ?, ?)", texts)
        connection.executemany("INSERT INTO locations VALUES (?, ?, ?, ?, ?)", places)
