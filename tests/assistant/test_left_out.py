"""What a text leaves out of its file is told, and is in the text where somebody wants it there."""

import json
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.settings import Settings
from index.errors import DocumentError

PAGE = """<title>Storm</title><body>
<nav><a href="/">Home</a> <a href="/archive">Archive of the Gazette</a></nav>
<h1>Storm over Brackhaven</h1>
<p>The pier fell at noon. Nobody was hurt, and the ferry stayed in port all day.</p>
<table><tr><th>Hour</th><th>Wind</th></tr><tr><td>noon</td><td>31 m/s</td></tr></table>
</body>"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "storm.html"
    path.write_text(PAGE)
    return path


def test_what_is_left_out_is_listed_with_its_reason(page: Path, tmp_path: Path, footnote):
    store = str(tmp_path / "store")
    footnote("add", str(page), "--store", store)
    (row,) = json.loads(footnote("documents", "--json", "--store", store).out)
    assert row["words"] > 10
    assert row["tables"] == 1
    assert [(one["why"], one["words"]) for one in row["left_out"]] == [
        ("navigation", "Home Archive of the Gazette")
    ]


def test_by_a_setting_it_stands_behind_the_text_and_can_be_asked_for(page: Path, tmp_path: Path):
    settings = Settings(store=tmp_path / "store", include_left_out=True)
    with Assistant(settings=settings) as assistant:
        (added,) = assistant.add(page).added
        document = assistant.document(added.document_id)
        assert document.text.splitlines()[-1] == "navigation: Home Archive of the Gazette"
        assert document.heading_path(len(document.text) - 1) == ("Left out of the text above",)
        assert assistant.search("Archive of the Gazette", k=1)[0].heading
    with Assistant(tmp_path / "other") as assistant:
        (added,) = assistant.add(page).added
        assert "Archive" not in assistant.document(added.document_id).text


def test_a_file_is_shown_as_it_is_read_and_nothing_of_it_is_kept(page: Path, tmp_path, footnote):
    shown = footnote("inspect", str(page)).out
    assert "# Storm over Brackhaven" in shown
    assert "[table, 2 rows]\nHour | Wind" in shown
    assert "- navigation: Home Archive of the Gazette" in shown
    told = json.loads(footnote("inspect", str(page), "--json").out)
    assert told["text"].startswith("Storm over Brackhaven")
    assert told["left_out"][0]["why"] == "navigation"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [page]


def test_what_cannot_be_read_is_said_in_one_line(tmp_path: Path, assistant: Assistant):
    with pytest.raises(DocumentError, match="no such file"):
        assistant.inspect(tmp_path / "none.pdf")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    with pytest.raises(DocumentError, match="damaged or cut off"):
        assistant.inspect(tmp_path / "broken.pdf")
