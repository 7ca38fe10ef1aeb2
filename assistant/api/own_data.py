"""What the store keeps of a person: all of it as data, and erased."""

from assistant.api.tokens import Tokens
from assistant.assistant import Assistant
from assistant.people.accounts import Account


def own_data(assistant: Assistant, tokens: Tokens, account: Account) -> dict[str, object]:
    """All that is kept of somebody: conversations with feedback, matrices, tokens, shares, acts.

    >>> from assistant.api.tokens import Tokens
    >>> made = people.accounts.add("Ada", "correct horse battery")
    >>> with Tokens(tmp_path) as tokens:
    ...     list(own_data(demo, tokens, made))
    ['person', 'conversations', 'matrices', 'tokens', 'shares', 'log']
    """
    conversations = [
        {
            "title": title,
            "answers": [
                {
                    "answer": one.answer.model_dump(mode="json"),
                    "seconds": one.seconds,
                    "feedback": one.feedback
                    and {"verdict": one.feedback.verdict, "reason": one.feedback.reason},
                }
                for one in kept
            ],
        }
        for title, kept in assistant.conversations.everything(account.owner)
    ]
    return {
        "person": {
            "name": account.name,
            "groups": sorted(account.person.groups),
            "source": account.source,
            "made": account.made.isoformat(),
        },
        "conversations": conversations,
        "matrices": [
            {"title": one.title, "questions": one.questions.splitlines()}
            for one in assistant.matrices.matrices(account.owner)
        ],
        "tokens": [
            {"name": one.name, "scopes": one.scopes, "ends": one.ends.isoformat()}
            for one in tokens.listed()
            if one.person == account.id
        ],
        "shares": [one.told() for one in assistant.people.shares.of(account)],
        "log": [
            {"at": one.at, "act": one.act, "what": one.what}
            for one in assistant.people.audit.all(who=account.name)
        ],
    }


def erase_own(assistant: Assistant, tokens: Tokens, account: Account) -> dict[str, int]:
    """Erase what somebody keeps: how much of each there was. The log, which only grows, stays.

    >>> from assistant.api.tokens import Tokens
    >>> made = people.accounts.add("Ada", "correct horse battery")
    >>> with Tokens(tmp_path) as tokens:
    ...     erase_own(demo, tokens, made)
    {'conversations': 0, 'matrices': 0, 'tokens': 0, 'shares': 0}
    """
    assistant.people.audit.note(assistant.who, "erased what a person keeps", person=account.name)
    return {
        "conversations": assistant.conversations.erase_owner(account.owner),
        "matrices": assistant.matrices.erase_owner(account.owner),
        "tokens": tokens.revoke_all(account.id),
        "shares": assistant.people.shares.end_all(account),
    }
