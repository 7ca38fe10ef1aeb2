import traceback
from pathlib import Path

import pytest

from assistant import query
from assistant.assistant import Assistant
from assistant.settings import Settings, load
from index.errors import EmbeddingMismatch, EmptyStore, SettingsError


def test_without_any_setting_the_store_is_in_the_working_directory():
    assert Assistant().store == Path(".footnote")


def test_a_setting_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("FOOTNOTE_PORT", "7001")
    assert load().port == 7001


def test_a_setting_comes_from_a_dotenv_file(surroundings: Path):
    (surroundings / ".env").write_text("FOOTNOTE_PORT=7002\nOTHER=1\n")
    assert load().port == 7002


def test_a_setting_comes_from_a_toml_file(surroundings: Path):
    (surroundings / "footnote.toml").write_text(
        'port = 7003\n[embedding_options]\napi_base = "http://127.0.0.1:1/v1"\n'
    )
    assert load().port == 7003
    assert load().embedding_options == {"api_base": "http://127.0.0.1:1/v1"}


def test_arguments_come_before_environment_before_dotenv_before_toml(surroundings, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_HOST", "environment")
    monkeypatch.setenv("FOOTNOTE_PORT", "7001")
    (surroundings / ".env").write_text(
        "FOOTNOTE_HOST=dotenv\nFOOTNOTE_PORT=7002\nFOOTNOTE_STORE=dotenv\n"
    )
    (surroundings / "footnote.toml").write_text(
        'host = "toml"\nport = 7003\nstore = "toml"\nquestion_limit = 5\n'
    )
    settings = load(host="argument")
    assert (settings.host, settings.port) == ("argument", 7001)
    assert (settings.store, settings.question_limit) == (Path("dotenv"), 5)


def test_an_argument_that_was_not_given_leaves_the_setting_alone(monkeypatch):
    monkeypatch.setenv("FOOTNOTE_PORT", "7001")
    assert load(port=None).port == 7001


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOOTNOTE_PORT", "many"),
        ("FOOTNOTE_PORT", "0"),
        ("FOOTNOTE_PORT", "65536"),
        ("FOOTNOTE_QUESTION_LIMIT", "0"),
        ("FOOTNOTE_EMBEDDING_OPTIONS", "[1]"),
        ("FOOTNOTE_EMBEDDING_OPTIONS", "{bad"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_setting(monkeypatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as raised:
        Assistant()
    assert "\n" not in str(raised.value)


SECRET = "sk-a-key-that-nobody-may-see"


@pytest.mark.parametrize("value", [f'["{SECRET}"]', f'{{"api_key": "{SECRET}"', f'"{SECRET}"'])
@pytest.mark.parametrize("source", ["environment", ".env"])
def test_a_value_that_cannot_be_used_is_nowhere_in_the_error(
    monkeypatch, surroundings: Path, source: str, value: str
):
    if source == ".env":
        (surroundings / ".env").write_text(f"FOOTNOTE_EMBEDDING_OPTIONS='{value}'\n")
    else:
        monkeypatch.setenv("FOOTNOTE_EMBEDDING_OPTIONS", value)
    with pytest.raises(SettingsError, match="FOOTNOTE_EMBEDDING_OPTIONS") as raised:
        load()
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    assert raised.value.__context__ is None


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("footnote.toml", b'store = "x\n', "footnote.toml.*line 1"),
        ("footnote.toml", b'store = "\xff"\n', "footnote.toml.*UTF-8"),
        ("footnote.toml", b'sotre = "x"\n', "footnote.toml.*sotre"),
        ("footnote.toml", b"port = 0\n", "FOOTNOTE_PORT"),
        (".env", b"FOOTNOTE_STORE=\xff\n", r"\.env.*UTF-8"),
    ],
)
def test_a_file_of_settings_that_cannot_be_used_is_one_line_that_says_where(
    surroundings: Path, name: str, content: bytes, told: str
):
    (surroundings / name).write_bytes(content)
    with pytest.raises(SettingsError, match=told) as raised:
        Assistant()
    assert "\n" not in str(raised.value)
    assert raised.value.__context__ is None


def test_an_unknown_variable_of_the_environment_is_no_error(monkeypatch, surroundings: Path):
    monkeypatch.setenv("FOOTNOTE_SOTRE", "x")
    (surroundings / ".env").write_text("FOOTNOTE_SOTRE=x\n")
    assert load().store == Path(".footnote")


@pytest.mark.parametrize(
    "name",
    ["other", "openai", "no.such.module:Model", "json:NoSuchClass", "collections:OrderedDict"],
)
def test_an_embedding_that_cannot_be_loaded_is_one_line_that_names_it(monkeypatch, name: str):
    monkeypatch.setenv("FOOTNOTE_EMBEDDING", name)
    with pytest.raises(SettingsError, match=name) as raised:
        Assistant()
    assert "\n" not in str(raised.value)


def test_the_length_of_questions_is_a_setting(demo: Assistant, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_QUESTION_LIMIT", "10")
    with Assistant(demo.store) as short, pytest.raises(Exception, match="at most 10 are taken"):
        short.query("Was it a controlled release?")


def test_the_environment_names_the_default_store(demo: Assistant, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_STORE", str(demo.store))
    assert "run dry" in query("Why did Gate 3 fail?").text


def test_a_store_given_by_name_comes_before_the_default(demo: Assistant, monkeypatch, tmp_path):
    monkeypatch.setenv("FOOTNOTE_STORE", str(tmp_path / "nothing"))
    assert "run dry" in query("Why did Gate 3 fail?", store=demo.store).text
    with pytest.raises(EmptyStore):
        query("Why did Gate 3 fail?")


def test_a_store_made_with_another_embedding_is_not_searched_with_this_one(
    demo: Assistant, monkeypatch, tmp_path
):
    (tmp_path / "wrapped.py").write_text(
        "from llama_index.core.embeddings import MockEmbedding\n"
        "class Three(MockEmbedding):\n"
        "    def __init__(self, **options):\n"
        "        super().__init__(embed_dim=3, **options)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    other = Settings(embedding="wrapped:Three")
    with pytest.raises(EmbeddingMismatch, match="FOOTNOTE_EMBEDDING") as raised:
        Assistant(demo.store, settings=other)
    line = str(raised.value)
    assert "all-MiniLM-L6-v2" in line
    assert "wrapped:Three" in line
    assert "\n" not in line
