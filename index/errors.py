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
│   └── EmbeddingMismatch    the store was made with another embedding model
├── ModelError           the embedding model is missing, damaged or does not answer
├── SettingsError        a setting has a value that cannot be used
└── ServeError           the web page cannot be served (port in use, …)
"""

from pathlib import Path

_FULL = ("no space left", "disk is full", "file too large", "i/o error")


class FootnoteError(Exception):
    """Anything that went wrong and that the user can act on; `str(error)` is one clear line."""


class DocumentError(FootnoteError):
    """A file cannot be read as a document."""


class UnsupportedFormat(DocumentError):
    """The file's type is not one that can be read."""


class EmptyDocument(DocumentError):
    """The file holds no text."""


class EncryptedDocument(DocumentError):
    """The file needs a password."""


class FetchError(DocumentError):
    """An address gives no document."""


class PageError(DocumentError):
    """A page cannot be shown as it is printed."""


class QuestionError(FootnoteError):
    """The question cannot be answered as asked."""


class EvaluationError(FootnoteError):
    """A file of questions to measure by cannot be used."""


class ReportError(FootnoteError):
    """A report cannot be made, written or checked."""


class StoreError(FootnoteError):
    """The store cannot be opened or written."""

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
    """Nothing has been added to the store yet."""


class UnknownDocument(StoreError):
    """No document in the store has this id."""

    @classmethod
    def named(cls, document_id: str) -> "UnknownDocument":
        """The error for an id that no document has, or has no longer."""
        return cls(
            f"No document has the id {document_id!r}. 'footnote documents' lists those that are "
            "there."
        )


class EmbeddingMismatch(StoreError):
    """The store was made with another embedding model."""

    @classmethod
    def between(cls, folder: Path, made_with: str, name: str) -> "EmbeddingMismatch":
        """The error for a store in `folder` and the model that was configured."""
        return cls(
            f"The store in {folder} was made with the embedding model {made_with}, not {name}. Set "
            "FOOTNOTE_EMBEDDING back to it, or use another store (--store, FOOTNOTE_STORE) and add "
            "the documents there."
        )


class ModelError(FootnoteError):
    """The embedding model is missing, damaged or does not answer."""


class SettingsError(FootnoteError):
    """A setting has a value that cannot be used."""


class ServeError(FootnoteError):
    """The web page cannot be served."""
