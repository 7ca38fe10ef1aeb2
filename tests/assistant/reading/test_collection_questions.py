"""Questions about the documents themselves are answered from what is known of them."""

import pytest

from assistant import Assistant

DOCUMENTS = {
    "minutes.md": (
        "Minutes of the board",
        "Ada Quist",
        "2024-05-02",
        "The board met about the roof.",
    ),
    "roof.md": ("Offer for the roof", "Tiler Ltd", "2025-02-11", "The roof costs 40,000 euros."),
    "garden.md": ("Garden rules", "Ada Quist", "2023-01-09", "Nobody may walk on the lawn."),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    for name, (title, author, date, text) in DOCUMENTS.items():
        head = (
            f"---\ntitle: {title}\nauthor: {author}\ndate: {date}\ntags: [house, {name[:-3]}]\n---"
        )
        (folder / name).write_text(f"{head}\n\n# {title}\n\n{text}\n", encoding="utf-8")
    with Assistant(tmp_path_factory.mktemp("stores") / "store") as assistant:
        assistant.add([folder])
        yield assistant


@pytest.mark.parametrize(
    ("question", "message", "files"),
    [
        ("Which documents mention the roof?", "2 of 3", {"minutes.md", "roof.md"}),
        ("What files are about the lawn?", "1 of 3", {"garden.md"}),
        ("Where is the lawn mentioned?", "1 of 3", {"garden.md"}),
        ("Welche Dokumente erwähnen „roof“?", "2 von 3", {"minutes.md", "roof.md"}),
        ("Quels documents parlent de roof ?", "2 documents sur 3", {"minutes.md", "roof.md"}),
        ("What is the newest document?", "newest of 3", {"roof.md"}),
        ("Welches ist das älteste Dokument?", "älteste von 3", {"garden.md"}),
        ("Which documents are by Ada Quist?", "2 of 3", {"minutes.md", "garden.md"}),
        ("Which documents are from 2025?", "1 of 3", {"roof.md"}),
        ("Which documents have the tag garden?", "1 of 3", {"garden.md"}),
    ],
)
def test_the_documents_asked_for_are_named_each_with_a_cited_sentence(
    house, question, message, files
):
    answer = house.query(question)

    assert message in answer.message
    assert {(one.path or "").rsplit("/", 1)[-1] for one in answer.citations} == files
    assert all(one.supported for one in answer.sentences)


@pytest.mark.parametrize(
    "question", ["Which documents mention football?", "Which documents are by Nobody?"]
)
def test_where_there_is_none_it_says_so(house, question):
    answer = house.query(question)
    assert answer.abstained
    assert answer.message == "There is no such document."


def test_only_the_documents_that_are_asked_are_counted(house):
    (garden,) = [one for one in house.documents() if one.title == "Garden rules"]
    answer = house.query("Which documents mention the lawn?", documents=[garden.id])
    assert answer.message.startswith("1 of 1")


def test_a_question_about_what_documents_say_is_none_of_these(house):
    assert house.query("What does the roof cost?").kind == "answer"
