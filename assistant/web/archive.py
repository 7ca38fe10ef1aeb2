"""What the events of kept conversations do: open, search, rename, delete, ask again, say why."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.conversations.conversations import UnknownConversation
from assistant.conversations.tables import DraftFile, Feedback
from assistant.web import texts
from assistant.web.rendering import answers, kept
from assistant.web.rendering.conversation import Conversation, Turn
from assistant.web.session import Stores, visitor
from index.errors import EmptyStore, FootnoteError
from index.store.catalog import DocumentInfo


class Archive:
    """The handlers of what concerns conversations, each the one of the browser that asks.

    >>> archive = Archive(Stores(demo, demo=True))
    >>> shown = archive.welcome(demo.documents(), gr.Request(query_params={}))
    >>> "Was it a controlled release?" in shown[0]
    True
    """

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def resume(
        self, conversation: Conversation, request: gr.Request, event: gr.EventData
    ) -> tuple[Any, ...]:
        """Another conversation is opened, or a new one is begun, where no id is given."""
        wanted = str(event._data.get("id") or "")
        assistant = self._stores.of(request)
        try:
            answered = assistant.conversations.read(visitor(request), wanted)[1] if wanted else []
            conversation = Conversation.of(wanted, answered) if wanted else Conversation()
            shown = self.said(conversation, request, listing(assistant))
        except FootnoteError as error:
            shown = [str(answers.problem(str(error)))]
        return shown, conversation, ready(), "", self.asked(request, conversation)

    def rename(
        self, conversation: Conversation, wanted: str, request: gr.Request, event: gr.EventData
    ) -> str:
        """A conversation gets another title: the list anew."""
        id_, title = str(event._data["id"]), str(event._data["title"])
        try:
            self._stores.of(request).conversations.rename(visitor(request), id_, title)
        except FootnoteError as error:
            return str(answers.problem(str(error)))
        return self.asked(request, conversation, wanted)

    def pin(
        self, conversation: Conversation, wanted: str, request: gr.Request, event: gr.EventData
    ) -> str:
        """A conversation is to stand first, or no longer: the list anew."""
        id_, pinned = str(event._data["id"]), bool(event._data["pinned"])
        try:
            self._stores.of(request).conversations.pin(visitor(request), id_, pinned=pinned)
        except FootnoteError as error:
            return str(answers.problem(str(error)))
        return self.asked(request, conversation, wanted)

    def discard(
        self, conversation: Conversation, wanted: str, request: gr.Request, event: gr.EventData
    ) -> tuple[Any, ...]:
        """A conversation is deleted: the list anew, and a new conversation if it was open."""
        id_ = str(event._data["id"])
        assistant = self._stores.of(request)
        try:
            title, _ = assistant.conversations.read(visitor(request), id_)
            assistant.conversations.delete(visitor(request), id_)
        except FootnoteError as error:
            return gr.skip(), conversation, str(answers.problem(str(error)))
        said = texts.deleted(title)
        if conversation.id != id_:
            return gr.skip(), conversation, self.asked(request, conversation, wanted, said)
        fresh = Conversation()
        shown = self.said(fresh, request, listing(assistant))
        return shown, fresh, self.asked(request, fresh, wanted, said)

    def earlier(self, conversation: Conversation, request: gr.Request) -> tuple[Any, ...]:
        """More of the earlier turns are wanted."""
        conversation.reach_back()
        return conversation.html(own=self._stores.shows_own(request)), conversation

    def recall(self, conversation: Conversation, wanted: str, request: gr.Request) -> str:
        """The list of the conversations in which the typed words stand."""
        return self.asked(request, conversation, wanted)

    def edit(self, conversation: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        """An earlier question is to be asked again, which the script has put into the field.

        Turn 0 cancels.
        """
        number = int(event._data["turn"])
        if not 0 < number <= len(conversation.turns) or conversation.turns[-1].busy:
            conversation.editing = None
            return conversation, ""
        conversation.editing = number
        return conversation, str(kept.editing(number))

    def rate(
        self, conversation: Conversation, request: gr.Request, event: gr.EventData
    ) -> Conversation:
        """Someone says what they think of an answer, or takes it back with an empty verdict."""
        id_, verdict = str(event._data["answer"]), event._data["verdict"]
        feedback = Feedback(verdict, str(event._data["reason"])) if verdict else None
        try:
            self._stores.of(request).conversations.rate(visitor(request), id_, feedback)
        except FootnoteError as error:
            raise gr.Error(str(error), title=texts.NOT_DONE) from error
        for turn in conversation.turns:
            if turn.id == id_:
                turn.feedback = feedback
        return conversation

    def catch_up(self, conversation: Conversation, request: gr.Request) -> None:
        """Bring in what other tabs have asked in this conversation, or have taken out of it.

        One that has been deleted elsewhere goes on as a new one.
        """
        # First, so that it replaces what this tab has shown and nothing that it has not.
        conversation.cut()
        if conversation.id is None:
            return
        conversations = self._stores.of(request).conversations
        try:
            order = conversations.order(visitor(request), conversation.id)
            if [id_ for id_ in order if id_ not in conversation.replaced] != conversation.order:
                conversation.follow(conversations.read(visitor(request), conversation.id)[1])
        except UnknownConversation:
            conversation.part()

    def keep(
        self,
        conversation: Conversation,
        turn: Turn,
        answer: Answer,
        seconds: float,
        request: gr.Request,
        file: DraftFile | None = None,
    ) -> None:
        """Keep an answer for its browser, with the Word file of which it was made, if it was.

        Where that cannot be, the page says so below it.
        """
        owner = visitor(request)
        if not owner:
            return
        conversations = self._stores.of(request).conversations
        try:
            conversation.id, turn.id = conversations.keep(
                owner,
                conversation.id,
                answer,
                seconds,
                replacing=conversation.replaced,
                file=file,
            )
            conversation.replaced = []
        except FootnoteError as error:
            turn.body += answers.problem(texts.NOT_KEPT.format(error))

    def named(self, request: gr.Request) -> Conversation:
        """The conversation that the address names, by its own id or an answer's; else a new one.

        An answer of somebody else's conversation opens alone, and what is asked behind it is kept
        in a conversation of one's own.

        Raises:
            UnknownConversation: it is not there for this browser.
        """
        conversations = self._stores.of(request).conversations
        id_ = request.query_params.get("conversation")
        answer_id = request.query_params.get("answer")
        if answer_id is not None:
            try:
                id_, _ = conversations.answer(visitor(request), answer_id)
            except UnknownConversation:
                # People show their answers to those whom they choose.
                if self._stores.served.settings.people is not None:
                    raise
                return Conversation.linked(conversations.linked(answer_id))
        if id_ is None:
            return Conversation()
        return Conversation.of(id_, conversations.read(visitor(request), id_)[1], answer_id)

    def said(
        self, conversation: Conversation, request: gr.Request, listed: Sequence[DocumentInfo]
    ) -> list[str]:
        """The turns of a conversation; the welcome where there are none."""
        own = self._stores.shows_own(request)
        return conversation.html(own=own) or self.welcome(listed, request)

    def asked(
        self, request: gr.Request, conversation: Conversation, wanted: str = "", said: str = ""
    ) -> str:
        """The list of the browser's conversations, below what has just been done with one."""
        owner = visitor(request)
        try:
            found = self._stores.of(request).conversations.listed(owner, wanted) if owner else []
        except FootnoteError as error:
            return str(answers.problem(str(error)))
        own = self._stores.shows_own(request)
        share = self._stores.served.settings.people is not None
        return str(kept.conversations(found, conversation.id, wanted, own, said, share=share))

    def welcome(self, listed: Sequence[DocumentInfo], request: gr.Request) -> list[str]:
        """What stands where the conversation will be."""
        questions = (
            texts.DEMO_QUESTIONS
            if self._stores.shows_demo(request)
            else self._stores.of(request).suggestions()
        )
        return [str(answers.welcome(questions, empty=not listed))]


def ready() -> gr.Textbox:
    """The question field when nothing is being answered; what is typed in it stays.

    >>> ready().submit_btn
    'Ask'
    """
    return gr.Textbox(submit_btn="Ask", stop_btn=False)


def listing(assistant: Assistant) -> list[DocumentInfo]:
    """The store's documents; a store that does not exist yet holds none.

    >>> len(listing(demo))
    7
    """
    try:
        return assistant.documents()
    except EmptyStore:
        return []
