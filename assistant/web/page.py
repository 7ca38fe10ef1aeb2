"""The layout of the page, which handler answers which event, and the application around it."""

import json
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from markupsafe import Markup

from assistant.templating import Macros
from assistant.web import downloads, library_texts, matrices, model_sheet, texts
from assistant.web.account import account_routes
from assistant.web.checking import Checking
from assistant.web.collections import collection_routes
from assistant.web.events import Desk
from assistant.web.guard import Guard
from assistant.web.hosts import Hosts
from assistant.web.library import library_routes
from assistant.web.rendering import library, source_page
from assistant.web.rendering.conversation import Conversation
from assistant.web.session import Stores, Visitors
from assistant.web.uploads import Uploads

_HERE = Path(__file__).parent
_HTML = Macros("assistant.web", "page.html", texts=texts)
_LOG = str(_HTML.log())
_CONVERSATIONS_HEAD = str(_HTML.conversations_head())
_DRAFT_HEAD = str(_HTML.draft_head())
_TOOLS = str(Macros("assistant.web", "library.html", texts=texts, words=library_texts).tools())
_MODEL_HEAD = str(Macros("assistant.web", "model.html", texts=texts).frame())
_DOCUMENTS_HEAD = str(_HTML.documents_head())
_SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif")


_WAITING = 100
"""Events of all browsers that wait at most."""

_SCRIPTS = (
    "library.js",
    "page.js",
    "asking.js",
    "confirming.js",
    "source.js",
    "peek.js",
    "selection.js",
    "model.js",
    "about.js",
    "keys.js",
    "announcing.js",
    "fonts.js",
)
_WORDS = (
    "ABOUT",
    "ANSWERED",
    "ABOUT_WORDS",
    "ABOUT_NO_MORE",
    "ASK_ABOUT_WORDS",
    "KEYS",
    "KEYS_HEAD",
    "KEYS_ON",
    "KEYS_CLOSE",
    "MODEL_WAIT",
    "NO_FONT",
)
"""What the scripts say, by its name in `texts`."""
_STYLES = ("page.css", "library.css", "source.css", "conversations.css", "model.css")


_KEEP = """(...limits) => {
  try { sessionStorage.setItem("footnote-limits", JSON.stringify(limits)); } catch {}
}"""
_RECALL = """(...limits) => {
  try { return JSON.parse(sessionStorage.getItem("footnote-limits")) ?? limits; }
  catch { return limits; }
}"""
"""What a tab's answers are limited to outlasts a reload, where the browser can keep it."""


def application(
    stores: Stores,
    uploads: Uploads,
    hosts: Hosts,
    address: str | None = None,
    *,
    operated: bool = False,
) -> FastAPI:
    """The page as an application that answers to these host names, behind its guard.

    `address` is the one by which people reach it, where a proxy stands before it. It is `operated`
    where none but this machine reaches it: then whoever does may connect a model.

    >>> from anyio.from_thread import start_blocking_portal
    >>> from starlette.testclient import TestClient
    >>> hosts, uploads = Hosts("localhost", "127.0.0.1"), Uploads(file_limit=64)
    >>> with start_blocking_portal() as portal:
    ...     app = portal.call(application, Stores(demo, demo=False), uploads, hosts)
    >>> TestClient(app, "http://localhost").get("/").status_code
    200
    >>> uploads.close()
    """
    app = FastAPI(openapi_url=None)
    blocks = _page(stores, uploads, operated=operated)

    def unfinished(session: str, number: int) -> int:
        events = list(blocks._queue.event_ids_to_events.values())
        return sum(one.fn._id == number and one.session_hash.startswith(session) for one in events)

    app.add_middleware(Visitors)
    app.add_middleware(
        Guard, hosts=hosts, uploads=uploads, known=blocks.fns.__contains__, unfinished=unfinished
    )
    app.include_router(uploads.routes())
    app.include_router(downloads.download_routes(stores))
    app.include_router(source_page.page_routes(stores))
    app.include_router(matrices.matrix_routes(stores))
    app.include_router(library_routes(stores))
    app.include_router(collection_routes(stores))
    app.include_router(model_sheet.model_routes(stores, operated=operated))
    if stores.served.settings.people is not None:
        app.include_router(account_routes(stores))
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        root_path=address,
        favicon_path=str(_HERE / "favicon.svg"),
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        max_file_size=uploads.largest,
        # What nobody has foreseen stands in the terminal, not in the page.
        show_error=False,
        theme=gr.themes.Base(font=_SANS, font_mono=("ui-monospace", "monospace")),
        # Not as `css`: Gradio would write every rule a second time with a selector of its own.
        head=str(_HTML.head(Markup("".join(map(_text, _STYLES))))),  # noqa: S704 (our own files)
    )
    return app


def _page(stores: Stores, uploads: Uploads, *, operated: bool) -> gr.Blocks:
    """The page.

    Gradio's Chatbot is not used for the answers: it runs a Markdown parser over text that comes
    from documents, and repeats a message's source as its accessible name, so that a footnote would
    be read out as tags. The answers are HTML whose every foreign character is escaped.
    """
    desk = Desk(stores, operated=operated)
    blocks = gr.Blocks(title="Footnote", analytics_enabled=False, fill_width=True)
    with blocks:
        conversation = gr.State(Conversation())
        masthead = gr.HTML(elem_id="masthead", apply_default_css=False)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="conversation"):
                note = gr.HTML(elem_id="note", apply_default_css=False)
                transcript = gr.HTML(
                    value=[],
                    html_template=_LOG,
                    elem_id="transcript",
                    apply_default_css=False,
                )
                further = gr.HTML(elem_id="further", apply_default_css=False)
                editing = gr.HTML(elem_id="editing", apply_default_css=False)
                question = gr.Textbox(
                    label=texts.YOUR_QUESTION,
                    placeholder=texts.ASK_A_QUESTION,
                    show_label=False,
                    container=False,
                    max_lines=6,
                    autofocus=True,
                    interactive=True,
                    submit_btn=texts.ASK,
                    elem_id="question",
                )
            with gr.Column(elem_id="library"):
                gr.HTML(
                    _DOCUMENTS_HEAD,
                    elem_id="library-head",
                    apply_default_css=False,
                )
                files = gr.File(
                    label=texts.ADD_DOCUMENTS,
                    file_count="multiple",
                    show_label=False,
                    height=72,
                    elem_id="files",
                )
                folder = gr.UploadButton(texts.ADD_FOLDER, file_count="directory", elem_id="folder")
                gr.HTML(
                    str(library.elsewhere(stores.folders)),
                    elem_id="elsewhere",
                    apply_default_css=False,
                )
                replacing = gr.State(None)
                replacement = gr.UploadButton(texts.REPLACEMENT, elem_id="replacement")
                progress = gr.HTML(elem_id="progress", apply_default_css=False)
                scope = gr.State([])
                engine = gr.Radio(
                    list(texts.ENGINES),
                    label=texts.ANSWERED_BY,
                    visible=False,
                    elem_id="engine",
                )
                with gr.Row(elem_id="period", visible=False) as period:
                    since, until = (
                        gr.Textbox(label=label, placeholder=texts.DAY, max_lines=1)
                        for label in (texts.SINCE, texts.UNTIL)
                    )
                gr.HTML(_TOOLS, elem_id="library-tools", apply_default_css=False)
                documents = gr.HTML(elem_id="documents", apply_default_css=False)
            with gr.Column(elem_id="conversations"):
                gr.HTML(_CONVERSATIONS_HEAD, elem_id="conversations-head", apply_default_css=False)
                recalling = gr.Textbox(
                    label=texts.FIND_CONVERSATION,
                    show_label=False,
                    placeholder=texts.FIND_CONVERSATION,
                    container=False,
                    elem_id="recalling",
                )
                asked = gr.HTML(
                    elem_id="asked",
                    apply_default_css=False,
                    js_on_load=f"const SAID = {json.dumps(texts.SAID)};\n"
                    + _text("conversations.js"),
                )
            with gr.Column(elem_id="draft"):
                gr.HTML(_DRAFT_HEAD, elem_id="draft-head", apply_default_css=False)
                draft = gr.Textbox(
                    label=texts.YOUR_DRAFT,
                    show_label=False,
                    placeholder=texts.PASTE,
                    container=False,
                    lines=10,
                    max_lines=30,
                    elem_id="draft-text",
                )
                dropped = gr.File(
                    label=texts.DRAFT_FILE,
                    file_types=[".md", ".markdown", ".docx", ".txt"],
                    show_label=False,
                    height=72,
                    elem_id="draft-file",
                )
                footnotes = gr.Button(texts.SET_FOOTNOTES, elem_id="set-footnotes")
            with gr.Column(elem_id="model"):
                gr.HTML(_MODEL_HEAD, elem_id="model-head", apply_default_css=False)
            source = gr.HTML(
                elem_id="source",
                apply_default_css=False,
                js_on_load=f"const LARGEST = {uploads.largest};\n"
                f"const LEFT_OUT = {json.dumps(uploads.left_out)};\n"
                f"const LONGEST = {stores.question_limit};\n"
                f"const TOO_LONG = {json.dumps(texts.TOO_LONG)};\n"
                f"const NOT_SENT = {json.dumps(texts.NOT_SENT)};\n"
                f"const WORDS = {json.dumps(library_texts.SCRIPT)};\n"
                + "".join(
                    f"const {name} = {json.dumps(getattr(texts, name))};\n" for name in _WORDS
                )
                + f"const BROKEN = {json.dumps(texts.NOT_ANSWERED)};\n"
                f"const CANCEL = {json.dumps(texts.CANCEL)};\n" + "".join(map(_text, _SCRIPTS)),
            )
        for taking_files in (files, folder, replacement, dropped):
            taking_files.GRADIO_CACHE = str(uploads.folder)
        shelves = [masthead, documents, period, engine]
        asked_of = [scope, since, until]
        asks = [conversation, *asked_of, engine]
        answer = [transcript, conversation, question, editing, asked]
        recalled = [conversation, recalling]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

        # Gradio drops an event that comes while the one before it is under way, unless told not to.
        each: dict[str, Any] = {**quiet, "trigger_mode": "multiple", "concurrency_limit": 1}

        blocks.load(
            desk.arrive, None, [note, source, transcript, conversation, asked, *shelves], **quiet
        ).then(None, [since, until], [since, until], js=_RECALL, **quiet)
        for limit in (since, until):
            limit.change(None, [since, until], None, js=_KEEP, **quiet)
        source.tick(desk.tick, None, scope, **{**quiet, "trigger_mode": "always_last"})
        # The script lets no question be sent before the last answer has ended.
        asking = source.ask(desk.asked, asks, answer, trigger_mode="multiple", **quiet)
        under_way = [asking]
        # It ends by itself once the next question has been asked.
        asking.then(desk.further, conversation, further, trigger_mode="multiple", **quiet)
        question.stop(
            desk.stop,
            conversation,
            [transcript, conversation, question],
            cancels=under_way,
            **quiet,
        )
        checked = footnotes.click(
            Checking(stores, desk.archive).check,
            [draft, dropped, conversation, *asked_of],
            [*answer, dropped],
            **quiet,
        )
        under_way.append(checked)
        asked.resume(desk.archive.resume, conversation, answer, cancels=under_way, **quiet)
        asked.edit(desk.archive.edit, conversation, [conversation, editing], **quiet)
        asked.earlier(desk.archive.earlier, conversation, [transcript, conversation], **quiet)
        asked.rate(desk.archive.rate, conversation, conversation, **each)
        asked.rename(desk.archive.rename, recalled, asked, **each)
        asked.pin(desk.archive.pin, recalled, asked, **each)
        asked.discard(desk.archive.discard, recalled, [transcript, conversation, asked], **each)
        # Not `input`: a paste is a change, too, and none is dropped while another is answered.
        recalling.change(desk.archive.recall, recalled, asked, **quiet)
        # Whoever goes on before the first source is there wants the last.
        source.open(desk.open, None, source, trigger_mode="always_last", **quiet)
        files.upload(
            desk.add, [files, conversation], [progress, files, transcript, *shelves], **quiet
        )
        folder.upload(
            desk.add, [folder, conversation], [progress, files, transcript, *shelves], **quiet
        )
        bringing = source.bring(
            desk.bring,
            conversation,
            [progress, files, transcript, *shelves],
            trigger_mode="multiple",
            **quiet,
        )
        bringing.then(None, js="() => document.dispatchEvent(new Event('footnote:brought'))")
        source.refresh(desk.refresh, conversation, [transcript, *shelves], **quiet)
        source.replace(desk.replacing, None, replacing, **quiet)
        replacement.upload(
            desk.replace,
            [replacement, replacing, conversation],
            [progress, files, transcript, *shelves],
            **quiet,
        )
        source.remove(desk.remove, conversation, [progress, transcript, *shelves], **quiet)
        source.connected(desk.connected, None, shelves, **quiet)
    blocks.queue(default_concurrency_limit=8, max_size=_WAITING)
    return blocks


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
