"""The published JSON schema of an answer: what `footnote ask --json` prints.

    python -m assistant.schema > docs/answer.schema.json

`schema_version` rises when a field is renamed or removed or means something else. New fields may
come without that, so readers pass over what they do not know.
"""

import json
import sys
from typing import Any

from assistant.answer import SCHEMA_VERSION, Answer


def answer_schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12) of an `Answer` as JSON."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:footnote:answer:{SCHEMA_VERSION}",
        **Answer.model_json_schema(mode="serialization"),
    }


def written() -> str:
    """The schema as it is published."""
    return json.dumps(answer_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(written())
