"""JSON, notebooks, XML and source code: values keep the names that lead to them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcomes import assert_read_or_one_line, outcome

from index.errors import DocumentError
from index.readers import read


def words(document, span):
    return document.text[span.start : span.end]


RECORDS = [{"gate": 1, "level": 6.9, "open": True}, {"gate": 3, "level": None, "notes": ["a", "b"]}]


@pytest.mark.parametrize(
    ("name", "content"),
    [("levels.json", json.dumps(RECORDS)), ("levels.jsonl", "\n".join(map(json.dumps, RECORDS)))],
)
def test_flat_records_are_a_table_whose_rows_are_records(saved, name, content):
    document = read(saved(content, name))
    assert document.text == "gate | level | open | notes\n1 | 6.9 | true\n3 |  |  | a, b"
    [table] = document.tables
    assert words(document, table.header) == "gate | level | open | notes"
    assert [(p.kind, p.label, words(document, p)) for p in document.parts] == [
        ("record", "1", "1 | 6.9 | true"),
        ("record", "2", "3 |  |  | a, b"),
    ]


def test_nested_values_stand_behind_the_names_that_lead_to_them(saved):
    value = {
        "report": {"gate": 3, "causes": ["rust", "ice"]},
        "crew": [{"n": "Ada", "since": 2019}],
    }
    document = read(saved(json.dumps(value), "report.json"))
    assert "report.gate: 3\nreport.causes: rust, ice" in document.text
    assert "n | since\nAda | 2019" in document.text


def test_prose_in_json_keeps_its_paragraphs(saved):
    prose = "The gate was opened at 21:34 because the level stood too high. " * 2
    document = read(saved(json.dumps({"body": f"{prose}\n\n{prose}"}), "article.json"))
    assert [words(document, h) for h in document.headings] == ["body"]
    assert document.text.count("The gate was opened") == 4


def test_damaged_json_says_where(saved):
    with pytest.raises(DocumentError, match=r"line 2") as caught:
        read(saved('{"a": 1,\n b}', "broken.json"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["[" * 100_000, '{"a":' * 100_000, "[" * 500 + "1" + "]" * 500])
def test_json_nested_beyond_measure_is_one_line(saved, content):
    with pytest.raises(DocumentError):
        read(saved(content, "deep.json"))


def test_a_number_of_too_many_digits_is_one_line(saved):
    with pytest.raises(DocumentError, match="too many digits"):
        read(saved("[" + "9" * 20_000 + "]", "long.json"))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=90),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_any_json_is_read_or_refused_in_one_line(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("json") / "any.json"
    path.write_text(json.dumps(value))
    assert_read_or_one_line(path)


NOTEBOOK = {
    "nbformat": 4,
    "metadata": {},
    "cells": [
        {"cell_type": "markdown", "source": ["# Levels\n", "\n", "The *level* rose."]},
        {
            "cell_type": "code",
            "source": "print(6.9)",
            "outputs": [{"output_type": "stream", "text": ["6.9\n"]}, {"data": {"image/png": "x"}}],
        },
    ],
}


def test_a_notebook_is_read_cell_by_cell_with_what_it_printed(saved):
    document = read(saved(json.dumps(NOTEBOOK), "levels.ipynb"))
    assert document.text == "Levels\n\nThe level rose.\n\nprint(6.9)\n\n6.9"
    assert document.title == "Levels"
    assert [(part.kind, part.label) for part in document.parts] == [("cell", "1"), ("cell", "2")]


@pytest.mark.parametrize("content", ["{}", '{"cells": 3}', '{"cells": [{"x": 1}]}', '{"cells": ['])
def test_a_damaged_notebook_is_one_line(saved, content):
    with pytest.raises(DocumentError):
        read(saved(content, "broken.ipynb"))


def test_xml_prose_is_paragraphs_and_short_values_keep_their_names(saved):
    prose = "The gate was opened at 21:34 because the level <b>stood</b> far too high that night."
    source = (
        f"<?xml version='1.0'?><report xml:lang='en-GB'><title>Gate 3</title>"
        f"<para>{prose}</para><level unit='m'>6.92</level><open>21:34</open></report>"
    )
    document = read(saved(source, "report.xml"))
    assert document.text.split("\n\n") == [
        "Gate 3",
        "The gate was opened at 21:34 because the level stood far too high that night.",
        "level: 6.92, unit m\nopen: 21:34",
    ]
    assert document.title == "Gate 3"
    assert document.language == "en"


def test_xml_entities_are_not_resolved_and_files_not_read(saved, tmp_path):
    (tmp_path / "secret").write_text("the secret words")
    source = (
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>'
        "<r><a>before &e; after</a><b>More words.</b></r>"
    )
    assert "secret words" not in read(saved(source, "entity.xml")).text


def test_a_bomb_of_entities_is_refused_or_harmless(saved):
    levels = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "boom">' for n in range(12)
    )
    source = f'<?xml version="1.0"?><!DOCTYPE r [{levels}]><r><a>&l11;</a><b>words</b></r>'
    found = outcome(saved(source, "bomb.xml"))
    assert len(found if isinstance(found, str) else found.text) < 1_000


@pytest.mark.parametrize(
    "source", ["<r><a>", "<r>" + "<a>" * 5_000 + "</a>" * 5_000 + "</r>", "<?xml "]
)
def test_xml_that_is_damaged_or_too_deep_is_one_line(saved, source):
    with pytest.raises(DocumentError) as caught:
        read(saved(source, "broken.xml"))
    assert "\n" not in str(caught.value)


def test_code_is_kept_as_it_stands_and_cited_by_line(saved):
    source = "# Opens the gate.\ndef opened(level):\n\n    return level > 6.5\n"
    document = read(saved(source, "gate.py"))
    assert document.text == source
    assert document.title == "gate.py"
    at = source.index("return")
    assert [(p.kind, p.label) for p in document.parts_at(at, at + 6)] == [
        ("function", "opened"),
        ("line", "4"),
    ]


def test_an_error_that_a_notebook_shows_is_read(saved):
    output = {"output_type": "error", "ename": "ValueError", "evalue": "gauge 7 is broken"}
    cell = {"cell_type": "code", "source": "mean(gauges)", "metadata": {}, "outputs": [output]}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4}

    document = read(saved(json.dumps(notebook).encode(), name="tides.ipynb"))

    assert document.text == "mean(gauges)\n\nValueError: gauge 7 is broken"


@pytest.mark.parametrize(
    ("stated", "title"),
    [({}, "Port log"), ({"title": "The log of the port"}, "The log of the port")],
)
def test_names_that_lead_to_values_are_no_title(saved, stated, title):
    ships = {**stated, "ships": [{"name": "Quill", "tons": 231}, {"name": "Ann", "tons": 90}]}

    assert read(saved(json.dumps(ships).encode(), name="port_log.json")).title == title


def shown_by(outputs):
    """A notebook of one cell that shows these things."""
    data = [{"output_type": "display_data", "metadata": {}, "data": data} for data in outputs]
    cell = {"cell_type": "code", "metadata": {}, "source": "flow", "outputs": data}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4})


def test_what_a_notebook_shows_is_read_in_the_form_that_has_its_words(saved):
    frame = "<table><thead><tr><th></th><th>month</th><th>flow</th></tr></thead>"
    frame += "<tbody><tr><th>0</th><td>May</td><td>40</td></tr></tbody></table>"
    outputs = [
        {"text/markdown": ["**Result:** 40.2 m³/s"], "text/plain": ["<Markdown object>"]},
        {"text/html": [frame], "text/plain": ["  month  flow\n0  May    40"]},
        {"text/latex": ["$\\frac{a}{b}$"]},
        {"text/html": "<div id='w'></div><script>draw()</script>", "text/plain": "A widget"},
    ]

    document = read(saved(shown_by(outputs), "flow.ipynb"))

    frame = "| month | flow\n0 | May | 40"
    assert document.text == f"flow\n\nResult: 40.2 m³/s\n\n{frame}\n\na/b\n\nA widget"
    [table] = document.tables
    assert words(document, table.header) == "| month | flow"
