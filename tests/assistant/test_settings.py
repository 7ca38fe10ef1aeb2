from pathlib import Path

import pytest

from assistant.ask import query
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
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_setting(monkeypatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as raised:
        Assistant()
    assert "\n" not in str(raised.value)


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
