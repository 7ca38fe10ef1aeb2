"""Nothing is reached over HTTP but what is listed here: a new route is a decision."""

from collections.abc import Iterator

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient

from assistant.api.access import Access
from assistant.api.app import application, other_interfaces
from assistant.api.service import open_service
from assistant.api.tokens import Tokens
from assistant.assistant import Assistant
from assistant.web.hosts import Hosts

PROGRAMS = """
GET    /api/assets
GET    /api/docs
GET    /api/openapi.json
GET    /api/v1/about
GET    /api/v1/answers/{id_}
GET    /api/v1/answers/{id_}/export
PUT    /api/v1/answers/{id_}/feedback
DELETE /api/v1/answers/{id_}/feedback
POST   /api/v1/ask
POST   /api/v1/ask/events
GET    /api/v1/audit
GET    /api/v1/citations/{citation_id}
POST   /api/v1/cite
POST   /api/v1/cite/file
GET    /api/v1/collections
POST   /api/v1/collections
DELETE /api/v1/collections/{name}
GET    /api/v1/collections/{name}/documents
PATCH  /api/v1/collections/{name}/documents
PUT    /api/v1/collections/{name}/members
GET    /api/v1/conversations
GET    /api/v1/conversations/{id_}
PATCH  /api/v1/conversations/{id_}
DELETE /api/v1/conversations/{id_}
GET    /api/v1/conversations/{id_}/export
GET    /api/v1/documents
POST   /api/v1/documents
POST   /api/v1/documents/address
POST   /api/v1/documents/folder
GET    /api/v1/documents/{id_}
PATCH  /api/v1/documents/{id_}
DELETE /api/v1/documents/{id_}
PUT    /api/v1/documents/{id_}/file
GET    /api/v1/documents/{id_}/original
GET    /api/v1/documents/{id_}/pages/{number}
GET    /api/v1/documents/{id_}/pages/{number}/lines
GET    /api/v1/documents/{id_}/rectangles
GET    /api/v1/documents/{id_}/text
GET    /api/v1/jobs
GET    /api/v1/jobs/{id_}
DELETE /api/v1/jobs/{id_}
GET    /api/v1/jobs/{id_}/events
GET    /api/v1/jobs/{id_}/matrix
GET    /api/v1/jobs/{id_}/report
GET    /api/v1/left-out
POST   /api/v1/matrices
GET    /api/v1/me
GET    /api/v1/me/data
DELETE /api/v1/me/data
POST   /api/v1/reports
POST   /api/v1/research
POST   /api/v1/search
GET    /api/v1/shared
GET    /api/v1/shared/{id_}
GET    /api/v1/shares
POST   /api/v1/shares
DELETE /api/v1/shares/{id_}
GET    /api/v1/suggestions
POST   /api/v1/verify
GET    /healthz
*      /mcp
GET    /metrics
GET    /readyz
GET    /v1/models
GET    /v1/models/{name:path}
POST   /v1/chat/completions
POST   /v1/embeddings
POST   /v1/responses
"""

PAGE = """
GET  /
GET  /assets/
GET  /config
GET  /export/{kind}/{id_}/footnote.{suffix:path}
GET  /favicon.ico
GET  /gradio_api/file=
GET  /gradio_api/heartbeat/
GET  /gradio_api/queue/data
GET  /gradio_api/upload_progress
GET  /library
GET  /library/document/{id_}
GET  /library/ids
GET  /library/watched
GET  /manifest.json
GET  /matrix
GET  /matrix/export/{id_}/{suffix}
GET  /matrix/job/{id_}
GET  /original/{document}/{version}
GET  /page/{document}/{version}/{number}.jpg
GET  /robots.txt
GET  /static/
GET  /svelte/
GET  /theme.css
POST /gradio_api/cancel
POST /gradio_api/queue/join
POST /gradio_api/upload
POST /library/document/{id_}
POST /library/watched
POST /matrix/ask
POST /matrix/delete/{id_}
POST /matrix/stop/{id_}
"""


def listed(table: str) -> set[tuple[str, ...]]:
    return {tuple(line.split()) for line in table.strip().splitlines()}


def found(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    for route in routes:
        if isinstance(route, Mount):
            yield "GET", route.path
        elif isinstance(route, APIRoute | Route):
            yield from ((method, route.path) for method in set(route.methods or {"*"}) - {"HEAD"})
        else:
            yield from found(route.original_router.routes)


@pytest.fixture
def programs(demo: Assistant) -> Iterator[FastAPI]:
    service = open_service(demo, "http://127.0.0.1:7860")
    access = Access(Tokens(demo.store), needs_token=False)
    yield application(
        service, Hosts("localhost", "127.0.0.1"), access, other_interfaces(service)
    ).app
    service.close()


def test_programs_reach_what_is_listed_and_nothing_else(programs):
    assert set(found(programs.routes)) == listed(PROGRAMS)


def test_the_page_uses_what_is_listed_of_its_library_and_the_rest_of_that_is_shut(demo):
    from assistant.web.page import application as page
    from assistant.web.session import Stores
    from assistant.web.uploads import Uploads

    uploads = Uploads(file_limit=1)
    open_ = {(method, path.split("{")[0]) for method, path in listed(PAGE)}
    with start_blocking_portal() as portal:
        app = portal.call(page, Stores(demo, demo=False), uploads, Hosts("localhost", "127.0.0.1"))
    client = TestClient(app, "http://localhost")
    gradio = next(one for one in app.routes if isinstance(one, Mount) and one.path == "")
    tried = 0
    for method, path in found(gradio.routes):
        plain = path.split("{")[0]
        if (method, plain) in open_ or any(
            method == known == "GET" and plain.startswith(start) and start != "/"
            for known, start in open_
        ):
            continue
        refused = client.request(method, path.replace("{", "").replace("}", ""))
        assert (refused.status_code, refused.json()) == (404, {"detail": "There is no such page."})
        tried += 1
    assert tried > 20
    uploads.close()
