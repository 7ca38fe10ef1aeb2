"""A short report, sentences about it, and what a test looks at in answers."""

from assistant.answer import Answer, Sentence

SIRENS = "The sirens sounded at 21:58."
FAILED = "Gate 3 failed at 21:34 because its bearing had run dry."
LED = "That night 410 people were led out of the Old Harbour."
FEAR = "Ann Lee, the mayor, called it “a night of fear” and thanked the crews."
REPORT = f"# Report on the night\n\n{SIRENS} {FAILED}\n\n{LED}\n\n{FEAR}\n"

DRY = "A bearing without grease was why it broke."
AFTER = "The sirens went off 24 minutes after the gate broke."
WRONG = "The whole town was dark until morning."
ONLY = "Only quotations are marked as supported."
SHEETS = 6


def one(answer: Answer) -> Sentence:
    (sentence,) = answer.sentences
    return sentence


def quotes(answer: Answer, numbers: tuple[int, ...]) -> list[str]:
    return [answer.citation(number).quote for number in numbers]
