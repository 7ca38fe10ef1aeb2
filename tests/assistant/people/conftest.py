"""A store that Ada, who runs it, Bob and Cleo share, and what serves it."""

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from http_server import server
from signed_in import ON, PASSWORD, Browser

from assistant.api.tokens import SCOPES, Tokens
from assistant.assistant import Assistant
from assistant.people.people import People


@pytest.fixture(scope="module")
def shared(demo: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Path(shutil.copytree(demo.store, tmp_path_factory.mktemp("people") / "store"))
    with People(store) as people:
        people.accounts.add("Ada", PASSWORD, groups=["owners"])
        for name in ("Bob", "Cleo"):
            people.accounts.add(name, PASSWORD, groups=["readers"])
    with Assistant(store) as assistant:
        assistant.collections.create("Barrage", owner="group:owners")
        assistant.collections.put("Barrage", [one.id for one in assistant.documents()])
        assistant.collections.grant("Barrage", "group:readers", "contributor")
    return store


@pytest.fixture
def people(shared: Path) -> Iterator[People]:
    with People(shared) as people:
        yield people


@pytest.fixture(scope="module")
def address(shared: Path) -> Iterator[str]:
    with server(shared, **ON) as address:
        yield address


@pytest.fixture
def browser(address: str) -> Iterator[Callable[..., Browser]]:
    """A browser, in which somebody has signed in if they are named."""
    opened: list[Browser] = []

    def new(name: str | None = None, at: str = address) -> Browser:
        opened.append(Browser(at))
        if name is not None:
            assert opened[-1].sign_in(name).status_code == 200
        return opened[-1]

    yield new
    for one in opened:
        one.close()


@pytest.fixture
def token(shared: Path, people: People) -> Callable[..., dict[str, str]]:
    """The header of a token of somebody's."""
    made = 0

    def new(name: str, *scopes: str) -> dict[str, str]:
        nonlocal made
        made += 1
        with Tokens(shared) as tokens:
            id_ = people.accounts.named(name).id
            label = f"{name} {made} {id(tokens)}"
            secret, _ = tokens.make(label, scopes or SCOPES, person=id_)
        return {"Authorization": f"Bearer {secret}"}

    return new


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets a command read a password."""
    return lambda words: monkeypatch.setattr("sys.stdin", io.StringIO(f"{words}\n"))
