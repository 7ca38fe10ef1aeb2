"""The OpenAPI description is kept: no request drawn from it, or against it, gets another answer."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from http_server import server
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from assistant.assistant import Assistant

EXAMPLES = 4
"""Of each operation; more were tried by hand."""

pytestmark = pytest.mark.xdist_group("http")


@pytest.fixture(scope="module")
def address(demo: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    own = Path(shutil.copytree(demo.store, tmp_path_factory.mktemp("contract") / "store"))
    with server(own) as address:
        yield address


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_every_answer_is_one_that_is_described(address):
    described = schemathesis.openapi.from_url(f"{address}/api/openapi.json")
    asked = []
    for found in described.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def conforms(case):
            case.call_and_validate(checks=CHECKS, timeout=60)

        conforms()
        asked.append(operation.label)
    assert {"POST /api/v1/ask", "PUT /api/v1/documents/{id_}/file", "POST /v1/responses"} <= {
        *asked
    }
