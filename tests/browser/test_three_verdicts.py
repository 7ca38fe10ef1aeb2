"""Three verdicts on the page differ at a glance, without colour, and for who does not see it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe import violations
from flows import marked
from playwright.sync_api import Page, expect

from assistant.answer import Answer, Citation, Passage, Sentence, citation_id
from assistant.assistant import Assistant

pytestmark = pytest.mark.xdist_group("browser-accessibility")

PASSENGERS = "The ferry 🚢 Marigold carried 4,212 passengers in its first week"
CROSSING = "The crossing from Teal Harbour to Quill Island takes 35 minutes."


def passage(assistant: Assistant, words: str) -> Passage:
    """The very words, where they stand in the store."""
    found = assistant.search(words, k=1)[0]
    at = found.text.index(words)
    place = {"start": found.start + at, "end": found.start + at + len(words)}
    return found.model_copy(update={"text": words, **place})


def citation(number: int, of: Passage, date: str | None = None) -> Citation:
    return Citation(
        number=number,
        id=citation_id(of.version, of.start, of.end),
        document_id=of.document_id,
        version=of.version,
        title=of.title,
        start=of.start,
        end=of.end,
        quote=of.text,
        date=date,
    )


def made(assistant: Assistant) -> Answer:
    """An answer with a sentence of each kind."""
    crossing, passengers = passage(assistant, CROSSING), passage(assistant, PASSENGERS)
    later = passage(assistant, "Its dam was raised in 1974")
    near = passengers.model_copy(
        update={"differs": ((PASSENGERS.index("4,212"), PASSENGERS.index(" passengers")),)}
    )
    wrong = "The Marigold carried 5,000 passengers in its first week."
    figure = (wrong.index("5,000"), wrong.index(" passengers"))
    sung = "Her captain sings arias at night."
    return Answer(
        question="What is known of the ferry?",
        created=datetime.now(UTC),
        sentences=(
            Sentence(text=CROSSING, citations=(1,), exact=((53, 63),)),
            Sentence(text="The dam was raised in 1974.", citations=(3,), superseded=(2,)),
            Sentence(text=wrong, verdict="contradicted", contradicted=(2,), unsupported=(figure,)),
            Sentence(text=wrong, verdict="not verified", unsupported=(figure,), nearest=(near,)),
            Sentence(
                text=sung,
                verdict="not verified",
                missing="that she sings",
                unsupported=((12, 23),),
                nearest=(near, crossing),
            ),
            Sentence(text="Bicycles travel free of charge.", citations=(1,)),
        ),
        citations=(
            citation(1, crossing),
            citation(2, passengers, "2023-03-02"),
            citation(3, later),
        ),
        dropped=(Sentence(text=wrong, verdict="not verified", unsupported=(figure,)),),
        confidence=0.8,
    )


@pytest.fixture(params=["light", "dark"])
def scheme(request) -> str:
    return request.param


@pytest.fixture(params=[1280, 390])
def page(request, tabs, address: str, store: Path, scheme: str) -> Page:
    viewport = {"width": request.param, "height": 844}
    page = tabs.open(address, viewport=viewport, color_scheme=scheme)
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "footnote_visitor"]
    with Assistant(store) as assistant:
        whole = made(assistant)
        id_, _ = assistant.conversations.keep(cookie["value"], None, whole, 0.1)
        places = []
        text = ""
        for sentence in whole.sentences:
            places.append(sentence.model_copy(update={"place": (len(text), len(text))}))
            text += sentence.text
        draft = whole.model_copy(update={"draft": text, "sentences": (*places,), "kind": "draft"})
        assistant.conversations.keep(cookie["value"], id_, draft, 0.1)
    page.goto(f"{address}/?conversation={id_}")
    expect(page.locator(".turn")).to_have_count(2)
    return page


def test_each_verdict_has_a_look_of_its_own_that_everyone_can_read(page: Page):
    answer, draft = page.locator("#t1 .said"), page.locator("#t2 .said")
    expect(answer.locator(".folded")).to_have_count(1)
    expect(answer.get_by_text("Her captain")).to_have_count(3)
    expect(answer.get_by_text("Her captain").first).to_be_hidden()
    assert violations(page) == []
    answer.get_by_text("2 sentences not verified").click()
    expect(answer.locator(".folded .unverified", has_text="captain")).to_be_visible()
    expect(draft.locator(".folded")).to_have_count(0)
    expect(draft.locator(".unverified", has_text="captain").first).to_be_visible()
    page.get_by_text("1 sentence left out: not verified").first.click()
    answer.locator(".compare summary").first.click()
    draft.locator(".compare summary").first.click()
    assert violations(page) == []
    edges = {
        look: draft.locator(f".label.{look}").first.evaluate(
            "one => getComputedStyle(one).borderTopStyle + getComputedStyle(one).borderTopWidth"
        )
        for look in ("contradicted", "unverified", "superseded")
    }
    assert len(set(edges.values())) == 3, edges
    page.emulate_media(forced_colors="active")
    forced = draft.locator(".unverified:not(.label)").first
    assert "dashed" in forced.evaluate("one => getComputedStyle(one).textDecoration")


def test_the_nearest_passage_opens_in_its_source(page: Page):
    answer = page.locator("#t1 .said")
    answer.get_by_text("2 sentences not verified").click()
    fold = answer.locator(".compare").first
    expect(fold.locator(".pair")).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator("mark")).to_have_text(["5,000", "4,212"])
    above, below = (one.bounding_box() for one in fold.locator(".pair p:not(.unseen)").all())
    assert above["y"] + above["height"] <= below["y"] + 2
    fold.locator(".pair a").click()
    assert marked(page) == " ".join(PASSENGERS.split())
