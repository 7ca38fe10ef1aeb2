"""Write the tables of modules into docs/architecture.md, from the modules' first docstring lines.

    python docs/modules.py [--check]

With `--check` nothing is written; the exit status is 1 where the page is stale.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
TABLES = re.compile(r"(<!-- modules of (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def first_line(module: Path) -> str:
    """The first paragraph of a module's docstring, on one line."""
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return " ".join(docstring.partition("\n\n")[0].split()).replace("|", "\\|")


def tables(package: str) -> Iterator[str]:
    """A table for each folder of a package, the package's own modules first."""
    folders = [path.parent for path in (ROOT / package).rglob("__init__.py")]
    for folder in sorted(folders):
        modules = [one for one in sorted(folder.glob("*.py")) if one.name != "__init__.py"]
        where = folder.relative_to(ROOT).as_posix()
        about = first_line(folder / "__init__.py")
        if modules:
            yield f"**`{where}/`** {about}\n"
            yield "| module | does |\n|---|---|"
            yield "\n".join(f"| `{one.name}` | {first_line(one)} |" for one in modules) + "\n"


def written(page: str) -> str:
    """The page with its tables as they should be."""
    return TABLES.sub(lambda match: match[1] + "\n".join(tables(match[2])) + match[3], page)


def main() -> int:
    """Write the page, or say whether it is stale."""
    page = PAGE.read_text(encoding="utf-8")
    now = written(page)
    if "--check" in sys.argv:
        return int(now != page)
    PAGE.write_text(now, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
