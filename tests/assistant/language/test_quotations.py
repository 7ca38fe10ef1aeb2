import pytest

from assistant.language.dates import resolve_relative_dates
from assistant.language.speakers import blanked, speaker_of


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("She said “no” twice.", "She said “··” twice."),
        ('She said "no" twice.', 'She said "··" twice.'),
        ("“It goes on", "“··········"),
        ('A 5" pipe and a 6" pipe met.', 'A 5" pipe and a 6" pipe met.'),
        ('"It is 5" wide," he said.', '"' + "·" * 14 + '" he said.'),
        ('"A 5" and a 6" pipe," he said.', '"' + "·" * 19 + '" he said.'),
        ('"In chapter 5" stood in "chapter 6" too.', '"············" stood in "·········" too.'),
    ],
)
def test_only_what_is_quoted_is_blanked(text: str, left: str):
    assert blanked(text) == left
    assert len(blanked(text)) == len(text)


def test_an_inch_mark_hides_neither_a_speaker_nor_a_date():
    assert speaker_of('The 5" pipe burst, said Ann Lee.').name == "Ann Lee"
    assert resolve_relative_dates('The 5" pipe burst yesterday.', "2023-03-02") == [
        (27, "1 March 2023")
    ]
