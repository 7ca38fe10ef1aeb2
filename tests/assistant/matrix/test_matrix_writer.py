"""With a writer a cell is what it wrote and what was verified of it; its failure is not kept."""

from collections.abc import Iterator

import pytest
from chat_server import KEY, MODEL, ChatServer, refuses, rewrites, serving, writes
from scripted_models import judging

from assistant.assistant import Assistant
from assistant.settings import Settings


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    """A server of models that judges."""
    with serving() as server:
        judging(server)
        yield server


@pytest.fixture
def written(leases, tmp_path, chat: ChatServer) -> Iterator[Assistant]:
    """An assistant with a writer over one lease."""
    settings = Settings(
        store=tmp_path / "store",
        writer=f"openai:{MODEL}",
        writer_base=chat.address,
        writer_key=KEY,
    )
    with Assistant(settings=settings) as own:
        own.add(leases / "ash.md")
        yield own


def test_a_cell_holds_the_value_of_what_the_writer_wrote_and_was_verified(written, chat):
    chat.answers(writes("This lease begins on 3 May 2024.[1]"))
    (row,) = written.matrix("Begins (date): When does this lease begin?").rows
    (cell,) = row.cells
    assert (cell.state, cell.value, cell.engine) == ("answered", "2024-05-03", f"writer:{MODEL}")
    assert [one.quote for one in cell.citations] == ["This lease begins on 3 May 2024."]
    assert written.matrix("Begins (date): When does this lease begin?").computed == 0
    chat.answers(writes("The lease was signed by the Queen of Bohemia.[1]"), rewrites(""))
    (row,) = written.matrix("Signed (date): When was this lease signed?").rows
    assert "Bohemia" not in row.cells[0].text
    assert row.cells[0].state != "answered" or row.cells[0].engine == "reader"


def test_what_the_reader_says_for_a_writer_that_fails_is_shown_and_asked_again(written, chat):
    column = "Rent (amount): What is the annual rent?"
    chat.answers(refuses(500))
    (row,) = written.matrix(column).rows
    assert (row.cells[0].value, row.cells[0].engine) == (12500.0, "reader")
    chat.answers(writes("The annual rent is £12,500.[1]"))
    again = written.matrix(column)
    assert again.computed == 1
    assert again.rows[0].cells[0].engine == f"writer:{MODEL}"
