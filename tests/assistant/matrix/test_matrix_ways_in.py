"""One matrix by the command line, in Python and over HTTP."""

import json
from pathlib import Path

import openpyxl
import pytest
from served import served

from assistant.api.access import Access
from assistant.api.app import application
from assistant.api.service import open_service
from assistant.api.tokens import Tokens
from assistant.assistant import Assistant
from assistant.web.hosts import Hosts
from index.errors import QuestionError


@pytest.fixture
def remote(landlord):
    """The assistant of a server over the leases."""
    service, hosts = open_service(landlord, ""), Hosts("127.0.0.1", "127.0.0.1")
    access = Access(Tokens(landlord.store), needs_token=False)
    with served(application(service, hosts, access)) as address:
        with Assistant(url=address) as own:
            yield own
        service.close()


def test_a_server_makes_the_same_matrix_as_a_job(landlord, remote, questions):
    here = landlord.matrix(questions)
    told: list[int] = []
    there = remote.matrix(questions, progress=lambda done, _total, _what: told.append(done))
    assert there.rows == here.rows
    assert there.columns == here.columns
    assert there.computed == 0
    with pytest.raises(QuestionError, match="no kind"):
        remote.matrix("Law (colour): Which law governs?")


def test_the_command_writes_a_table_and_says_how_much_of_it_was_found(
    landlord, footnote, questions, leases
):
    landlord.close()
    Path("questions.txt").write_text(f"# What we ask of leases\n\n{questions}", encoding="utf-8")
    store = ["--store", landlord.store]
    done = footnote("matrix", "questions.txt", "--out", "table.xlsx", *store)
    assert done.status == 0
    assert done.out == "table.xlsx: documents: 3, columns: 4, cells answered: 8 of 12\n"
    sheet = openpyxl.load_workbook("table.xlsx")["Matrix"]
    assert sheet.max_row == 4
    one = footnote("matrix", "questions.txt", "--documents", leases / "birch.md", "--json", *store)
    (row,) = json.loads(one.out)["rows"]
    assert row["title"] == "Lease of Birch House"
    told = footnote("matrix", "questions.txt", "--documents", leases, "--sort", "Begins", *store)
    lines = told.out.splitlines()
    assert [line for line in lines if line.startswith("Lease")] == [
        "Lease of Birch House",
        "Lease of Ash Court",
        "Lease of Cedar Mill",
    ]
    assert "  Rent: differs: £8,000 / £8,400" in told.out


def test_the_command_tells_what_is_wrong_in_one_line(landlord, footnote):
    landlord.close()
    Path("questions.txt").write_text("Who painted the ceiling of the chapel?\n", encoding="utf-8")
    store = ["--store", landlord.store]
    assert footnote("matrix", "questions.txt", *store).status == 3
    wrong = footnote("matrix", "questions.txt", "--out", "table.ods", *store)
    assert wrong.status == 1
    assert wrong.err.startswith("footnote: table.ods names no format")
    nowhere = footnote("matrix", "questions.txt", "--documents", "nowhere", *store)
    assert nowhere.err == "footnote: No document of the store is nowhere or lies in it.\n"
