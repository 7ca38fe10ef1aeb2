"""HTML from templates: files of Jinja macros beside the modules that fill them.

All that a template shows is escaped, save what is HTML already (`markupsafe.Markup`).
"""

from collections.abc import Callable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


class Macros:
    """The macros of one template, each called like a method: it gives HTML.

    They keep nothing between two calls, so that threads may share them. A name in a template that
    nothing gives a value is an error, not an empty place.

    >>> Macros("assistant.web", "macros.html").quiet("Gates & dams")
    Markup('<p class="quiet">Gates &amp; dams</p>')
    """

    def __init__(self, package: str, template: str, **known: object) -> None:
        """Compile a template.

        Args:
            package: the one in whose folder `templates` it is.
            template: its file's name.
            known: what its macros may name besides what they are called with.
        """
        self._module = _environment(package).get_template(template).make_module(known)

    def __getattr__(self, macro: str) -> Callable[..., Markup]:
        found: Callable[..., Markup] = getattr(self._module, macro)
        return found


@cache
def _environment(package: str) -> Environment:
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
