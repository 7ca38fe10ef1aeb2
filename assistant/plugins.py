"""Classes of llama-index that a setting names, loaded by their path."""

import importlib
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from index.errors import SettingsError

Kind = TypeVar("Kind")


def load_class(
    kind: type[Kind],
    named: str,
    what: str,
    module: str,
    class_name: str,
    options: Mapping[str, Any],
) -> Kind:
    """An object of a class, made with these options.

    Args:
        kind: what it must be.
        named: the setting in words, with its value: "The writer 'a.b:C'".
        what: what `kind` is called: 'LLM'.
        module: where the class is.
        class_name: which.
        options: its arguments.

    Raises:
        SettingsError: it cannot be made, or is something else; no value of an option is repeated.

    >>> load_class(dict, "The counter", "dictionary", "collections", "Counter", {"gates": 2})
    Counter({'gates': 2})
    """
    try:
        made = getattr(importlib.import_module(module), class_name)(**options)
    except (ImportError, AttributeError, TypeError) as error:
        fault = str(error).splitlines()[0]
    except ValidationError as error:
        fault = f"its option {error.errors()[0]['loc'][0]} has a wrong value"
    except Exception as error:  # noqa: BLE001 (any class at all; its message may hold a key)
        fault = f"it ended in an error ({type(error).__name__})"
    else:
        if isinstance(made, kind):
            return made
        fault = f"it is not a llama-index {what}"
    # Out here: an error that is raised in a clause above would refer to the one caught there.
    raise SettingsError(f"{named} cannot be loaded: {fault}.")
