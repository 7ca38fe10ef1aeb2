"""A judge is trusted as far as what it let pass allows, and no further."""

import math
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.endpoints.wire import Shown
from assistant.judging.canaries import make_canaries
from assistant.judging.examination import Marks, examine, sheets
from assistant.judging.trust import FILE, Standing, Standings, error_bound
from index.errors import StoreError

LIMIT = 0.05
CLEAN = Marks(wrong=66, wrong_accepted=0, right=66, right_accepted=60)
ONE = Marks(wrong=66, wrong_accepted=1, right=66, right_accepted=66, passed=("reversed",))
MANY = Marks(66, 6, 66, 60)


def after(standing: Standing, *, clean: int) -> Standing:
    for _ in range(clean):
        standing = standing.with_canaries(wrong=1, wrong_accepted=False, true_missed=False)
    return standing


# The bound -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("errors", "trials", "bound"),
    [
        (0, 1, 0.95),
        (0, 10, 0.2589),
        (1, 10, 0.3942),
        (2, 10, 0.5069),
        (5, 10, 0.7776),
        (0, 66, 0.0444),
        (1, 66, 0.0699),
        (0, 100, 0.0295),
        (3, 100, 0.0757),
        (10, 10, 1.0),
        (0, 0, 1.0),
    ],
)
def test_the_bound_is_clopper_and_pearsons(errors: int, trials: int, bound: float):
    assert error_bound(errors, trials) == pytest.approx(bound, abs=5e-5)


@given(st.integers(1, 600), st.data())
def test_so_few_errors_are_one_in_twenty_at_the_bound(trials: int, data: st.DataObject):
    errors = data.draw(st.integers(0, trials - 1))
    rate = error_bound(errors, trials)
    likely = sum(
        math.comb(trials, n) * rate**n * (1 - rate) ** (trials - n) for n in range(errors + 1)
    )
    assert likely == pytest.approx(0.05, abs=1e-6)
    assert errors / trials < rate <= error_bound(errors + 1, trials)
    assert error_bound(errors, trials + 1) < rate


# The standing ----------------------------------------------------------------------------------


def test_a_judge_that_lets_no_wrong_sentence_pass_is_trusted_and_one_that_lets_one_is_not():
    assert Standing(examined="", marks=CLEAN).is_trusted(LIMIT)
    assert not Standing(examined="", marks=ONE).is_trusted(LIMIT)
    assert Standing(examined="", marks=ONE).is_trusted(0.07)


def test_what_it_let_pass_in_its_examination_no_number_of_easier_ones_makes_good():
    spoilt = Standing(examined="", marks=ONE)
    assert after(spoilt, clean=400).bound == spoilt.bound == pytest.approx(0.0699, abs=5e-5)
    assert after(Standing(examined="", marks=CLEAN), clean=400).is_trusted(LIMIT)


def test_an_easier_one_that_it_lets_pass_counts_all_the_same():
    standing = Standing(examined="", marks=CLEAN, wrong=10, wrong_accepted=1)
    assert standing.bound == pytest.approx(error_bound(1, 76))
    assert not standing.is_trusted(LIMIT)


def test_who_lets_a_canary_pass_is_examined_again_before_it_is_trusted():
    before = after(Standing(examined="", marks=CLEAN), clean=40)
    caught = before.with_canaries(wrong=1, wrong_accepted=True, true_missed=False)
    assert caught.due
    assert not caught.is_trusted(0.49)
    # What it let pass counts beside what it did in both examinations.
    again = caught.examined_again(CLEAN)
    assert not again.due
    assert again.bound == pytest.approx(error_bound(1, 2 * 66 + 41))
    assert again.is_trusted(LIMIT)
    assert not caught.examined_again(MANY).is_trusted(LIMIT)
    assert again.examined > caught.examined


def test_a_single_claim_that_slips_through_at_the_first_question_does_not_end_all_trust():
    fresh = Standing(examined="", marks=CLEAN)
    caught = fresh.with_canaries(wrong=2, wrong_accepted=1, true_missed=False)
    assert caught.examined_again(CLEAN).is_trusted(LIMIT)
    # Examined anew without such a cause, what was known is replaced and not diluted.
    assert fresh.examined_again(ONE).bound == pytest.approx(error_bound(1, 66))


def test_who_hardly_ever_missed_a_true_sentence_and_does_now_has_changed():
    before = after(Standing(examined="", marks=CLEAN), clean=40)
    assert before.with_canaries(wrong=1, wrong_accepted=False, true_missed=True).due
    often = before
    for _ in range(5):
        missed = often.with_canaries(wrong=1, wrong_accepted=False, true_missed=True)
        often = missed.examined_again(CLEAN)
    # Who misses often is no other than before.
    assert not often.with_canaries(wrong=1, wrong_accepted=False, true_missed=True).due


def test_what_was_long_ago_counts_less_and_no_error_is_forgotten_at_once():
    standing = Standing(examined="", marks=CLEAN, wrong=400, wrong_accepted=3, true=400)
    later = standing.with_canaries(wrong=1, wrong_accepted=False, true_missed=False)
    assert (later.wrong, later.wrong_accepted) == (201, 2)
    assert after(later, clean=2_000).wrong <= 400
    assert after(later, clean=2_000).wrong_accepted >= 1


def test_a_standing_is_told_in_words():
    told = str(Standing(examined="2026-01-02T03:04", marks=ONE, wrong=9, wrong_accepted=2))
    assert told == (
        "in its examination of 2026-01-02 it let 1 of 66 wrong sentences pass and confirmed 66 of "
        "66 right ones; of 9 wrong sentences since then it let 2 pass: at most "
        f"{error_bound(3, 75):.1%} of wrong ones, at 95 %"
    )


# Kept ------------------------------------------------------------------------------------------


def examined(_: Standing | None) -> Standing:
    return Standing(examined="2026-01-02", marks=CLEAN)


def counted(known: Standing | None) -> Standing:
    assert known is not None
    return known.with_canaries(wrong=1, wrong_accepted=False, true_missed=False)


def test_what_is_known_is_kept_by_judge_and_seen_by_others(tmp_path: Path):
    Standings(tmp_path).change("one", examined)
    assert Standings(tmp_path).of("one") == examined(None)
    assert Standings(tmp_path).of("another") is None
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_what_several_note_at_once_is_all_counted(tmp_path: Path):
    Standings(tmp_path).change("one", examined)

    def note() -> None:
        standings = Standings(tmp_path)
        for _ in range(5):
            standings.change("one", counted)

    threads = [threading.Thread(target=note) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    known = Standings(tmp_path).of("one")
    assert known is not None
    assert known.wrong == 30


def test_in_a_folder_that_cannot_be_written_it_is_known_to_this_process(
    tmp_path: Path, monkeypatch
):
    Standings(tmp_path).change("one", examined)
    kept = (tmp_path / FILE).read_bytes()
    monkeypatch.setattr("assistant.judging.trust.is_writable", lambda _: False)
    standings = Standings(tmp_path)
    assert standings.change("one", counted).wrong == 1
    assert standings.change("one", counted).wrong == 2
    assert standings.of("one").wrong == 2
    assert (tmp_path / FILE).read_bytes() == kept
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "content", [b"{", b"[1]", b'{"one": 3}', b'{"one": {"marks": []}}', b"\xff\xfe", b""]
)
def test_what_is_damaged_is_told_in_one_line_with_the_way_out(tmp_path: Path, content: bytes):
    (tmp_path / FILE).write_bytes(content)
    for use in (lambda s: s.of("one"), lambda s: s.change("one", examined)):
        with pytest.raises(StoreError, match="Delete it") as raised:
            use(Standings(tmp_path))
        assert FILE in str(raised.value)
        assert "\n" not in str(raised.value)
    assert (tmp_path / FILE).read_bytes() == content


# Canaries and examination ----------------------------------------------------------------------

WITH_FIGURES = (
    "Four of the 12 gates failed in the night of the flood.",
    "Nobody has counted the 340 boats that were torn from their moorings.",
)
NIGHT = Shown(
    "Log",
    f"{WITH_FIGURES[0]} The mayor called for calm in the morning. {WITH_FIGURES[1]}\n\n"
    "Gate | Level (m) | Remark\n3 | 6.92 | it failed in the night of the flood\n",
)


def test_a_canary_is_a_sentence_as_it_stands_and_another_with_a_figure_that_stands_nowhere():
    seen = set()
    for number in range(30):
        made = make_canaries([NIGHT], [f"Claim {number}."])
        assert made is not None
        assert " ".join(made.true.split()) in " ".join(NIGHT.text.split())
        differences = [
            [
                (one, other)
                for one, other in zip(sentence.split(), made.wrong.split(), strict=True)
                if one != other
            ]
            for sentence in WITH_FIGURES
        ]
        (((old, new),),) = [found for found in differences if len(found) == 1]
        assert old in ("12", "340")
        assert new.isdecimal()
        assert new not in NIGHT.text
        assert abs(int(new) - int(old)) > 0.005 * int(old)
        seen.add(made)
    assert len(seen) > 5


def test_a_request_has_always_the_same_canaries_and_they_ask_nothing_twice():
    claims = ["The mayor called for calm in the morning."]
    assert make_canaries([NIGHT], claims) == make_canaries([NIGHT], claims)
    for number in range(20):
        made = make_canaries([NIGHT], [*claims, str(number)])
        assert made is not None
        assert made.true not in claims


@pytest.mark.parametrize(
    "text",
    ["", "It rained.", "Nobody knows how many boats there were.", "Gate | Level (m)\n3 | 6.92\n"],
)
def test_passages_without_a_figure_in_a_sentence_give_none(text: str):
    assert make_canaries([Shown("Log", text)], []) is None


PIECES = ("0", "7", "12", "999", "٣", "½", ".", "! ", "a", "the", "中", "\n", " | ", "1.5", "1/3")
STRANGE = st.lists(st.sampled_from(PIECES))


@given(st.lists(STRANGE.map(" ".join) | st.text(), max_size=3), st.lists(st.text(), max_size=3))
def test_no_passage_is_too_strange_for_canaries(texts: list[str], claims: list[str]):
    made = make_canaries([Shown("Log", text) for text in texts], claims)
    assert made is None or made.true != made.wrong


def test_the_examination_holds_as_many_wrong_claims_as_the_limit_takes_and_no_claim_twice():
    questions = [question for sheet in sheets() for question in sheet.questions]
    assert len({question.claim for question in questions}) == len(questions) == 132
    wrong = [question for question in questions if not question.right]
    assert len(wrong) == 66
    assert error_bound(0, len(wrong)) <= LIMIT < error_bound(1, len(wrong))
    assert all(sheet.passages for sheet in sheets())


def test_marks_count_what_was_let_pass_by_its_kind():
    wrong = next(q for sheet in sheets() for q in sheet.questions if not q.right)
    marks = examine(lambda _, claims: [claim == wrong.claim for claim in claims])
    assert (marks.wrong_accepted, marks.right_accepted) == (1, 0)
    assert marks.passed == (wrong.kind,)


def test_what_a_judge_raises_in_its_examination_is_raised():
    def broken(*_: object) -> list[bool]:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        examine(broken)
