"""The view of matrices: documents that were added or changed are asked, and only those."""

import csv
import io
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assistant.assistant import Assistant

pytestmark = pytest.mark.xdist_group("browser-matrix")

COURTS = ("Ash", "Birch", "Cedar", "Dale", "Elm", "Fir", "Gorse", "Holly", "Ivy", "Juniper")
QUESTIONS = """\
Begins (date): When does this lease begin?
Rent (amount): What is the annual rent?
Renews (yes/no): Does the lease renew automatically?"""


def lease(number: int, name: str, rent: int) -> str:
    renews = "renews automatically" if number % 2 else "does not renew automatically"
    return (
        f"# Lease of {name} Court\n\n## Term\n\n"
        f"This lease begins on {number + 3} May 20{29 - number}. It {renews}.\n\n"
        f"## Rent\n\nThe annual rent is £{rent:,}.\n"
    )


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "leases"
    folder.mkdir()
    for number, name in enumerate(COURTS):
        text = lease(number, name, 1_000 * (number + 1))
        (folder / f"{name.lower()}.md").write_text(text, encoding="utf-8")
    return folder


def titles(page: Page) -> list[str]:
    return page.locator("tbody tr:visible th").all_inner_texts()


def asked(page: Page) -> None:
    page.get_by_label("Questions").fill(QUESTIONS)
    page.get_by_role("button", name="Ask every document").click()
    expect(page.locator("#said")).to_contain_text("cells;", timeout=60_000)
    expect(page.locator("#fault")).to_have_text("")


def test_a_matrix_of_ten_documents_grows_by_the_new_and_the_changed_alone(
    files: Path, tmp_path: Path, serving, tabs
):
    store = tmp_path / "store"
    with Assistant(store) as assistant:
        assert len(assistant.add(files).added) == 10
    with serving("--store", str(store)) as address:
        page = tabs.open(address)
        page.get_by_role("link", name="Matrix").click()
        asked(page)
        expect(page.locator("#said")).to_have_text("30 cells; worked out now: 30.")
        assert len(titles(page)) == 10
        rents = page.locator("tbody td:nth-of-type(2)")
        assert "£4,000" in rents.all_inner_texts()[titles(page).index("Lease of Dale Court")]

        page.get_by_role("button", name="Rent").click()
        assert titles(page) == [f"Lease of {name} Court" for name in COURTS]
        page.get_by_role("button", name="Begins").click()
        assert titles(page) == [f"Lease of {name} Court" for name in COURTS[::-1]]
        page.get_by_label("Show only rows with").fill("£4,000")
        assert titles(page) == ["Lease of Dale Court"]
        page.get_by_label("Show only rows with").fill("")

        cell = page.locator("tr", has_text="Dale").locator("td").nth(1)
        cell.locator("summary").click()
        expect(cell.locator("blockquote")).to_have_text("The annual rent is £4,000.")
        with page.context.expect_page() as opened:
            cell.get_by_role("link").click()
        mark = opened.value.locator("#source mark")
        expect(mark.first).to_contain_text("The annual rent is £4,000.")
        opened.value.close()

        with page.expect_download() as download:
            page.get_by_role("link", name="csv").click()
        text = Path(download.value.path()).read_text(encoding="utf-8-sig")
        assert len(list(csv.DictReader(io.StringIO(text)))) == 10
        assert f"{address.rstrip('/')}/?cite=" in text

        kale = files / "kale.md"
        kale.write_text(lease(3, "Kale", 77_000), encoding="utf-8")
        (files / "ash.md").write_text(lease(0, "Ash", 99_000), encoding="utf-8")
        with Assistant(store) as assistant:
            report = assistant.add(files)
            assert len(report.added) == len(report.updated) == 1
        page.reload()
        page.get_by_text("Earlier matrices (1)").click()
        page.locator("[data-kept]").click()
        expect(page.locator("#said")).to_have_text("33 cells; worked out now: 6.", timeout=60_000)
        ash = page.locator("tr", has_text="Lease of Ash Court")
        expect(ash.locator("td").nth(1)).to_contain_text("£99,000")
        expect(page.locator("tr", has_text="Kale").locator("td").nth(1)).to_contain_text("£77,000")


def test_what_a_document_says_is_shown_and_never_run(files: Path, tmp_path: Path, serving, tabs):
    shutil.rmtree(files)
    files.mkdir()
    evil = "<img src=x onerror=document.title='run'>"
    (files / "evil.md").write_text(
        f"# Lease of Ash Court\n\nThe landlord of this lease is {evil} Jones.\n", encoding="utf-8"
    )
    store = tmp_path / "store"
    with Assistant(store) as assistant:
        assistant.add(files)
    with serving("--store", str(store)) as address:
        page = tabs.open(address)
        page.goto(f"{address.rstrip('/')}/matrix")
        page.get_by_label("Questions").fill("Bad (colour): Who?")
        page.get_by_role("button", name="Ask every document").click()
        expect(page.locator("#fault")).to_contain_text("'colour' is no kind of column")
        tabs.forgive("409")
        page.get_by_label("Questions").fill("Who is the landlord of this lease?")
        page.get_by_role("button", name="Ask every document").click()
        expect(page.locator("#said")).to_contain_text("1 cell;", timeout=60_000)
        assert page.locator("#result img").count() == 0
        assert "run" not in page.title().split()
        page.close()
