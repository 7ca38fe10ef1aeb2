"""`footnote ask` with questions from standard input and files."""

import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import warm
from running import one_line, process

from assistant.answer import Answer
from assistant.assistant import Assistant

WHY, WHO, NOTHING = (
    "Why did Gate 3 fail?",
    "How many people were evacuated?",
    "Who won the football match?",
)

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.txt"
    path.write_text(f"\n{WHY}\n\n   {WHO}  \n", encoding="utf-8")
    return path


def test_a_file_of_questions_is_answered_line_by_line(footnote, questions: Path, demo: Assistant):
    ran = footnote("ask", "--file", questions)
    assert (ran.status, ran.err) == (0, "")
    first, second = re.split(r"^> ", ran.out, flags=re.MULTILINE)[1:]
    assert first.startswith(f"{WHY}\n{demo.query(WHY).text}\n\n[1] ")
    assert second.startswith(f"{WHO}\n{demo.query(WHO).text}\n\n[1] ")


def test_standard_input_is_answered_line_by_line(questions: Path, demo: Assistant):
    with questions.open() as given:
        ran = process("ask", "-", stdin=given)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert re.findall(r"^> (.*)$", ran.stdout, re.MULTILINE) == [WHY, WHO]
    assert demo.query(WHO).text in ran.stdout


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_many_answers_as_json_are_one_a_line(footnote, questions: Path, demo: Assistant, option):
    ran = footnote("ask", "-f", questions, *option)
    answers = [Answer.model_validate_json(line) for line in ran.out.splitlines()]
    assert (ran.status, ran.err) == (0, "")
    assert [answer.question for answer in answers] == [WHY, WHO]
    assert [answer.text for answer in answers] == [demo.query(WHY).text, demo.query(WHO).text]


def test_the_exit_status_is_3_where_one_of_them_is_not_answered(footnote, questions: Path):
    questions.write_text(f"{NOTHING}\n{WHY}\n")
    ran = footnote("ask", "--file", questions, "--json")
    assert ran.status == 3
    assert [json.loads(line)["abstained"] for line in ran.out.splitlines()] == [True, False]


def test_a_question_that_cannot_be_asked_is_told_and_the_others_go_on(footnote, questions: Path):
    questions.write_text(f"{NOTHING}\n?!\n{WHY}\n{'why ' * 2_000}\n")
    ran = footnote("ask", "--file", questions, "--json")
    assert ran.status == 1
    assert [json.loads(line)["question"] for line in ran.out.splitlines()] == [NOTHING, WHY]
    second, fourth = ran.err.splitlines()
    assert second.startswith(f"footnote: {questions}, line 2: ")
    assert fourth.startswith(f"footnote: {questions}, line 4: ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no question"),
        (b"\n \n\r\n", "no question"),
        (b"Why?\nWhere is the caf\xe9?\n", "line 2"),
        ("Why?\n".encode("utf-16"), "UTF-8"),
    ],
)
def test_a_file_that_holds_no_questions_is_one_line(
    footnote, questions: Path, monkeypatch, content, words
):
    questions.write_bytes(content)
    ran = footnote("ask", "--file", questions)
    assert (ran.status, ran.out) == (1, "")
    assert one_line(ran.err)
    assert words in ran.err
    assert "questions.txt" in ran.err
    with questions.open() as given:
        monkeypatch.setattr(sys, "stdin", given)
        piped = footnote("ask", "-")
    assert piped.status == 1
    assert "tandard input" in piped.err
    assert piped.err.splitlines()[-1].count(words) == 1


@pytest.mark.parametrize("name", ["absent.txt", "."])
def test_a_file_that_cannot_be_read_is_one_line(footnote, name: str):
    ran = footnote("ask", "--file", name)
    assert (ran.status, ran.out) == (1, "")
    assert one_line(ran.err)
    assert f"{name} cannot be read" in ran.err


def test_windows_line_ends_and_a_byte_order_mark_are_no_part_of_a_question(footnote, questions):
    questions.write_bytes(b"\xef\xbb\xbf" + f"{WHY}\r\n{WHO}\r\n".encode())
    ran = footnote("ask", "--file", questions, "--json")
    assert [json.loads(line)["question"] for line in ran.out.splitlines()] == [WHY, WHO]


@pytest.mark.parametrize("arguments", [[], [WHY, "--file", "q.txt"], ["-", "--file", "q.txt"]])
def test_a_question_or_a_file_and_not_both(footnote, arguments: Sequence[str]):
    ran = footnote("ask", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert "--file" in ran.err


def test_many_questions_can_be_asked_of_one_document(footnote, questions: Path, demo: Assistant):
    (id_,) = (info.id for info in demo.documents() if "statement" in (info.path or ""))
    ran = footnote("ask", "--file", questions, "--document", id_, "--json")
    for line in ran.out.splitlines():
        assert {c.document_id for c in Answer.model_validate_json(line).citations} <= {id_}


@pytest.mark.parametrize("option", [["--format", "markdown"], ["--out", "answers.md"]])
def test_many_answers_in_one_file_are_a_report(footnote, questions: Path, option: Sequence[str]):
    ran = footnote("ask", "--file", questions, *option)
    assert (ran.status, ran.out) == (2, "")
    assert "footnote report" in " ".join(ran.err.split())


# As processes --------------------------------------------------------------------------------


def test_a_question_on_standard_input_is_answered_before_the_next_is_there(demo: Assistant):
    with subprocess.Popen(
        warm.started("ask", "-", "--json"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as asking:
        assert asking.stdin is not None
        assert asking.stdout is not None
        for question in (WHY, WHO):
            asking.stdin.write(question + "\n")
            asking.stdin.flush()
            assert select.select([asking.stdout], [], [], 60)[0]
            answer = Answer.model_validate_json(asking.stdout.readline())
            assert answer.text == demo.query(question).text
        asking.stdin.close()
        assert asking.wait(30) == 0


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_a_reader_that_has_seen_enough_of_many_answers_is_no_error(
    tmp_path: Path, option: list[str]
):
    many = tmp_path / "many.txt"
    many.write_text(f"{WHY}\n" * 2_000)
    started = shlex.join(warm.started("ask", "--file", many, *option))
    command = f"{started} | head -n 1; exit ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout.count("\n"), ran.stderr) == (0, 1, "")


def test_an_interrupt_between_many_answers_is_one_line(tmp_path: Path):
    many = tmp_path / "many.txt"
    many.write_text(f"{WHY}\n" * 2_000)
    with subprocess.Popen(
        warm.started("ask", "--file", many, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as asking:
        assert asking.stdout is not None
        Answer.model_validate_json(asking.stdout.readline())
        asking.send_signal(signal.SIGINT)
        out, err = asking.communicate(timeout=30)
    assert (asking.returncode, err) == (130, "footnote: Interrupted.\n")
    for line in out.splitlines():
        assert Answer.model_validate_json(line).question == WHY


class Terminal:
    """A terminal with a program in it whose other streams may be elsewhere."""

    def __init__(self, command: Sequence[object], streams: str, **environment: str) -> None:
        self.master, slave = pty.openpty()
        places = {name: slave for name in ("stdout", "stderr") if name in streams}
        kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
        ran = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            env={**kept, "TERM": "xterm", **environment},
            timeout=60,
            check=False,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **places},  # type: ignore[call-overload]
        )
        os.close(slave)
        self.status, self.piped = ran.returncode, (ran.stdout or b"").decode()

    @property
    def shown(self) -> str:
        """What the program wrote to the terminal."""
        return written_to(self.master)


def written_to(terminal: int) -> str:
    """What was written to a terminal that nobody has open any more."""
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65_536)
        except OSError:
            piece = b""
        if not piece:
            os.close(terminal)
            return shown.decode()
        shown += piece


@pytest.fixture(scope="module")
def piped(demo: Assistant) -> str:
    """An answer as it is printed where there is no terminal."""
    return process("ask", WHO, "--store", demo.store).stdout


def plain(shown: str) -> str:
    return re.sub(r"\x1b\[\d*m", "", shown).replace("\r\n", "\n")


def test_an_answer_on_a_terminal_is_coloured_and_otherwise_the_same(piped: str):
    shown = Terminal(warm.started("ask", WHO), "stdout stderr").shown
    assert "\x1b[" in shown
    assert plain(shown) == piped


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colours_are_for_terminals_whose_users_want_them(
    footnote, monkeypatch, environment: dict[str, str], coloured: bool, piped: str
):
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm", **environment}.items():
        monkeypatch.setenv(name, value)
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        monkeypatch.setattr(sys, "stderr", terminal)
        footnote("ask", WHO)
    shown = written_to(master)
    assert ("\x1b[" in shown) == coloured
    assert plain(shown) == piped


def test_progress_goes_to_standard_error_and_answers_to_standard_output(questions: Path):
    terminal = Terminal(warm.started("ask", "--file", questions, "--json"), "stderr")
    assert len([Answer.model_validate_json(line) for line in terminal.piped.splitlines()]) == 2
    shown = terminal.shown
    assert "Answering" in shown
    assert "2/2" in shown


def test_no_bar_is_drawn_between_answers_that_go_by_on_the_terminal(questions: Path):
    terminal = Terminal(warm.started("ask", "--file", questions), "stdout stderr")
    assert "Answering" not in terminal.shown
