"""People of a store that many machines share: in its database, and the same on each machine."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy.exc
from shared_servers import PostgresServer
from signed_in import PASSWORD

from assistant.people.people import People


@pytest.fixture
def machines(postgres: PostgresServer, tmp_path: Path) -> Iterator[tuple[People, People]]:
    database = postgres.database()
    with ExitStack() as closed:
        one, other = (
            closed.enter_context(People(tmp_path / name, database)) for name in ("one", "other")
        )
        yield one, other


def test_who_signs_in_on_one_machine_is_signed_in_on_another(machines):
    one, other = machines
    ada = one.accounts.add("Ada", PASSWORD, groups=["owners"])
    session = one.sessions.begin(ada, hours=1)
    assert other.sessions.account(session) == ada
    other.accounts.set_active("Ada", active=False)
    assert one.sessions.account(session) is None


def test_the_log_is_one_and_only_added_to(machines):
    one, other = machines
    one.audit.note("Ada", "asked")
    other.audit.note("Bob", "added", documents=["log"])
    assert [entry.who for entry in one.audit.listed()] == ["Ada", "Bob"]
    for statement in ("UPDATE audit SET who = 'Eve'", "DELETE FROM audit", "TRUNCATE audit"):
        with (
            pytest.raises(sqlalchemy.exc.DBAPIError, match="only added to"),
            one.database._made().writing() as connection,
        ):
            connection.exec_driver_sql(statement)


def test_people_move_from_a_store_of_ones_own_and_the_log_goes_on(machines, tmp_path):
    with People(tmp_path / "own") as own:
        ada = own.accounts.add("Ada", PASSWORD, groups=["owners"])
        for act in ("asked", "added", "asked"):
            own.audit.note("Ada", act)
        own.save(tmp_path / "people.sqlite")
    one, other = machines
    one.load(tmp_path / "people.sqlite")
    assert other.accounts.with_password("Ada", PASSWORD) == ada
    other.audit.note("Ada", "moved")
    assert [entry.act for entry in one.audit.listed()] == ["asked", "added", "asked", "moved"]
