"""The one family of errors; each message is a sentence for the person who can act on it.

FootnoteError
├── DocumentError        a file cannot be read as a document
│   ├── UnsupportedFormat    its type is not one that can be read
│   ├── EmptyDocument        it holds no text
│   └── EncryptedDocument    it needs a password
├── QuestionError        the question cannot be answered as asked (empty, too long)
├── StoreError           the store cannot be opened or written
│   ├── EmptyStore           nothing has been added yet
│   ├── UnknownDocument      no document has this id
│   └── EmbeddingMismatch    the store was made with another embedding model
├── ModelError           the embedding model is missing, damaged or does not answer
├── SettingsError        a setting has a value that cannot be used
└── ServeError           the web page cannot be served (port in use, …)
"""


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


class QuestionError(FootnoteError):
    """The question cannot be answered as asked."""


class StoreError(FootnoteError):
    """The store cannot be opened or written."""


class EmptyStore(StoreError):
    """Nothing has been added to the store yet."""


class UnknownDocument(StoreError):
    """No document in the store has this id."""


class EmbeddingMismatch(StoreError):
    """The store was made with another embedding model."""


class ModelError(FootnoteError):
    """The embedding model is missing, damaged or does not answer."""


class SettingsError(FootnoteError):
    """A setting has a value that cannot be used."""


class ServeError(FootnoteError):
    """The web page cannot be served."""
