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
