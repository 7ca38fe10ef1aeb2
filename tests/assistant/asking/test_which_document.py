"""A question that names a document's company, year or number finds that document first."""

import pytest

from assistant import Assistant

SECTION = (
    "\n\n## {title}\n\nThe board reviewed {topic} and found that it developed as planned. "
    "Management expects {topic} to remain stable, with no change in method or in presentation. "
    "The auditors had no remarks on {topic}, and nothing was restated during the period.\n"
)
TOPICS = ("capital expenditure", "working capital", "goodwill", "deferred taxes", "lease costs")


def report(title, spent):
    """A report whose passages do not say whose they are."""
    sections = "".join(SECTION.format(title=one.capitalize(), topic=one) for one in TOPICS)
    figure = f"\n\nCash paid for property, plant and equipment came to {spent} million crowns.\n"
    return f"# {title}{sections}{figure}{sections}"


@pytest.fixture(scope="module")
def search(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    spent = iter(range(110, 200, 7))
    for company in ("Norvik", "Aldenmoor", "Castrelle"):
        for year in (2019, 2020, 2021):
            text = report(f"{company} annual report {year}", next(spent))
            (folder / f"{company.lower()}_{year}.md").write_text(text, encoding="utf-8")
    with Assistant(tmp_path_factory.mktemp("store")) as assistant:
        assistant.add([folder])
        yield assistant.search


@pytest.mark.parametrize("company", ["Norvik", "Aldenmoor", "Castrelle"])
@pytest.mark.parametrize("year", [2019, 2021])
def test_company_and_year_bring_their_report_first(search, company, year):
    found = search(f"How much cash did {company} pay for property and equipment in FY{year}?", k=5)

    assert found[0].title == f"{company} annual report {year}"


def test_other_reports_are_still_found(search):
    found = search("How much cash did Norvik pay for property and equipment in FY2020?", k=10)

    assert len({one.title for one in found}) > 1
