"""What a person corrects of a document counts from then on, and what was read stays beside it."""

import pytest

from assistant import Assistant
from index.errors import DocumentError, UnknownDocument

POLICY = (
    "---\ntitle: {title}\n{more}---\n# {title}\n\nEmployees have {days} days of annual leave.\n"
)
ASKED = "How many days of annual leave do employees have?"


def written(folder, name, title, days, more=""):
    path = folder / f"{name}.md"
    path.write_text(POLICY.format(title=title, days=days, more=more), encoding="utf-8")
    return path


@pytest.fixture
def policies(assistant, tmp_path):
    """The ids of two policies, a dated one and a draft without a date."""
    folder = tmp_path / "policies"
    folder.mkdir()
    old = written(folder, "old", "Leave policy 2025", 25, "date: 2025-01-01\n")
    new = written(folder, "new", "Leave policy 2027", 30, "status: Draft\n")
    report = assistant.add([old, new])
    by_name = {one.path.rpartition("/")[2]: one.document_id for one in report.added}
    return by_name["old.md"], by_name["new.md"]


def info(assistant, id_):
    return next(one for one in assistant.documents() if one.id == id_)


def test_what_is_corrected_counts_in_lists_filters_answers_and_citations(assistant, policies):
    old, new = policies
    wanted = {"title": "Leave, second edition", "author": "Ada Hale", "date": "May 2027"}
    corrected = assistant.correct(new, {**wanted, "status": "in force"})

    assert (corrected.title, corrected.author) == ("Leave, second edition", "Ada Hale")
    assert (corrected.date, corrected.status) == ("2027-05", "in force")
    assert corrected == info(assistant, new)
    assert [one.id for one in assistant.documents()] == [new, old]
    assert [one.id for one in assistant.documents({"date": "2027", "status": "in force"})] == [new]
    answer = assistant.query(ASKED)
    (cited,) = [one for one in answer.citations if one.document_id == new]
    assert (cited.title, cited.date, cited.author) == (
        "Leave, second edition",
        "2027-05",
        "Ada Hale",
    )
    assert not any("draft" in notice for notice in answer.notices)
    assert assistant.document(new).title == "Leave, second edition"
    newest = assistant.query("What is the newest document?")
    assert newest.citations[0].document_id == new


def test_what_was_read_stays_beside_it_and_comes_back(assistant, policies):
    _, new = policies
    as_read = info(assistant, new)
    corrected = assistant.correct(new, {"status": "", "title": "Leave", "date": "2027"})

    assert corrected.status is None
    assert corrected.corrected == (
        ("title", "Leave policy 2027"),
        ("date", None),
        ("status", "Draft"),
    )
    assert assistant.correct(new, {"title": None}).title == "Leave policy 2027"
    assert assistant.correct(new, {"status": None, "date": None}) == as_read


def test_a_correction_outlasts_a_new_version_another_process_and_the_file_being_moved(
    assistant, policies, tmp_path
):
    _, new = policies
    assistant.correct(new, {"date": "2027-05-01", "title": "Leave"})
    path = written(tmp_path / "policies", "new", "Leave policy 2027", 31, "status: Draft\n")
    (updated,) = assistant.sync(tmp_path / "policies").updated
    assert updated.document_id == new
    path.rename(path.with_name("renamed.md"))
    assistant.sync(tmp_path / "policies")

    with Assistant(assistant.store) as other:
        found = info(other, new)
        assert (found.title, found.date) == ("Leave", "2027-05-01")
        assert found.path.endswith("renamed.md")
        other.repair()
        assert other.check() == []
        assert info(other, new).title == "Leave"


def test_with_the_document_goes_what_was_corrected_of_it(assistant, policies, tmp_path):
    _, new = policies
    assistant.correct(new, {"title": "Leave"})
    assistant.remove(new, purge=True)
    (added,) = assistant.add(tmp_path / "policies" / "new.md").added

    assert info(assistant, added.document_id).title == "Leave policy 2027"
    assert info(assistant, added.document_id).corrected == ()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"date": "2025-13"}, "is no date"),
        ({"date": "02/03/2025"}, "is no date"),
        ({"title": " "}, "needs a title"),
        ({"title": "a" * 301}, "too long"),
        ({"author": "A\x07da"}, "cannot be shown"),
        ({"path": "/etc"}, "no 'path' to correct"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(assistant, policies, wanted, said):
    _, new = policies
    before = info(assistant, new)
    with pytest.raises(DocumentError, match=said):
        assistant.correct(new, {"author": "Ada Hale", **wanted})
    assert info(assistant, new) == before
    with pytest.raises(UnknownDocument):
        assistant.correct("none", {"title": "Leave"})


def test_an_answer_from_a_draft_says_so_and_what_is_in_force_comes_first(assistant, policies):
    old, new = policies
    answer = assistant.query(ASKED)
    assert answer.citations[0].document_id == old
    assert "“Leave policy 2027” is a draft." in answer.notices

    assistant.correct(old, {"status": "superseded"})
    assistant.correct(new, {"status": "approved"})
    answer = assistant.query(ASKED)
    assert answer.citations[0].document_id == new
    assert "“Leave policy 2025” is no longer in force." in answer.notices

    alone = assistant.query(ASKED, documents=[old])
    assert alone.citations[0].document_id == old
    assert "“Leave policy 2025” is no longer in force." in alone.notices


def test_a_draft_that_alone_answers_stays_before_what_merely_comes_near(assistant, tmp_path):
    abroad = tmp_path / "abroad.md"
    abroad.write_text("---\nstatus: draft\n---\nEmployees may work from abroad for ten weeks.\n")
    yard = tmp_path / "yard.md"
    yard.write_text("Employees may leave a bicycle in the yard for ten days.\n")
    assistant.add([abroad, yard])

    answer = assistant.query("For how long may employees work from abroad?")
    assert "ten weeks" in answer.sentences[0].text
    assert answer.notices == ("“Abroad” is a draft.",)


def test_the_command_corrects_shows_and_takes_back(footnote, assistant, policies):
    _, new = policies
    store = ("--store", assistant.store)
    done = footnote("correct", new, "--date", "1 May 2027", "--status", "final", *store)
    assert "date 2027-05-01 (read: none), status final (read: Draft)" in done.out
    assert "Leave policy 2027" in footnote("correct", new, *store).out
    done = footnote("correct", new, "--undo", "date", "--undo", "status", *store)
    assert "nothing is corrected" in done.out
    refused = footnote("correct", new, "--date", "soon", *store)
    assert refused.status == 1
    assert "is no date" in refused.err
