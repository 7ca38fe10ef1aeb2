"""HTML stands in templates, and whatever a template shows is escaped."""

import ast
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from assistant.templating import Macros

ROOT = Path(__file__).parents[2] / "assistant"
HOSTILE = """<script>alert(1)</script> "quoted" & 'more'"""
TEMPLATE = """\
{% macro shown(words) -%}
<p title="{{ words }}">{{ words }}</p>
{%- endmacro %}
{% macro known() %}{{ name }}{% endmacro %}
{% macro unknown() %}{{ nobody }}{% endmacro %}
"""


@pytest.fixture
def macros(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Macros:
    folder = tmp_path / f"page_of_{tmp_path.name}" / "templates"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "page.html").write_text(TEMPLATE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return Macros(folder.parent.name, "page.html", name="<b>")


def literals(path: Path) -> list[str]:
    """The texts in a module's code that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    remarks = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in remarks
    ]


def test_what_a_template_shows_is_escaped_unless_it_is_html_already(macros):
    shown = macros.shown(HOSTILE)
    assert isinstance(shown, Markup)
    escaped = Markup.escape(HOSTILE)
    assert shown == f'<p title="{escaped}">{escaped}</p>'
    assert macros.shown(Markup("<b>")) == '<p title="<b>"><b></p>'
    assert macros.known() == "&lt;b&gt;"


def test_a_name_that_nothing_gives_a_value_is_an_error(macros):
    with pytest.raises(UndefinedError, match="nobody"):
        macros.unknown()
    with pytest.raises(UndefinedError, match="words"):
        macros.shown()


def test_threads_that_share_a_template_do_not_mix_what_they_show(macros):
    with ThreadPoolExecutor(8) as pool:
        shown = list(pool.map(macros.shown, map(str, range(500))))
    assert shown == [f'<p title="{number}">{number}</p>' for number in range(500)]


def test_html_stands_in_templates_and_not_in_the_code():
    tags = re.compile(r"</?(?:a|article|button|div|h\d|li|ol|p|section|span|sup|ul)\b[^<]*>")
    modules = [*(ROOT / "web").rglob("*.py"), *(ROOT / "reporting").rglob("*.py")]
    assert len(modules) > 20
    found = [(path.name, text) for path in modules for text in literals(path) if tags.search(text)]
    assert not found


def test_no_template_switches_escaping_off():
    templates = [*ROOT.rglob("templates/*.html")]
    assert len(templates) > 5
    for template in templates:
        assert not re.search(r"\|\s*safe\b|autoescape|Markup", template.read_text(encoding="utf-8"))
