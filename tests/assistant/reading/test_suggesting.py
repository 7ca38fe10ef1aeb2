"""Questions to begin with are ones that the documents answer."""

from assistant.assistant import Assistant


def test_an_empty_store_suggests_nothing(assistant: Assistant):
    assert assistant.suggestions() == []


def test_what_is_suggested_is_answered(demo: Assistant):
    suggested = demo.suggestions(6)
    assert len(suggested) == len(set(suggested)) == 6
    assert any(question.startswith("What did ") for question in suggested)
    for question in suggested:
        assert not demo.query(question).abstained, question


def test_documents_without_speakers_are_summarised(assistant: Assistant, tmp_path):
    for name in ("mill", "weir"):
        (tmp_path / f"{name}.txt").write_text(f"The {name} of Brindle\n\nIt was built in 1811.")
        assistant.add(tmp_path / f"{name}.txt")
    first, *others = assistant.suggestions(3)
    assert first == "What is in my documents?"
    assert len(others) == 2
    assert all(question.startswith("Summarise ") for question in others)


def test_a_person_is_asked_about_once(assistant: Assistant, tmp_path):
    texts = {
        "one.txt": "Moor said the mill was closed. Ann Lee said that it was open.",
        "two.txt": "Bob Moor said the mill was closed for good. Lee said that it was for sale.",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    assistant.add(tmp_path)
    asked = [one for one in assistant.suggestions(6) if one.startswith("What did")]
    assert sorted(asked) == ["What did Ann Lee say?", "What did Bob Moor say?"]


def test_what_may_be_asked_next_is_answered_by_what_was_cited(demo: Assistant):
    answer = demo.query("Why did Gate 3 fail?")
    asked = [one for one in demo.further(answer) if one is not None]
    assert len(asked) == len(set(asked)) >= 2
    assert answer.question not in asked
    (cited,) = {one.document_id for one in answer.citations}
    for question in asked:
        found = demo.query(question, engine="reader")
        assert not found.abstained, question
        assert cited in {one.document_id for one in found.citations}, question


def test_a_heading_whose_section_answers_nothing_is_no_question(assistant: Assistant, tmp_path):
    (tmp_path / "weir.md").write_text(
        "# The weir of Brindle\n\n## History\n\nThe weir was built in 1811 by the miller.\n\n"
        "## Repairs\n\n## Fish\n\nSalmon pass the weir in May.\n"
    )
    assistant.add(tmp_path / "weir.md")
    answer = assistant.query("When was the weir built?")
    asked = [one for one in assistant.further(answer) if one is not None]
    assert not [one for one in asked if "Repairs" in one]


def test_nothing_is_asked_next_of_documents_in_another_language(assistant: Assistant, tmp_path):
    (tmp_path / "wehr.txt").write_text(
        "Das Wehr von Brindle\n\nDas Wehr wurde im Jahr 1811 von dem Müller gebaut. Die Lachse "
        "ziehen im Mai hindurch, sagte Anna Lehmann. Danach wurde es mehrmals erneuert.",
        encoding="utf-8",
    )
    assistant.add(tmp_path / "wehr.txt")
    answer = assistant.query("Wann wurde das Wehr gebaut?")
    assert answer.citations
    assert [one for one in assistant.further(answer) if one is not None] == []
