"""The one family of errors; each message is a sentence for the person who can act on it.

FootnoteError
├── DocumentError        a file cannot be read as a document
│   ├── UnsupportedFormat    its type is not one that can be read
│   ├── EmptyDocument        it holds no text
│   ├── EncryptedDocument    it needs a password
│   ├── FetchError           an address gives no document
│   └── PageError            a page cannot be shown as it is printed
├── QuestionError        the question cannot be answered as asked (empty, too long)
├── EvaluationError      a file of questions to measure by cannot be used
├── ReportError          a report cannot be made, written or checked
├── StoreError           the store cannot be opened or written
│   ├── EmptyStore           nothing has been added yet
│   ├── UnknownDocument      no document has this id
│   ├── EmbeddingMismatch    the store was made with another embedding model
│   └── TableError           a table cannot be asked, or a statement over it is not run
├── CollectionError      a collection cannot be used so, or not by whoever asks
│   └── UnknownCollection    no collection has this name, or none that may be read
├── ModelError           the embedding model is missing, damaged or does not answer
├── SettingsError        a setting has a value that cannot be used
└── ServeError           the web page cannot be served (port in use, …)
"""

from pathlib import Path

_FULL = ("no space left", "disk is full", "file too large", "i/o error")


class FootnoteError(Exception):
    """Anything that went wrong and that the user can act on; `str(error)` is one clear line.

    >>> try:
    ...     demo.document("d9")
    ... except FootnoteError as error:
    ...     print(f"{type(error).__name__}: {error}")
    UnknownDocument: No document has the id 'd9'. 'footnote documents' lists those that are there.
    """


class DocumentError(FootnoteError):
    """A file cannot be read as a document.

    >>> from index.readers.reading import read
    >>> read(tmp_path / "pier.txt")
    Traceback (most recent call last):
        ...
    index.errors.DocumentError: There is no such file.
    """


class UnsupportedFormat(DocumentError):
    """The file's type is not one that can be read.

    >>> from index.readers.reading import read_bytes
    >>> read_bytes(b"ID3" + bytes(99), "song.mp3")
    Traceback (most recent call last):
        ...
    index.errors.UnsupportedFormat: This seems to be a binary file (...audio...): ...
    """


class EmptyDocument(DocumentError):
    """The file holds no text.

    >>> from index.readers.reading import read_bytes
    >>> read_bytes(b"  ", "note.txt")
    Traceback (most recent call last):
        ...
    index.errors.EmptyDocument: The file is empty.
    """


class EncryptedDocument(DocumentError):
    """The file needs a password.

    >>> from index.readers.reading import read_bytes
    >>> locked = bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le")
    >>> read_bytes(locked, "letter.docx")
    Traceback (most recent call last):
        ...
    index.errors.EncryptedDocument: The file needs a password: save a copy without one.
    """


class FetchError(DocumentError):
    """An address gives no document.

    >>> from index.ingesting.fetching import fetched
    >>> fetched("http://169.254.169.254/latest")
    Traceback (most recent call last):
        ...
    index.errors.FetchError: The address leads to where machines are told their own keys ...
    """


class PageError(DocumentError):
    """A page cannot be shown as it is printed.

    >>> from index.pages.drawing import draw
    >>> draw(report.path, "application/pdf", page=99, width=800)
    Traceback (most recent call last):
        ...
    index.errors.PageError: There is no page 99.
    """


class QuestionError(FootnoteError):
    """The question cannot be answered as asked.

    >>> demo.query("  ")
    Traceback (most recent call last):
        ...
    index.errors.QuestionError: The question is empty: type what you want to know.
    """


class EvaluationError(FootnoteError):
    """A file of questions to measure by cannot be used.

    >>> from assistant.evaluating.evaluation import parsed_questions
    >>> parsed_questions(b"", "questions.jsonl")
    Traceback (most recent call last):
        ...
    index.errors.EvaluationError: questions.jsonl holds no question: put one JSON object on ...
    """


class ReportError(FootnoteError):
    """A report cannot be made, written or checked.

    >>> demo.verify("night.html")
    Traceback (most recent call last):
        ...
    index.errors.ReportError: There is no file night.html.
    """


class StoreError(FootnoteError):
    """The store cannot be opened or written.

    >>> print(StoreError.of(Path("store"), OSError("No space left on device")))
    The store's files in store cannot be used: No space left on device. The disk is full, ...
    """

    @classmethod
    def of(cls, folder: Path, fault: Exception) -> "StoreError":
        """The error for files in `folder` that the disk or a database complains of."""
        said = " ".join(str(fault).split())[:200].rstrip(".")
        if any(sign in said.lower() for sign in _FULL):
            way = (
                "The disk is full, or refuses to be written for another reason. Make room, then do "
                "it again; what was stored before is kept."
            )
        else:
            way = (
                "Check that the disk has room and that the folder is yours to read and write. If "
                "so, the files are damaged: 'footnote check' says which; 'footnote repair' makes "
                "the indexes anew from catalog.sqlite."
            )
        return cls(f"The store's files in {folder} cannot be used: {said}. {way}")

    @classmethod
    def server(cls, what: str, place: str, setting: str, fault: object) -> "StoreError":
        """The error for a server of a shared store that does not answer, or refuses.

        >>> print(StoreError.server("vectors", "http://db:8000", "FOOTNOTE_CHROMA", "refused"))
        The store's vectors at http://db:8000 cannot be used: refused. See that the server runs ...
        >>> fault = OSError("could not extend file: No space left on device")
        >>> print(StoreError.server("catalog", "postgresql://db/notes", "FOOTNOTE_CATALOG", fault))
        The store's catalog at ... on device. Its disk is full: make room there. ...
        """
        said = " ".join(str(fault).split())[:200].rstrip(".") or type(fault).__name__
        way = f"See that the server runs and that {setting} names it."
        if any(sign in said.lower() for sign in _FULL):
            way = "Its disk is full: make room there."
        return cls(
            f"The store's {what} at {place} cannot be used: {said}. {way} What was acknowledged is "
            "kept; do it again when the server is back."
        )

    @classmethod
    def catalog(cls, folder: Path, fault: Exception) -> "StoreError":
        """The error for a catalog in the store `folder` that its database complains of."""
        said = " ".join(str(fault).split())[:200].rstrip(".")
        if any(sign in said.lower() for sign in _FULL) or "readonly" in said.lower():
            return cls.of(folder, fault)
        return cls(
            f"The catalog of the store in {folder} cannot be used: {said}. Check that the folder "
            "is yours to read and write. If so, it is damaged, and nothing can make it again from "
            "the rest: restore catalog.sqlite, or add your documents to a new store (they are "
            f"where they were; copies of uploads are in {folder / 'uploads'})."
        )


class EmptyStore(StoreError):
    """Nothing has been added to the store yet.

    >>> with type(demo)(tmp_path / "new") as assistant:
    ...     assistant.query("Who heard the sirens?")
    Traceback (most recent call last):
        ...
    index.errors.EmptyStore: There are no documents in ... yet. Add some: footnote add PATH… ...
    """


class UnknownDocument(StoreError):
    """No document in the store has this id.

    >>> store.document("d9")
    Traceback (most recent call last):
        ...
    index.errors.UnknownDocument: No document has the id 'd9'. ...
    """

    @classmethod
    def named(cls, document_id: str) -> "UnknownDocument":
        """The error for an id that no document has, or has no longer."""
        return cls(
            f"No document has the id {document_id!r}. 'footnote documents' lists those that are "
            "there."
        )


class EmbeddingMismatch(StoreError):
    """The store was made with another embedding model.

    >>> print(EmbeddingMismatch.between(Path("store"), "all-MiniLM-L6-v2", "another-model"))
    The store in store was made with the embedding model all-MiniLM-L6-v2, not another-model. ...
    """

    @classmethod
    def between(cls, folder: Path | str, made_with: str, name: str) -> "EmbeddingMismatch":
        """The error for a store in a folder or at an address, and the configured model."""
        return cls(
            f"The store in {folder} was made with the embedding model {made_with}, not {name}. Set "
            "FOOTNOTE_EMBEDDING back to it, or use another store (--store, FOOTNOTE_STORE) and add "
            "the documents there."
        )


class TableError(StoreError):
    """A table cannot be asked, or a statement over it is not run.

    >>> from index.tables.engine import TableReader
    >>> with TableReader({}) as tables:
    ...     tables.run("ATTACH 'other.db'")
    Traceback (most recent call last):
        ...
    index.errors.TableError: Only one SELECT statement is run over tables.
    """


class CollectionError(FootnoteError):
    """A collection of documents cannot be used so, or not by whoever asks.

    >>> demo.collections.create("")
    Traceback (most recent call last):
        ...
    index.errors.CollectionError: '' can be no collection's name: it has 1 to 100 visible ...
    """

    @classmethod
    def of_the_whole(cls) -> "CollectionError":
        """What is said to whoever may read only some of a store, of what concerns all of it."""
        return cls("This is done by whoever runs the server, for the whole store.")


class UnknownCollection(CollectionError):
    """No collection has this name, or none that whoever asks may know of.

    >>> demo.collections.drop("Matter 12")
    Traceback (most recent call last):
        ...
    index.errors.UnknownCollection: There is no collection 'Matter 12' that you may see. ...
    """

    @classmethod
    def named(cls, name: str) -> "UnknownCollection":
        """The error for this name."""
        return cls(
            f"There is no collection {name!r} that you may see. 'footnote collection list' lists "
            "those that are there."
        )


class ModelError(FootnoteError):
    """The embedding model is missing, damaged or does not answer.

    >>> from index.models.minilm import weights
    >>> weights(tmp_path)
    Traceback (most recent call last):
        ...
    index.errors.ModelError: ... holds no readable model.safetensors: ...
    """


class SettingsError(FootnoteError):
    """A setting has a value that cannot be used.

    >>> from assistant.settings import load
    >>> load(port="eight thousand")
    Traceback (most recent call last):
        ...
    index.errors.SettingsError: The setting port (FOOTNOTE_PORT) cannot be used: ...
    """


class ServeError(FootnoteError):
    """The web page cannot be served.

    >>> from assistant.web import launch
    >>> launch(demo, host="203.0.113.7", port=8_000)
    Traceback (most recent call last):
        ...
    index.errors.ServeError: Port 8000 on 203.0.113.7 cannot be used (...): ...
    """
