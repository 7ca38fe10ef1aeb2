"""What the program says in its own words, in answers and beside them."""

from typing import Final

NEAR = "The nearest passages are listed instead."
NOT_FOUND = f"The documents do not answer this. {NEAR}"
NOT_FOUND_IN = f"This is not answered by {{}}. {NEAR}"
MAY_BE_PARTIAL = "The list holds what the nearest passages name; it may be incomplete."
SEARCHED_ONLY_IN = "Searched only in {}, as the question asks."
NO_DOCUMENT_MENTIONS = "No document mentions {}."
IS_DRAFT = "“{}” is a draft."
IS_ARCHIVED = "“{}” is no longer in force."
NOT_ANSWERED = "The documents do not answer {}"
READ_AS_ABOUT = "Read as a question about {}."
WHO_IS_MEANT = "Who is meant by “{}”?{} Ask again with the name."
QUOTED_NEAR = " The nearest passages quote {}."
WHAT_IS_MEANT = "What is the question about?{} Ask again with what, whom or when you mean."
FOUND_NEAR = " The nearest passages are in {}."

ACCOUNTS_DIFFER = "Accounts differ."
"""The one remark of its own that the program may put before a sentence."""

COMPUTED = "Computed:"
"""Opens what the program computed; its formula is computed again where it is verified."""

PERCENTAGE_POINTS = "percentage points"

COMPUTING = (
    f"{COMPUTED} change ratio share difference sum average of and against {PERCENTAGE_POINTS}"
)
"""Words of its own that the program may put beside a formula."""

NOT_THERE = "not found: {}"
NO_FIGURE = "a dash or words stand for a figure"
OTHER_UNITS = "the figures are in different units"
NO_SHARE = "the share of nothing, or of less, has no meaning"
NOT_COMPUTED = "This is not computed ({}). What the documents state of it:"

FROM_TABLE = "From the table"
AND_MORE = "and {:,} more"
LEFT_OUT_EMPTY = "empty cells left out: {:,}"
LEFT_OUT_UNREAD = "cells left out that are empty or of another kind: {:,}"
LEFT_OUT_OTHER = "cells of {} of another kind, which count for nothing: {:,}"
LEFT_OUT_TOTALS = "rows of totals left out: {:,}"
ROWS_COUNTED = "rows: {:,} and {:,}"
IN_FULL = "cells of {} that hold more than they show count in full: {:,}"
RUN_AS = "Computed as: {}"
ROWS_CITED_OF = "Cited are the first {:,} of {:,} rows that count."
NO_COLUMN = "The table “{}” has no column or value “{}”. Its columns are: {}."
COLUMN_IN_DOUBT = "Nothing is computed of the column “{}” of the table “{}”: {}."
DAYS_IN_TWO_WAYS = "its dates are written in two ways, days first and months first"
FIGURES_IN_TWO_WAYS = "its figures are written in two ways, '1.234,56' and '1,234.56'"
"""Why a column is in doubt, as it is told where columns are typed."""

WHICH_COLUMN = "More than one column fits: {}. Ask again with the one that is meant."
TWO_FIT = "More than one column or table fits the question; the answer has a figure of each."
"""What the program says of figures that a query of a table gives."""

THANKED = "You are welcome. Ask on whenever you like."
GREETING = (
    "Hello. Ask me anything about your documents: I answer in their own words and give the passage "
    "for every sentence. “What is in my documents?” shows what there is."
)

WRITER_FAILED = "{} did not answer: {}. The embedded reader answers instead."
WROTE_NOTHING = "it wrote nothing"
ASKED_ONCE_MORE = "The writer was asked once more, but {}."
WRITER_BROKE_OFF = "{} did not finish: {}."
WRITER_UNVERIFIED = (
    "What {} wrote about this could not be verified, so it is left out; the embedded reader "
    "answers."
)
WRITER_ALL_UNVERIFIED = "What {} wrote about this could not be verified, so it is left out."

NEEDS_WRITER = (
    "This asks for words of its own, and the embedded reader only quotes. A model that writes can "
    "be named in FOOTNOTE_WRITER; the README shows how."
)
ANSWERED_AGAIN = "This is what the documents say to “{}”, once more with its sources."
DOCUMENTS_MENTION = "{} of {} documents mention “{}”:"
NEWEST_DOCUMENT = "The newest of {} documents:"
OLDEST_DOCUMENT = "The oldest of {} documents:"
DOCUMENTS_BY = "{} of {} documents are by “{}”:"
DOCUMENTS_TAGGED = "{} of {} documents have the tag “{}”:"
DOCUMENTS_OF = "{} of {} documents are from {}:"
NO_SUCH_DOCUMENT = "There is no such document."

ONLY_QUOTATIONS = "Only quotations are marked as supported."
NO_JUDGE = (
    "Without a model that judges, only quotations are marked as supported; FOOTNOTE_JUDGE or "
    "FOOTNOTE_WRITER names one."
)
JUDGE_FAILED = f"{{}} could not judge: {{}}. {ONLY_QUOTATIONS}"
JUDGE_NOT_TRUSTED = f"{{}} is not trusted as a judge: {{}}. {ONLY_QUOTATIONS}"
JUDGE_TRUSTED = "{} judges: at most {:.1%} of wrong sentences pass, as examined"
JUDGE_UNKNOWN = "{} judges; it sits its examination at the first question"
JUDGE_MISSED = (
    f"{{}} let a sentence pass that was changed to test it, so none of its verdicts on this is "
    f"used; it is examined again. {ONLY_QUOTATIONS}"
)

NO_LONGER_YOURS = "This answer rests on documents that are gone, or that you may no longer read."
"""Stands in the place of a kept answer."""

OTHER_BASE = (
    "The documents were embedded with {}; 'footnote repair' does it anew with {}. Questions are "
    "answered meanwhile."
)
RESEARCH_OF = "Of the questions asked for this, {} of {} were answered."
RESEARCH_LIMIT = "The research ended at its limit; it can be gone on with."
RESEARCH_OPEN = "## Not found"
NO_WRITER = "No writer is configured: name a model in FOOTNOTE_WRITER, or ask the reader."
RESEARCH_NEEDS_WRITER = (
    "Research needs a model that plans it: name one in FOOTNOTE_WRITER. Without one, "
    "'footnote report' answers a list of your own questions."
)

CONTRADICTED = "the documents say otherwise"
NOT_VERIFIED = "not verified"
NOT_SAID = "not said: {}"
SUPERSEDED = "since corrected or contradicted by {}"
"""What is said of a sentence that is not simply supported; a supported one has no remark."""

SAYS_OTHERWISE: Final = "says otherwise"
BUT_SEE: Final = "but see"
"""What is said of a footnote that supports nothing: that it denies the sentence, or came later."""

CELL_NOT_FOUND = "not found"
CELL_DIFFERS = "differs: {}"
CELL_OF_NO_SUCH_KIND = "Nothing that the document says of this is of the kind “{}”."
CELL_OF_SEVERAL = "The document says more than one thing of the kind “{}” of this."
NOTHING_DIFFERS = "Nothing differs in words."
DATED_ACCOUNTS = "What the documents say"
ROW_GONE = "“{}” was removed while it was asked."
"""What is said of the cells and rows of a matrix."""
