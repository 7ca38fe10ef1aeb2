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
