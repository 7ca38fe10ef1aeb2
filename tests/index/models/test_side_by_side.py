"""Many texts are computed side by side, and who comes meanwhile is not behind all of them."""

import os
import threading

import pytest

from index.models.graphs import side_by_side, workers

CORES = os.cpu_count() or 1


def test_what_comes_out_stands_in_the_order_of_what_went_in():
    assert list(side_by_side(str.upper, (f"text {n}" for n in range(50)))) == [
        f"TEXT {n}" for n in range(50)
    ]
    assert list(side_by_side(str.upper, [])) == []


def test_a_question_waits_for_a_few_texts_of_a_folder_and_not_for_all():
    begun: list[int] = []
    go_on = threading.Semaphore(0)

    def slow(number: int) -> int:
        begun.append(number)
        go_on.acquire()
        return number

    folder = threading.Thread(target=lambda: list(side_by_side(slow, range(40))))
    folder.start()
    try:
        question = workers().submit(str.upper, "why?")
        for _ in range(2 * CORES + 2):
            go_on.release()
        assert question.result(timeout=30) == "WHY?"
        assert len(begun) < 40
    finally:
        for _ in range(40):
            go_on.release()
        folder.join()


def test_an_error_of_one_text_is_raised_and_the_others_do_not_hang():
    def fails(number: int) -> int:
        if number == 3:
            raise ValueError(number)
        return number

    with pytest.raises(ValueError, match="3"):
        list(side_by_side(fails, range(10)))
    assert workers().submit(len, "pier").result(timeout=30) == 4
