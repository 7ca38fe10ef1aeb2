"""Questions that a figure answers: a cell of a table, or what the program computes from some."""

from collections.abc import Callable, Mapping, Sequence

from assistant.asking.question import Question
from assistant.draft import Claim, Evidence, ProposedAnswer
from assistant.language.formula import STEP_END, steps
from assistant.messages import (
    COMPUTED,
    NO_FIGURE,
    NO_SHARE,
    NOT_COMPUTED,
    NOT_THERE,
    OTHER_UNITS,
    PERCENTAGE_POINTS,
)
from assistant.retrieving.retrieval import Retrieved
from assistant.table_qa.arithmetic import Operand, Operation, operations
from assistant.table_qa.cells import asked_figures, beside, figure
from assistant.table_qa.figures import Figure, TableContext, table_contexts
from assistant.table_qa.steps import steps_of
from assistant.table_qa.table_answers import query_tables
from index.document import Span
from index.store.store import Store

CONFIDENCE = 0.8
"""Of a figure. The seven given for the questions about reports were right: too few for more; see
`benchmarks/README.md`."""

Found = Callable[[str], Sequence[Retrieved]]
"""The passages that another search finds."""


def read_figures(
    store: Store,
    question: Question,
    passages: Sequence[Retrieved],
    rarity: Mapping[str, float],
    sentences: Sequence[Claim],
    search: Found,
    documents: Sequence[str] | None = None,
) -> ProposedAnswer | None:
    r"""What a figure answers; None where none does.

    Args:
        store: where the documents are.
        question: what is asked.
        passages: those found for it.
        rarity: the weights of its stems.
        sentences: what the reader would answer.
        search: finds passages for a single figure that is needed.
        documents: the only ones that may be asked.

    >>> from assistant import Assistant
    >>> _ = (tmp_path / "report.csv").write_text("Item,2021,2022\nRevenue,10,12\nCosts,7,8\n")
    >>> with Assistant(tmp_path / "store") as own:
    ...     _ = own.add(tmp_path / "report.csv")
    ...     own.query("By how much did revenue grow from 2021 to 2022?").text
    '[Computed: change (Revenue, 2022 against 2021): 12 − 10 = 2; (12 − 10) ÷ 10 = 20.0 %][1][2]'
    """
    if question.kind != "question":
        return None
    tabulated = query_tables(store, question, passages, documents)
    wanted = operations(question.asking)
    if tabulated is not None and tabulated.abstained:
        # What a table lacks is told where nothing else answers.
        told, tabulated = (None if sentences else tabulated), None
    else:
        told = None
    if tabulated is not None and not wanted and not _is_lookup(tabulated):
        return tabulated
    near = table_contexts(store, passages)
    found = [] if wanted else asked_figures(question, near, rarity)
    if found:
        return ProposedAnswer(claims=tuple(one.draft for one in found), confidence=CONFIDENCE)
    computed = _computed(store, question, near, wanted, search)
    # A formula over cells that the table names says more than a query, which says more than parts.
    if computed is not None and not computed.message:
        return computed
    return tabulated or computed or told


def _is_lookup(answer: ProposedAnswer) -> bool:
    queries = [claim.tabulated.query for claim in answer.claims if claim.tabulated is not None]
    return all(query.measure == "rows" for query in queries)


def _computed(
    store: Store,
    question: Question,
    near: Sequence[TableContext],
    wanted: Sequence[Operation],
    search: Found,
) -> ProposedAnswer | None:
    """The first operation whose figures are all there; else what is there of the likeliest."""
    partly: ProposedAnswer | None = None
    for operation in wanted:
        figures = _operands(operation, near)
        if not all(figures):
            names = " ".join(question.names)
            more = [
                sheet
                for operand in operation.operands
                for sheet in table_contexts(store, search(f"{names} {operand.name}".strip()))
            ]
            figures = _operands(operation, [*near, *more])
        there = [one for one in figures if one is not None]
        if len({one.cell.span for one in there}) == len(figures):
            return _result(operation, there)
        if there and partly is None:
            missing = [
                o.name for o, f in zip(operation.operands, figures, strict=True) if f is None
            ]
            partly = _unfinished(NOT_THERE.format(", ".join(missing)), there)
    return partly


def _operands(operation: Operation, among: Sequence[TableContext]) -> list[Figure | None]:
    """The figures of an operation, all of one document; those of one name of one row."""
    found: list[Figure | None] = []
    for operand in operation.operands:
        first = next((one for one in found if one is not None), None)
        named = next(
            (
                one
                for other, one in zip(operation.operands, found, strict=False)
                if one is not None and other.phrase == operand.phrase
            ),
            None,
        )
        if named is not None:
            found.append(beside(named, operand.period))
            continue
        sheets_of_one = [s for s in among if first is None or s.info.id == first.sheet.info.id]
        found.append(_figure(operand, sheets_of_one, first))
    return found


def _figure(operand: Operand, among: Sequence[TableContext], first: Figure | None) -> Figure | None:
    """The figure of an operand, best from the table of the first one."""
    if first is not None:
        same = TableContext(first.sheet.info, first.sheet.document, (first.table,))
        found = figure(operand.phrase, operand.period, [same], {})
        if found is not None and found.cell.span != first.cell.span:
            return found
    found = figure(operand.phrase, operand.period, among, {})
    return None if found and first and found.cell.span == first.cell.span else found


def _result(operation: Operation, figures: Sequence[Figure]) -> ProposedAnswer:
    """The computed sentence, or why there is none."""
    values = [value for one in figures if (value := one.value) is not None]
    if len(values) < len(figures):
        return _unfinished(NO_FIGURE, figures)
    if len({(one.scale, one.cell.is_percent) for one in figures}) > 1 or (
        len({one.currency for one in figures} - {""}) > 1
    ):
        return _unfinished(OTHER_UNITS, figures)
    made = steps_of(
        operation.kind,
        values,
        percents=figures[0].cell.is_percent,
        percent=operation.percent,
    )
    if not made or not all(made):
        return _unfinished(NO_SHARE, figures)
    return ProposedAnswer(claims=(_draft(operation, figures, made),), confidence=CONFIDENCE)


def _unfinished(why: str, figures: Sequence[Figure]) -> ProposedAnswer:
    distinct = {one.cell.span: one.draft for one in figures}
    return ProposedAnswer(
        message=NOT_COMPUTED.format(why),
        claims=tuple(distinct.values()),
        confidence=CONFIDENCE / 2,
    )


def _draft(operation: Operation, figures: Sequence[Figure], made: Sequence[str]) -> Claim:
    """'[Computed: Total revenue, 2022 against 2021, in millions: 17,606 − 15,785 = 1,821; …]'."""
    named = [one.named for one in figures]
    if operation.kind in ("change", "sum", "average") and len({one.row for one in figures}) == 1:
        columns = [one.column for one in figures]
        joint = " against " if operation.kind == "change" else " and "
        about = f"{figures[0].row.label}, {joint.join(columns)}"
    else:
        about = "; ".join(named)
    units = PERCENTAGE_POINTS if _of_percents(operation, figures) else figures[0].units
    label = f"{operation.kind} ({about}{', ' + units if units else ''})"
    text = f"[{COMPUTED} {label}: {STEP_END.join(made)}]"
    evidence: dict[tuple[int, int], Evidence] = {}
    for one in figures:
        for each in one.evidence:
            evidence.setdefault((each.start, each.end), each)
    results = [one.result_span for one in steps(text)]
    exact = results[-1:] if operation.percent else results
    return Claim(text, tuple(evidence.values()), (Span(0, len(text)),), tuple(exact))


def _of_percents(operation: Operation, figures: Sequence[Figure]) -> bool:
    """Whether the result is a difference of percentages."""
    return operation.kind in ("change", "difference") and figures[0].cell.is_percent
