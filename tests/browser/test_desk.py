"""What the page's events do, called directly with the real Assistant."""

from contextlib import closing

import gradio as gr
import pytest
from lxml import html as lxml

from assistant.answer import AnswerReady
from assistant.api.turns import Queues, Turns
from assistant.assistant import Assistant
from assistant.web import texts
from assistant.web.checking import Checking
from assistant.web.events import Desk
from assistant.web.rendering.conversation import Conversation
from assistant.web.session import Stores

pytestmark = pytest.mark.xdist_group("browser-desk")

CROSSING = "How long does the crossing from Teal Harbour to Quill Island take?"


@pytest.fixture
def assistant(store):
    with Assistant(store) as assistant:
        yield assistant


@pytest.fixture
def desk(assistant):
    return Desk(Stores(assistant, demo=False))


@pytest.fixture
def request_():
    return gr.Request(query_params={})


def footnotes(turns: list[str]) -> int:
    return len(lxml.fragment_fromstring(turns[-1]).xpath(".//a[@class='ref']"))


def test_an_answer_grows_sentence_by_sentence(desk, request_):
    shown = list(desk.ask("What is in my documents?", Conversation(), [], "", "", None, request_))
    counts = [footnotes(turns) for turns, *_ in shown]
    assert counts == sorted(counts)
    assert len(set(counts)) >= 4
    assert [lxml.fragment_fromstring(t[-1]).get("aria-busy") for t, *_ in shown][-1] == "false"


def test_the_history_of_a_question_is_what_was_said_before_it(desk, assistant, request_):
    conversation = Conversation()
    list(desk.ask(CROSSING, conversation, [], "", "", None, request_))
    (said,) = [e.answer.text for e in assistant.stream(CROSSING) if isinstance(e, AnswerReady)]
    assert conversation.history == [("user", CROSSING), ("assistant", said)]


def test_an_error_is_shown_as_its_own_line_and_leaves_the_history(desk, request_):
    conversation = Conversation()
    (*_, last) = desk.ask(CROSSING, conversation, ["no such document"], "", "", None, request_)
    turns, _, field, *_ = last
    (line,) = lxml.fragment_fromstring(turns[-1]).xpath(".//*[@role='alert']")
    assert "no such document" in line.text_content()
    assert conversation.history == []
    assert field.submit_btn == "Ask"


def test_an_unforeseen_error_reaches_the_person_and_the_terminal(
    desk, assistant, request_, monkeypatch
):
    def broken(*_, **__):
        raise RuntimeError("a fault that nobody has foreseen")

    monkeypatch.setattr(assistant, "stream", broken)
    asking = desk.ask(CROSSING, Conversation(), [], "", "", None, request_)
    next(asking)
    turns, conversation, field, *_ = next(asking)
    assert texts.BROKEN in turns[-1]
    assert conversation.history == []
    assert field.submit_btn == "Ask"
    with pytest.raises(RuntimeError):
        next(asking)


def test_a_stopped_answer_keeps_what_was_there_and_is_no_part_of_the_history(desk, request_):
    conversation = Conversation()
    asking = desk.ask("What is in my documents?", conversation, [], "", "", None, request_)
    while footnotes(next(asking)[0]) == 0:
        pass
    asking.close()
    turns, conversation, field = desk.stop(conversation, request_)
    assert footnotes(turns) == 1
    assert "stopped" in turns[-1]
    assert conversation.history == []
    assert field.submit_btn == "Ask"


def test_a_blank_question_changes_nothing(desk, request_):
    conversation = Conversation()
    list(desk.ask("  \n", conversation, [], "", "", None, request_))
    assert conversation.turns == []


def test_the_page_waits_in_the_queue_that_programs_wait_in_and_is_told_when_it_is_full(
    assistant, request_
):
    queues = Queues(Turns(at_once=1, waiting=1, each=1), Turns(at_once=1, waiting=1, each=1))
    stores = Stores(assistant, demo=False, queues=queues)
    desk, conversation = Desk(stores), Conversation()
    with closing(queues.questions.turn_of_a_thread("a program")) as program:
        assert next(program)
        waiting = desk.ask(CROSSING, conversation, [], "", "", None, request_)
        next(waiting)
        assert texts.WAITING in next(waiting)[0][-1]
        (*_, refused) = desk.ask(CROSSING, Conversation(), [], "", "", None, request_)
        assert "Too many questions wait" in refused[0][-1]
    (*_, answered) = waiting
    assert footnotes(answered[0]) > 0
    leaving = desk.ask(CROSSING, Conversation(), [], "", "", None, request_)
    for _ in range(3):
        next(leaving)
    assert queues.questions.running == 1
    leaving.close()
    assert (queues.questions.running, queues.questions.waiting) == (0, 0)

    check = Checking(stores, desk.archive).check
    with closing(queues.drafts.turn_of_a_thread("a program")) as program:
        assert next(program)
        draft = check(CROSSING, None, Conversation(), [], "", "", request_)
        next(draft)
        assert texts.WAITING in next(draft)[0][-1]
        draft.close()
        assert queues.drafts.waiting == 0
