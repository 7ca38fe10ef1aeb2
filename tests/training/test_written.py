"""Claims written by hand are read with the words that their paragraph does not carry."""

import pytest

from training.claims import HELD_OUT, sources
from training.rows import Paragraph
from training.written import FOLDER, Written, claims, without

TEXT = (
    "The harbour of Oban was opened in 1847. Its pier is made of granite. Herring was landed "
    "there until 1962. Since then tourists have been its main trade."
)
TWICE = "The harbour of Oban is old. The harbour of Oban is large."
LINE = "- The pier was opened in [[1962]] and is [[of oak]]."


def test_the_words_that_are_wrong_are_known_by_their_place():
    ((paragraph, said, supported, wrong),) = claims(f"@0123456789\n{LINE}")
    assert (paragraph, supported) == ("0123456789", False)
    assert said == "The pier was opened in 1962 and is of oak."
    assert [said[slice(*span)] for span in wrong] == ["1962", "of oak"]


@pytest.mark.parametrize(
    "line", ["* A claim.", "- Nothing is marked.", "+ It was [[here]].", "A line."]
)
def test_a_line_of_another_form_is_told(line):
    with pytest.raises(ValueError, match="no claim of the form"):
        list(claims(f"@0123456789\n{line}"))


def test_a_claim_comes_with_the_sentences_that_hold_its_words(tmp_path):
    import hashlib

    key = hashlib.sha256(TEXT.encode()).hexdigest()[:10]
    (tmp_path / "one.txt").write_text(
        f"@{key}\n+ Herring was landed until 1962.\n{LINE}\n@ffffffffff\n+ Unknown here.\n"
    )
    paragraph = Paragraph("reddit", "Harbours", TEXT, ())
    written = Written(sources([paragraph]), tmp_path)
    found = [claim for _, claim in (*written.training, *written.held_out)]
    assert bool(written.held_out) == paragraph.one_in(HELD_OUT)
    assert [claim.supported for claim in found] == [True, False]
    assert found[0].evidence == "Herring was landed there until 1962."
    assert "granite" in found[1].evidence
    assert "1962" in found[1].evidence


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.txt")), ids=lambda file: file.stem)
def test_each_paragraph_has_as_many_carried_claims_as_not(file):
    by_paragraph: dict[str, list[bool]] = {}
    for paragraph, _, supported, _ in claims(file.read_text(encoding="utf-8")):
        by_paragraph.setdefault(paragraph, []).append(supported)
    assert by_paragraph
    assert all(2 * sum(of) == len(of) for of in by_paragraph.values())


def test_a_claim_is_not_carried_by_a_paragraph_without_the_sentence_that_says_it():
    (source,) = sources([Paragraph("reddit", "Harbours", TEXT, ())])
    left = without("Herring was landed until 1962.", source)
    assert left
    assert "1962" not in left
    assert not without("The harbour of Oban.", sources([Paragraph("reddit", "", TWICE, ())])[0])
