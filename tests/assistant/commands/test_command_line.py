"""The `footnote` command as people and scripts meet it: output, exit status, error lines."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import warm
from running import COMMAND, Run, fresh, one_line, process

from assistant.answer import Answer, Passage
from assistant.assistant import Assistant

# ask -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_ask_prints_the_answer_and_its_footnotes(footnote, demo: Assistant):
    ran = footnote("ask", "Why did Gate 3 fail?")
    answer = demo.query("Why did Gate 3 fail?")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(answer.text + "\n")
    for citation in answer.citations:
        (line,) = (line for line in ran.out.splitlines() if line.startswith(f"[{citation.number}]"))
        assert citation.title in line
        assert " ".join(citation.quote.split()) in line


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
@pytest.mark.usefixtures("store")
def test_ask_as_json_prints_exactly_the_answer(footnote, demo: Assistant, option):
    ran = footnote("ask", "How many people were evacuated?", *option)
    printed = Answer.model_validate_json(ran.out)
    assert (ran.status, ran.err) == (0, "")
    assert json.loads(ran.out) == printed.model_dump(mode="json")
    asked = demo.query("How many people were evacuated?")
    assert (printed.text, printed.citations) == (asked.text, asked.citations)


@pytest.mark.usefixtures("store")
def test_ask_has_exit_status_3_where_the_documents_do_not_answer(footnote):
    ran = footnote("ask", "Who won the football match?")
    assert (ran.status, ran.err) == (3, "")
    assert len(re.findall(r"^–   ", ran.out, re.MULTILINE)) == 3
    ran = footnote("ask", "Who won the football match?", "--json")
    assert ran.status == 3
    assert Answer.model_validate_json(ran.out).abstained


@pytest.mark.usefixtures("store")
def test_ask_can_look_in_one_document_only(footnote, demo: Assistant):
    (id_,) = (info.id for info in demo.documents() if "statement" in (info.path or ""))
    ran = footnote("ask", "How many people were evacuated?", "--document", id_, "--json")
    assert {c.document_id for c in Answer.model_validate_json(ran.out).citations} == {id_}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ask", ""], "empty"),
        (["ask", " \n "], "empty"),
        (["ask", "why " * 30_000], "4,000"),
        (["ask", "Why?", "--document", "nothing"], "'nothing'"),
        (["search", "?"], "empty"),
        (["remove", "nothing"], "'nothing'"),
    ],
)
@pytest.mark.usefixtures("store")
def test_what_cannot_be_done_is_one_line_and_exit_status_1(footnote, arguments, words):
    ran = footnote(*arguments)
    assert (ran.status, ran.out) == (1, "")
    assert one_line(ran.err)
    assert words in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["add"],
        ["remove"],
        ["nonsense"],
        ["ask", "x", "--nonsense"],
        ["ask", "x", "--format", "xml"],
        ["search", "x", "-k", "0"],
        ["search", "x", "-k", "many"],
        ["serve", "--port", "many"],
    ],
)
def test_wrong_usage_has_exit_status_2_and_says_where_help_is(footnote, arguments):
    ran = footnote(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert "-h" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("arguments", [["ask", "Who?"], ["search", "x"], ["remove", "x"]])
def test_an_empty_store_says_how_to_add_documents(footnote, surroundings: Path, arguments):
    ran = footnote(*arguments)
    assert ran.status == 1
    assert one_line(ran.err)
    assert "footnote add PATH" in ran.err
    assert list(surroundings.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["ask", "Who?"], ["search", "x"], ["documents"], ["remove", "x"], ["add", "."]]
)
def test_a_store_named_wrongly_is_one_line_and_left_alone(footnote, surroundings: Path, arguments):
    (surroundings / "notes.txt").write_text("The mill is old.")
    for name in (".", "notes.txt"):
        ran = footnote(*arguments, "--store", name)
        assert (ran.status, ran.out) == (1, "")
        assert one_line(ran.err)
        assert f"There is no store in {name}" in ran.err
    assert [path.name for path in surroundings.iterdir()] == ["notes.txt"]


# search, documents, remove -------------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_search_lists_passages_best_first(footnote, demo: Assistant):
    ran = footnote("search", "relief fund", "-k", 3)
    assert ran.status == 0
    assert re.findall(r"^(\d)\. ", ran.out, re.MULTILINE) == ["1", "2", "3"]
    assert demo.search("relief fund", k=1)[0].title in ran.out.splitlines()[0]


@pytest.mark.usefixtures("store")
def test_search_as_json_prints_exactly_the_passages(footnote, demo: Assistant):
    ran = footnote("search", "relief fund", "-k", 4, "--json")
    printed = [Passage.model_validate(row) for row in json.loads(ran.out)]
    assert (ran.status, printed) == (0, demo.search("relief fund", k=4))


@pytest.mark.usefixtures("store")
def test_documents_lists_ids_dates_and_titles(footnote, demo: Assistant):
    ran = footnote("documents")
    infos = demo.documents()
    assert ran.status == 0
    assert ran.out.splitlines() == [f"{info.id}  {info.date}  {info.title}" for info in infos]


@pytest.mark.usefixtures("store")
def test_documents_as_json_are_all_their_fields(footnote, demo: Assistant):
    rows = json.loads(footnote("documents", "--json").out)
    assert [row["id"] for row in rows] == [info.id for info in demo.documents()]
    assert rows[0]["version"] == demo.documents()[0].version


def test_documents_of_an_empty_store_are_none(footnote):
    ran = footnote("documents")
    assert (ran.status, ran.out) == (0, "")
    assert "footnote add PATH" in ran.err
    assert footnote("documents", "--json").out == "[]\n"


def test_a_document_that_was_removed_is_gone(footnote, seeds: Path):
    footnote("add", seeds / "correction-notice.md", seeds / "harbour-masters-log.txt")
    first, second = (line.split()[0] for line in footnote("documents").out.splitlines())
    assert footnote("remove", first) == Run(0, f"removed {first}\n", "")
    assert [line.split()[0] for line in footnote("documents").out.splitlines()] == [second]


def test_remove_as_json_names_what_is_gone_also_where_one_was_not_there(footnote, seeds: Path):
    footnote("add", seeds / "correction-notice.md", seeds / "harbour-masters-log.txt")
    first, second = (row["id"] for row in json.loads(footnote("documents", "--json").out))
    ran = footnote("remove", first, "nothing", second, "--json")
    assert ran.status == 1
    assert json.loads(ran.out) == {"removed": [first]}
    assert one_line(ran.err)
    ran = footnote("remove", "--purge", second, "--json")
    assert (ran.status, json.loads(ran.out), ran.err) == (0, {"purged": [second]}, "")


def test_check_and_repair_as_json_list_the_differences(footnote, seeds: Path, surroundings: Path):
    footnote("add", seeds / "correction-notice.md")
    assert footnote("check", "--json") == Run(0, "[]\n", "")
    for index in (surroundings / ".footnote").glob("lexical*"):
        shutil.rmtree(index)
    ran = footnote("check", "--json")
    assert ran.status == 4
    assert all(set(row) == {"where", "problem"} for row in json.loads(ran.out))
    assert footnote("repair", "--json") == Run(0, "[]\n", "")


def test_what_steers_a_terminal_is_not_printed_from_a_document(footnote, surroundings: Path):
    note = surroundings / "note.md"
    note.write_text("# The \x1b]0;owned\x07 gate\n\nGate 9 was \x1b[31mred\x1b[0m in 1931.\n")
    footnote("add", note)
    for arguments in (["ask", "What was Gate 9 in 1931?"], ["search", "gate"], ["documents"]):
        ran = footnote(*arguments)
        assert ran.status == 0
        assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", ran.out) is None
    answer = Answer.model_validate_json(footnote("ask", "What was Gate 9 in 1931?", "--json").out)
    (citation,) = answer.citations
    assert "\x1b[31mred" in citation.quote


# add -----------------------------------------------------------------------------------------


def test_add_counts_what_became_of_the_files(footnote, seeds: Path, surroundings: Path):
    ran = footnote("add", seeds)
    assert ran == Run(0, "7 added\n", "")
    assert (surroundings / ".footnote" / "catalog.sqlite").is_file()
    assert footnote("add", seeds).out == "7 unchanged\n"


def test_add_can_replace_a_document_by_a_file_of_another_name(footnote, surroundings: Path):
    for name, closed in (("one.txt", "noon"), ("two.txt", "dusk")):
        (surroundings / name).write_text(f"The gates of Aldin were closed at {closed}.")
    first = json.loads(footnote("add", "one.txt", "--json").out)["added"][0]["document_id"]
    refused = footnote("add", "two.txt", "--replace", first)
    assert (refused.status, "change that file, then sync" in refused.err) == (1, True)
    (surroundings / "one.txt").unlink()
    ran = footnote("add", "two.txt", "--replace", first, "--json")
    assert json.loads(ran.out)["updated"][0]["document_id"] == first
    assert "dusk" in footnote("ask", "When were the gates of Aldin closed?").out
    assert footnote("add", "one.txt", "two.txt", "--replace", first).status == 2


def test_add_tells_which_file_failed_and_why(footnote, seeds: Path):
    ran = footnote("add", "absent.txt", seeds / "correction-notice.md")
    assert (ran.status, ran.out) == (1, "1 added, 1 failed\n")
    assert "absent.txt: It cannot be read: No such file or directory." in ran.err.splitlines()
    assert "Traceback" not in ran.err


def test_add_as_json_names_every_file(footnote, seeds: Path):
    ran = footnote("add", "absent.txt", seeds / "correction-notice.md", "--json")
    report = json.loads(ran.out)
    assert ran.status == 1
    assert {outcome: len(files) for outcome, files in report.items()} == {
        "added": 1,
        "updated": 0,
        "unchanged": 0,
        "removed": 0,
        "passed_over": 0,
        "failed": 1,
    }
    assert report["failed"][0]["path"] == "absent.txt"
    assert report["failed"][0]["reason"]
    assert report["added"][0]["document_id"]


def test_add_of_an_empty_folder_says_that_there_was_nothing(footnote, surroundings: Path):
    (surroundings / "empty").mkdir()
    ran = footnote("add", "empty")
    assert (ran.status, ran.out) == (0, "Nothing to add: no readable file there.\n")


def test_a_store_can_be_named_on_every_command(footnote, seeds: Path, tmp_path: Path):
    store = ["--store", tmp_path / "mine"]
    footnote("add", seeds / "correction-notice.md", *store)
    assert "231" in footnote("ask", "How many buildings were flooded?", *store).out
    assert "231" in footnote("search", "flooded buildings", *store).out
    (line,) = footnote("documents", *store).out.splitlines()
    assert footnote("remove", line.split()[0], *store).status == 0


def test_a_wrong_setting_is_one_line_that_names_it(footnote, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_PORT", "many")
    ran = footnote("documents")
    assert (ran.status, ran.out) == (1, "")
    assert one_line(ran.err)
    assert "FOOTNOTE_PORT" in ran.err


# Help ----------------------------------------------------------------------------------------


def test_help_lists_commands_that_all_have_help_of_their_own(footnote, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    ran = footnote("--help")
    listed = re.findall(r"^│ ([a-z]+) ", ran.out, re.MULTILINE)
    assert {"add", "ask", "search", "documents", "remove", "serve"} <= set(listed)
    for command in listed:
        own = footnote(command, "--help")
        assert own.status == 0
        assert f"Usage: footnote {command}" in own.out
        assert own.err == ""
        assert ("--json" in own.out) == (
            command not in ("serve", "token", "user", "collection", "mcp")
        )


def test_help_promises_no_command_that_is_not_there(footnote):
    text = footnote("--help").out
    for later in ("cite", "report", "verify", "eval", "sync", "watch", "check", "repair", "doctor"):
        if re.search(rf"^│ {later} ", text, re.MULTILINE):
            assert footnote(later, "--help").status == 0
        else:
            assert footnote(later).status == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_and_options(footnote, monkeypatch, shell: str):
    typed = {"bash": "COMP_WORDS", "zsh": "_TYPER_COMPLETE_ARGS", "fish": "_TYPER_COMPLETE_ARGS"}

    def completed(line: str) -> str:
        asked = {"_FOOTNOTE_COMPLETE": f"complete_{shell}", typed[shell]: line}
        asked |= {"COMP_CWORD": str(len(line.split()) - 1)}
        asked |= {"_TYPER_COMPLETE_FISH_ACTION": "get-args"}
        for name, value in asked.items():
            monkeypatch.setenv(name, value)
        ran = footnote()
        assert ran.err == ""
        return ran.out

    assert {"repair", "remove"} <= set(re.findall(r"\w+", completed("footnote re")))
    assert "--file" in completed("footnote ask --f")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_can_be_installed_for_a_shell(shell: str, tmp_path: Path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    home = {**os.environ, "HOME": str(tmp_path), "SHELL": shell}
    command = f"'{COMMAND}' --show-completion; true"
    shown = subprocess.run(
        [shell, "-c", command], capture_output=True, text=True, env=home, timeout=60
    )
    assert "_FOOTNOTE_COMPLETE" in shown.stdout
    assert shown.stderr == ""
    command = f"'{COMMAND}' --install-completion; true"
    installed = subprocess.run(
        [shell, "-c", command], capture_output=True, text=True, env=home, timeout=60
    )
    assert installed.stderr == ""
    assert any("_FOOTNOTE_COMPLETE" in path.read_text() for path in tmp_path.rglob("*foot*"))


# As processes --------------------------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_a_script_gets_json_on_standard_output_and_nothing_else(demo: Assistant):
    ran = fresh("ask", "Why did Gate 3 fail?", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert Answer.model_validate_json(ran.stdout).text == demo.query("Why did Gate 3 fail?").text


@pytest.mark.usefixtures("store")
def test_output_that_is_no_terminal_holds_no_control_codes(footnote):
    ran = process("ask", "Who won the football match?")
    assert ran.stdout
    told = [ran.stdout, ran.stderr]
    for arguments in (["documents"], ["--help"], ["ask"], ["ask", ""]):
        within = footnote(*arguments)
        assert within.out + within.err
        told += [within.out, within.err]
    assert "\x1b" not in "".join(told)
    assert "Traceback" not in "".join(told)


@pytest.mark.parametrize(
    ("arguments", "taken"),
    [
        ("search gate -k 50 --json", 1),
        ("documents", 0),
        ("documents --json", 0),
        ("ask 'Who won the football match?'", 0),
        ("--help", 0),
    ],
)
@pytest.mark.usefixtures("store")
def test_a_reader_that_has_seen_enough_is_no_error(arguments: str, taken: int):
    started = shlex.join(warm.started(*shlex.split(arguments)))
    command = f"{started} | head -c {taken}; exit ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, len(ran.stdout), ran.stderr) == (0, taken, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("arguments", [["documents"], ["search", "gate", "-k", "50", "--json"]])
@pytest.mark.usefixtures("store")
def test_output_that_finds_no_room_is_one_line(arguments: list[str]):
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert ran.returncode == 1
    assert one_line(ran.stderr)
    assert "No space left on device" in ran.stderr


@pytest.mark.parametrize(
    "imported", ["json.decoder", "pydantic_core", "numpy.linalg", "onnxruntime"]
)
@pytest.mark.usefixtures("store")
def test_an_interrupt_is_one_line_even_while_the_program_loads(imported: str):
    # Python tells on standard error of each module that is loaded.
    asking = subprocess.Popen(
        [sys.executable, "-X", "importtime", COMMAND, "ask", "Why did Gate 3 fail?"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with asking:
        assert asking.stderr is not None
        assert any(line.split()[-1].startswith(imported) for line in asking.stderr)
        asking.send_signal(signal.SIGINT)
        out, err = asking.communicate(timeout=30)
    said = [line for line in err.splitlines() if not line.startswith("import time:")]
    assert (asking.returncode, out, said) == (130, "", ["footnote: Interrupted."])


@pytest.mark.usefixtures("store")
def test_a_port_in_use_is_one_line_that_names_it():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = process("serve", "--port", port, "--no-browser")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert one_line(ran.stderr)
    assert str(port) in ran.stderr


def test_an_interrupted_add_says_that_what_it_had_is_kept(surroundings: Path):
    files = surroundings / "files"
    files.mkdir()
    for number in range(400):
        words = " ".join(f"Barrel {number}-{n} of the cellar holds wine." for n in range(80))
        (files / f"{number:03}.txt").write_text(words)
    adding = subprocess.Popen(
        [COMMAND, "add", "files"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ.copy(),
    )
    kept = 0
    while not kept:
        assert adding.poll() is None
        time.sleep(0.2)
        with Assistant() as beside:
            kept = len(beside.documents())
    adding.send_signal(signal.SIGINT)
    out, err = adding.communicate(timeout=30)
    assert (adding.returncode, out) == (130, "")
    assert one_line(err)
    assert "What was added is kept; the same command goes on" in err
    with Assistant() as after:
        assert kept <= len(after.documents()) < 400
        assert "wine" in after.query("What does barrel 0-5 of the cellar hold?").text


def test_watching_a_folder_that_is_not_there_is_one_line(footnote):
    run = footnote("watch", "nowhere")
    assert run.status == 1
    assert run.err == "footnote: There is no folder nowhere: nothing was changed.\n"


def test_watching_as_json_tells_each_change_on_a_line(surroundings: Path):
    folder = surroundings / "notes"
    folder.mkdir()
    (folder / "first.md").write_text("The gate opened at noon.\n")
    with subprocess.Popen(
        [COMMAND, "watch", "notes", "--json"], stdout=subprocess.PIPE, text=True
    ) as watching:
        assert watching.stdout is not None
        assert [
            Path(row["path"]).name for row in json.loads(watching.stdout.readline())["added"]
        ] == ["first.md"]
        (folder / "first.md").unlink()
        (folder / "second.md").write_text("The mill burnt down in 1931.\n")
        told: set[str] = set()
        while not {"added", "removed"} <= told:
            told |= {name for name, rows in json.loads(watching.stdout.readline()).items() if rows}
        watching.send_signal(signal.SIGINT)
        assert watching.wait(30) == 0


@pytest.mark.usefixtures("store")
def test_eval_measures_own_questions_for_people_and_as_json(footnote, tmp_path):
    questions = tmp_path / "questions.jsonl"
    row = {"question": "How many people were evacuated?", "answers": ["340 people"]}
    absent = {"question": "Who won the football match?", "answerable": False}
    questions.write_text(json.dumps(row) + "\n" + json.dumps(absent) + "\n")
    shown = footnote("eval", questions)
    assert shown.status == 0
    assert re.search(r"answer holds it +1\.000  0\.\d+–1\.000  of 1", shown.out)
    assert "expected calibration error" in shown.out
    measured = json.loads(footnote("eval", questions, "--json").out)
    assert measured["questions"] == 2
    assert measured["measures"]["unanswerable: abstained (recall)"][0] == 1
    questions.write_text('{"question": ""}\n')
    failed = footnote("eval", questions)
    assert failed.status == 1
    assert "line 1: question" in failed.err
    assert failed.err.count("\n") == 1


def test_code_that_lies_beside_the_documents_is_not_run(surroundings: Path):
    """Python looks for modules in the working directory first, unless it is told not to."""
    for name in ("email", "yaml", "trafilatura", "index"):
        (surroundings / f"{name}.py").write_text("open('ran', 'w').close()\n")
    (surroundings / "note.md").write_text("The gate opened at noon.\n")
    ran = fresh("add", "note.md", cwd=surroundings)
    assert (ran.returncode, ran.stdout) == (0, "1 added\n")
    assert not (surroundings / "ran").exists()


def test_an_archive_is_removed_by_its_path_with_all_that_it_holds(footnote, surroundings: Path):
    with zipfile.ZipFile(surroundings / "report.zip", "w") as archive:
        archive.writestr("a.txt", "The gates of Aldin were closed at dusk.")
        archive.writestr("annex/b.txt", "The museum shows seven ferries.")
    assert footnote("add", "report.zip").out == "2 added\n"
    listed = footnote("documents").out
    assert "(report.zip › a.txt)" in listed
    assert "(report.zip › annex/b.txt)" in listed
    cited = json.loads(footnote("ask", "When were the gates of Aldin closed?", "--json").out)
    assert cited["citations"][0]["path"].endswith("/report.zip › a.txt")
    bibtex = footnote("ask", "When were the gates of Aldin closed?", "--format", "bibtex").out
    assert "report.zip › a.txt" in bibtex

    removed = footnote("remove", "report.zip")

    assert removed.status == 0
    assert len(removed.out.splitlines()) == 2
    assert footnote("documents").out == ""
    for gone in ("report.zip", "x" * 300):
        ran = footnote("remove", gone)
        assert ran.status == 1
        assert one_line(ran.err)


def test_an_empty_path_is_one_line_and_makes_no_store(footnote, surroundings: Path):
    for command in ("add", "sync"):
        ran = footnote(command, "")
        assert (ran.status, ran.out) == (1, "")
        assert one_line(ran.err)
        assert "A path is empty" in ran.err
    assert not (surroundings / ".footnote").exists()


def test_what_a_folder_holds_and_is_not_read_is_told(footnote, surroundings: Path):
    (surroundings / "news").mkdir()
    (surroundings / "news" / "song.mp3").write_bytes(b"ID3")
    ran = footnote("add", "news")
    assert (ran.status, ran.out) == (0, "1 passed over\n")
    assert "song.mp3: Files that end in '.mp3'" in ran.err
