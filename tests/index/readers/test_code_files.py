"""Source code by its functions, settings by their paths, logs line by line."""

import pytest
from outcomes import assert_read_or_one_line

from index.document import touched
from index.errors import DocumentError
from index.readers import read


@pytest.fixture
def saved(tmp_path):
    def save(content, name):
        path = tmp_path / name
        path.write_text(content)
        return path

    return save


def at(document, words):
    start = document.text.index(words)
    return [(p.kind, p.label) for p in touched(document.parts, start, start + len(words))]


PYTHON = '''\
"""The gate."""
import os

LIMIT = 6.5


@cached
def opened(level):
    def inner():
        return 1

    return level > LIMIT


class Gate:
    """A gate."""

    width = 3

    async def close(self):
        return None


print("end")
'''


def test_python_is_cited_by_function_and_class(saved):
    document = read(saved(PYTHON, "gate.py"))
    assert document.text == PYTHON
    assert at(document, "return level") == [("function", "opened"), ("line", "12")]
    assert at(document, "@cached") == [("function", "opened"), ("line", "7")]
    assert at(document, "return 1") == [("function", "opened"), ("line", "10")]
    assert at(document, "width = 3") == [("class", "Gate"), ("line", "18")]
    assert at(document, "return None") == [("class", "Gate"), ("function", "close"), ("line", "21")]
    assert at(document, 'print("end")') == [("line", "24")]


@pytest.mark.parametrize(
    ("name", "source", "words", "expected"),
    [
        (
            "gate.js",
            (
                "const limit = 6;\n\nexport async function opened(level) {\n  if (level) {\n"
                "    return 1;\n  }\n}\n\nclass Gate {\n  close() {\n    return 2;\n  }\n}\n"
            ),
            "return 1",
            [("function", "opened")],
        ),
        (
            "gate.go",
            "package gate\n\nfunc (g *Gate) Open(level int) bool {\n\treturn level > 6\n}\n",
            "return level",
            [("function", "Open")],
        ),
        (
            "gate.rs",
            (
                "struct Gate {\n    width: u8,\n}\n\npub fn open(level: u8) -> bool {\n"
                "    level > 6\n}\n"
            ),
            "level > 6",
            [("function", "open")],
        ),
        (
            "gate.c",
            "#include <a.h>\n\nstatic int\nopened(int level)\n{\n    return level > 6;\n}\n",
            "return level",
            [("function", "opened")],
        ),
        ("Gate.java", "class Gate {\n    int width = 3;\n}\n", "width", [("class", "Gate")]),
        ("gate.rb", "def opened(level)\n  level > 6\nend\n", "level > 6", [("function", "opened")]),
        ("gate.sh", "open_gate() {\n  echo up\n}\n", "echo up", [("function", "open_gate")]),
        ("broken.py", "def opened(level:\n    return 1\n", "return 1", [("function", "opened")]),
    ],
)
def test_other_languages_are_cited_by_what_stands_at_the_margin(
    saved, name, source, words, expected
):
    document = read(saved(source, name))
    assert document.text == source
    assert [part for part in at(document, words) if part[0] != "line"] == expected


SETTINGS = """\
# The harbour's settings.
server:
  port: 8080   # of the office
  hosts: [a.example, b.example]
  tls:
    on: true
gates:
  - name: north
    width: 3
  - name: south
note: |
  Two lines
  # no comment
empty:
"""


def test_settings_in_yaml_stand_behind_the_path_that_leads_to_them(saved):
    document = read(saved(SETTINGS, "harbour.yaml"))
    assert document.text.split("\n\n") == [
        "# The harbour's settings.",
        "server.port: 8080 # of the office",
        "server.hosts: a.example, b.example",
        "server.tls.on: true",
        "gates[1].name: north",
        "gates[1].width: 3",
        "gates[2].name: south",
        "note: Two lines\n  # no comment",
        "empty:",
    ]
    assert at(document, "8080") == [("line", "3")]
    assert at(document, "south") == [("line", "10")]
    assert document.title == "harbour.yaml"


def test_settings_in_toml_and_ini_stand_behind_their_section(saved):
    source = '# All.\ntitle = "Port"\n[server.tls]\nport = 80 # of the office\nhosts = [\n"a",\n]\n'
    document = read(saved(source, "harbour.toml"))
    assert document.text.startswith("# All.\n\ntitle: Port\n\n")
    assert "server.tls.port: 80 # of the office" in document.text
    assert 'server.tls.hosts: [ "a", ]' in document.text
    assert at(document, "80 #") == [("line", "4")]
    document = read(saved("; c\n[mail]\nhost = a.example\nport: 25\n", "mail.ini"))
    assert document.text == "; c\n\nmail.host: a.example\n\nmail.port: 25"


@pytest.mark.parametrize("source", ["a: [1", "a: *b", "%", "{{ template }}: 1\n  x"])
def test_settings_that_are_broken_are_kept_as_they_stand_and_told(saved, source):
    document = read(saved(source, "broken.yaml"))
    assert document.text == source
    assert len(document.warnings) == 1


def test_values_that_no_text_may_hold_are_made_printable(saved):
    assert read(saved('a: "x\\0y\\ud800"\n', "odd.yaml")).text == "a: xy?"


def test_aliases_in_settings_do_not_multiply(saved):
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    document = read(saved("\n".join([*lines, "b: &b {c: *b}", "port: 80"]), "bomb.yaml"))
    assert len(document.text) < 10_000
    assert "port: 80" in document.text


LOG = """\
2026-01-02 10:00:01 INFO started
2026-01-02 10:00:02 ERROR failed
Traceback (most recent call last):
  File "a.py", line 3, in run
    open()

ValueError: no gate
2026-01-02 10:00:03 INFO stopped after a long while in which nothing else happened
2026-01-02 10:00:04 INFO started again after a long while with nothing in it
"""


def test_lines_of_a_log_stay_lines_and_a_stack_trace_is_one_thing(saved):
    document = read(saved(LOG, "gate.log"))
    assert document.text.split("\n\n") == [
        "2026-01-02 10:00:01 INFO started",
        (
            "2026-01-02 10:00:02 ERROR failed\nTraceback (most recent call last):\n"
            '  File "a.py", line 3, in run\n    open()\nValueError: no gate'
        ),
        "2026-01-02 10:00:03 INFO stopped after a long while in which nothing else happened",
        "2026-01-02 10:00:04 INFO started again after a long while with nothing in it",
    ]
    assert at(document, "INFO stopped") == [("line", "8")]
    assert at(document, "open()") == [("line", "5")]
    assert document.title == "gate.log"
    assert document.date is None


@pytest.mark.parametrize(
    "source",
    [
        "def a():\n" * 5_000,
        "class A:\n" + "".join(" " * n + "def a():\n" for n in range(1, 300)),
        "(" * 30_000,
        "a: " * 5_000,
        "- " * 5_000,
        "[" * 30_000,
        "{" * 30_000 + "}" * 30_000,
        'a = """' * 5_000,
        "a = [\n" * 5_000,
        "\tat a.b.C(D.java:1)\n" * 5_000,
        "x" * 100_000,
        "&a [*a, *a]",
        "&a\n- *a",
        "? [a, b]\n: c",
        "a: 1\n---\nb: 2",
    ],
)
@pytest.mark.parametrize("kind", ["py", "js", "yaml", "toml", "ini", "log"])
def test_hostile_code_settings_and_logs_end_in_words_or_one_line(saved, source, kind):
    assert_read_or_one_line(saved(source, f"hostile.{kind}"))


def test_an_empty_log_says_so(saved):
    with pytest.raises(DocumentError):
        read(saved("\n\n", "empty.log"))
