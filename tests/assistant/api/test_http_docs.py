"""What docs/http.md shows is what happens: its commands and programs run against a real server."""

import contextlib
import io
import re
import subprocess
from collections.abc import Iterator

import httpx
import pytest
from http_server import ROOT, server

from assistant import Assistant
from assistant.settings import Settings

pytestmark = pytest.mark.xdist_group("http")

PAGE = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
SHOWN = re.compile(r"^```(sh|py)\n(.*?)^```\n\n```text\n(.*?)^```\n", re.DOTALL | re.MULTILINE)
ADDRESS = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    own = tmp_path_factory.mktemp("docs") / "store"
    with Assistant(settings=Settings(store=own, embedding="e5")) as assistant:
        assistant.add(ROOT / "seeds")
    with server(own, FOOTNOTE_EMBEDDING="e5") as address:
        yield address


def test_commands_and_programs_print_what_the_page_shows(address):
    shown = SHOWN.findall(PAGE)
    assert [kind for kind, _, _ in shown] == ["sh", "sh", "sh", "sh", "py", "sh"]
    for kind, code, output in shown:
        code = code.replace(ADDRESS, address)
        printed = io.StringIO()
        if kind == "sh":
            ran = subprocess.run(["bash", "-c", code], capture_output=True, text=True, timeout=60)
            printed.write(ran.stdout)
        else:
            with contextlib.redirect_stdout(printed):
                exec(code, {})
        assert printed.getvalue().strip() == output.strip()


def test_below_a_path_page_and_interface_are_reached_with_and_without_it(demo):
    outside = "https://notes.example/docs"
    with server(demo.store, FOOTNOTE_ADDRESS=outside) as address:
        for path in ("", "/docs"):
            for below in ("/healthz", "/api/v1/documents", "/", "/config", "/api/openapi.json"):
                assert httpx.get(f"{address}{path}{below}").status_code == 200, (path, below)
        config = httpx.get(f"{address}/docs/config").json()
        assert config["root"].startswith(outside)
        assert "/docs/api/assets/swagger-ui.css" in httpx.get(f"{address}/docs/api/docs").text
        asked = {"question": "Why did Gate 3 fail?", "keep": True}
        kept = httpx.post(f"{address}/docs/api/v1/ask", json=asked, timeout=60)
        exported = httpx.get(
            f"{address}/api/v1/answers/{kept.headers['Footnote-Answer']}/export"
        ).text
        assert f"{outside}/?cite=" in exported
