"""A question put to the documents of a period."""

from types import SimpleNamespace

import pytest

from assistant.web.rendering.library import within
from index.errors import QuestionError

DOCUMENTS = [
    SimpleNamespace(id=date or "undated", date=date)
    for date in ("2024", "2025-03", "2025-11-13", "2025-11-20", "2026-01-02", None)
]


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2025-11-14", "", ["2025-11-20", "2026-01-02"]),
        ("", "2025-03", ["2024", "2025-03"]),
        ("2025", "2025", ["2025-03", "2025-11-13", "2025-11-20"]),
        (" 2025-11-13 ", "2025-11-13", ["2025-11-13"]),
        ("2025-03-15", "2025-03-20", ["2025-03"]),
        ("2024-06", "2024-07", ["2024"]),
    ],
)
def test_documents_are_chosen_by_date_as_far_as_both_tell(since, until, found):
    assert within(DOCUMENTS, [], since, until) == found


def test_without_a_period_the_choice_stands():
    assert within(DOCUMENTS, [], "", " ") is None
    assert within(DOCUMENTS, ["2024"], "", "") == ["2024"]


def test_a_choice_is_narrowed_further():
    assert within(DOCUMENTS, ["2024", "2025-03"], "2025", "") == ["2025-03"]


@pytest.mark.parametrize("given", ["13.11.2025", "2025-13", "2025-11-32", "May", "25"])
def test_what_is_no_date_is_told(given):
    with pytest.raises(QuestionError, match="is no date"):
        within(DOCUMENTS, [], given, "")


def test_an_empty_period_is_told():
    with pytest.raises(QuestionError, match="None of the documents"):
        within(DOCUMENTS, [], "2030", "")
