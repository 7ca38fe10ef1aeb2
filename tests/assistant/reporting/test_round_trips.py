"""What is exported is read back by programs that are not ours: text, footnotes, references."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from expected import check_footnotes, check_sentences, flat, footnotes, named
from outside import Told, libreoffice, page, pandoc

from assistant.answer import Answer, Citation, Sentence, citation_id
from assistant.reporting.report import Report

pytestmark = pytest.mark.xdist_group("office")

BASE = "https://chat.example.org/footnote"


def written(report: Report, folder: Path) -> Path:
    report.to_docx(folder / "report.docx", base=BASE)
    return folder / "report.docx"


def as_markdown(report: Report, folder: Path) -> Told:
    del folder
    return pandoc(report.to_markdown(base=BASE), "markdown-smart")


def as_commonmark(report: Report, folder: Path) -> Told:
    del folder
    return pandoc(report.to_markdown(base=BASE), "commonmark+footnotes")


def as_html(report: Report, folder: Path) -> Told:
    del folder
    return page(report.to_html(base=BASE))


def as_docx(report: Report, folder: Path) -> Told:
    return pandoc(written(report, folder), "docx")


def as_docx_from_libreoffice(report: Report, folder: Path) -> Told:
    return pandoc(libreoffice(written(report, folder), "docx", folder / "saved"), "docx")


def as_odt_from_libreoffice(report: Report, folder: Path) -> Told:
    return pandoc(libreoffice(written(report, folder), "odt", folder / "saved"), "odt")


ALL = (
    as_markdown,
    as_commonmark,
    as_html,
    as_docx,
    as_docx_from_libreoffice,
    as_odt_from_libreoffice,
)


@pytest.fixture(scope="module")
def told_of(tmp_path_factory: pytest.TempPathFactory):
    """What a reader makes of a report; each pair is read once, since an office takes seconds."""
    known: dict[tuple[object, int], Told] = {}

    def told(read, report: Report) -> Told:
        if (read, id(report)) not in known:
            known[read, id(report)] = read(report, tmp_path_factory.mktemp("read"))
        return known[read, id(report)]

    return told


def noted(read):
    """Which notes there are: in Pandoc's tree of Markdown, one in each place that names it."""
    return named if read in (as_markdown, as_commonmark) else footnotes


@pytest.mark.parametrize("read", ALL)
def test_sentences_and_footnotes_are_read_back_word_for_word(read, report: Report, told_of):
    told = told_of(read, report)
    expected = noted(read)(report)
    check_sentences(told, report, footnotes(report))
    check_footnotes(told, expected)


@pytest.mark.parametrize("read", ALL)
def test_what_documents_say_is_no_markup_in_any_format(read, hostile: Report, told_of):
    told = told_of(read, hostile)
    expected = noted(read)(hostile)
    check_sentences(told, hostile, footnotes(hostile))
    check_footnotes(told, expected)
    assert [heading for heading in told.headings if heading[0] == 1] == [(1, "A title")]


@pytest.mark.parametrize("read", ALL)
def test_each_question_is_a_heading_above_its_answer(read, report: Report, told_of):
    told = told_of(read, report)
    asked = [(2, flat(answer.question)) for answer in report.answers]
    assert told.headings[0] == (1, "The night at Gate 3")
    assert told.headings[1 : len(asked) + 1] == asked
    assert (2, "Sources") in told.headings


@pytest.mark.parametrize("read", ALL)
def test_the_words_that_answer_are_set_out(read, report: Report, told_of):
    bold = set(told_of(read, report).bold)
    exact = {
        flat(sentence.text[start:end])
        for answer in report.answers
        for sentence in answer.sentences
        for start, end in sentence.exact
    }
    assert exact
    assert exact <= bold


@pytest.mark.parametrize("read", ALL)
def test_an_abstention_names_the_nearest_passages_without_footnotes(read, report, told_of):
    told = told_of(read, report)
    (answer,) = (a for a in report.answers if a.question.startswith("Who won"))
    for passage in answer.nearest:
        (line,) = {one for one in told.paragraphs if flat(passage.text)[:60] in one}
        assert line.startswith(passage.title)
        assert "‹" not in line


@pytest.mark.parametrize("read", ALL)
def test_accounts_that_differ_stand_in_lines_of_their_own(read, report: Report, told_of):
    told = told_of(read, report)
    answer = next(a for a in report.answers if a.conflicts)
    for number in answer.conflicts[0]:
        words = flat(answer.sentences[number - 1].text)
        assert any(
            line.startswith(words) and len(line) < len(words) + 9 for line in told.paragraphs
        )


@pytest.mark.parametrize("read", ALL)
def test_every_cited_document_is_in_the_reference_list_once(read, report: Report, told_of):
    told = told_of(read, report)
    text = told.text
    for citation in {c.document_id: c for c in report.citations}.values():
        assert (citation.source or "").startswith("http") == (f" {citation.source}" in text)
        file = Path(citation.path or "").name
        assert text.count(f"File: {file}.") == (not (citation.source or "").startswith("http"))


@pytest.mark.parametrize("read", ALL)
def test_engine_and_time_of_the_answers_are_told(read, report: Report, told_of):
    last = told_of(read, report).paragraphs[-1]
    assert last.startswith("7 questions answered by the embedded reader, ")
    created = report.answers[0].created
    assert f"{created.day} {created:%B %Y}, {created:%H:%M} UTC" in last


def test_pandoc_reads_the_markdown_as_it_does_by_default_with_the_same_footnotes(report: Report):
    told = pandoc(report.to_markdown(), "markdown")
    assert [note.cited for note in told.notes] == [[citation.id] for citation in named(report)]
    check_sentences(told, report, footnotes(report))


SIGNS = (
    *"\\`*_{}[]()#+-.!|<>~^$@\"'&=:;%/?, 01ab",
    *("--", "...", "**", "``", "[^1]", "](", "![", "<b>", "<!--", "&amp;", "&#42;", "1.", "(a)"),
    *("http://a.b/", "{.x}", "\\textbf", "$$", "word", "ü", "中", "“", "”", "’", "{{", "}}", ":::"),
)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("read", [as_markdown, as_commonmark, as_html, as_docx])
def test_signs_thrown_together_are_read_back_as_they_are(read, seed: int, tmp_path: Path):
    chance = Random(seed)
    citations, sentences = [], []
    while len(citations) < 150:
        text = flat("".join(chance.choices(SIGNS, k=chance.randint(1, 20))))
        if not text:
            continue
        number = len(citations) + 1
        version = f"{number:016x}".ljust(64, "0")
        id_ = citation_id(version, 0, len(text))
        ends = sorted(chance.choices(range(len(text) + 1), k=2))
        citations.append(
            Citation(
                number=number,
                id=id_,
                document_id=str(number),
                version=version,
                title=text,
                start=0,
                end=len(text),
                quote=text,
            )
        )
        sentences.append(
            Sentence(
                text=text,
                citations=(number,),
                exact=((ends[0], ends[1]),) if ends[0] < ends[1] else (),
                paragraph=chance.random() < 0.5,
            )
        )
    answer = Answer(
        question="?",
        sentences=tuple(sentences),
        citations=tuple(citations),
        created=datetime.now(UTC),
    )
    made = answer.as_report()
    told = read(made, tmp_path)
    check_sentences(told, made, footnotes(made))
    check_footnotes(told, footnotes(made))
