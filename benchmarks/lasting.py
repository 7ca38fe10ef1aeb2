"""Do citations last? Sources and reports are edited at random, then `verify` is asked.

    python benchmarks/lasting.py --data DIR [--rounds N] [--seed N]

In each round 60 documents in five formats are made of paragraphs of DIR/reading, two sentences of
every part are cited, and a report of all citations is exported in each format. Then every document
is edited in one of twelve ways and synced, every report is edited too (paragraphs shuffled, prose
and quotes edited, links lost; one is opened and saved by LibreOffice), and each finding is compared
with what was done: status, the words now, and the report's own changes. Exits with status 1 if one
is wrong. Needs LibreOffice (`soffice`).
"""

import argparse
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import lasting_reports
import lasting_sources
from lasting_reports import Edits
from lasting_sources import EDITS, Pool, Source, edited, twinned, write

from assistant import Assistant
from assistant.answer import Answer, Citation, Sentence, citation_id, locator
from assistant.rechecking.findings import Finding, Status, Verification, mark_difference
from assistant.reporting.report import Report
from index.sentences import sentence_spans

CITED_OF_A_PART = 2
AN_ANSWER = 6
"""Citations of an answer."""
EDITED, UNLINKED = 0.06, 0.06
"""Shares of footnotes whose quote is edited and whose link is lost."""
SHORTEST = 6
"""Words of a sentence."""
_PLAIN = re.compile(r"[A-Z0-9](?:[\w ,;:'()%]|(?<! )[–-](?! ))*[.!?]")
"""Not with a dash between spaces: at the start of a line Markdown takes it for a list's."""
STATUSES: tuple[Status, ...] = ("unchanged", "moved", "changed", "gone", "not_in_store")


@dataclass(frozen=True)
class Expected:
    """What `verify` is to say of a citation; `words` are those of the source now."""

    kind: str
    status: Status
    words: str = ""


def paragraphs(data: Path, seed: int) -> list[list[str]]:
    """Paragraphs of plain sentences, each sentence once, in random order."""
    seen: set[str] = set()
    found = []
    for file in sorted((data / "reading").glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            text = " ".join(json.loads(line)["text"].split())
            sentences = [text[start:end] for start, end in sentence_spans(text)]
            plain = [
                sentence
                for sentence in sentences
                if _PLAIN.fullmatch(sentence)
                and SHORTEST <= len(sentence.split()) <= 40
                and sentence not in seen
                and sentence.encode("cp1252", "ignore").decode("cp1252") == sentence
            ]
            if len(plain) >= 3:
                seen.update(plain)
                found.append(plain[:6])
    random.Random(seed).shuffle(found)
    return found


def cited(assistant: Assistant, source: Source, chance: random.Random) -> dict[int, Citation]:
    """Citations of some of a source's sentences, by the sentence's key; without numbers."""
    (info,) = (i for i in assistant.documents() if Path(i.path or "").name == source.file)
    document = assistant.document(info.id)
    chosen = []
    for section in source.sections:
        sentences = [sentence for paragraph in section.paragraphs for sentence in paragraph]
        chosen += [sentences[0], *chance.sample(sentences[1:], CITED_OF_A_PART - 1)]
    citations = {}
    for sentence in chosen:
        pattern = r"\s+".join(map(re.escape, sentence.text.split()))
        matches = list(re.finditer(pattern, document.text))
        if not matches:
            raise ValueError(f"{source.file} is read without {sentence.text!r}")
        if len(matches) > 1:
            continue  # it stands in a longer one, too
        start, end = matches[0].span()
        page, page_end = document.page_at(start), document.page_at(end - 1)
        citations[sentence.key] = Citation(
            number=1,
            id=citation_id(info.version, start, end),
            document_id=info.id,
            version=info.version,
            title=info.title,
            path=info.path,
            locator=locator(page, page_end, document.heading_path(start)),
            page=page,
            page_end=page_end,
            start=start,
            end=end,
            quote=matches[0][0],
        )
    return citations


def expectations(before: Source, after: Source, kind: str) -> dict[int, Expected]:
    """What is to be said of each sentence of a source."""
    old = {sentence.key: (place, sentence.text) for place, sentence in before.sentences()}
    new = {sentence.key: (place, sentence.text) for place, sentence in after.sentences()}
    plain = {key: _plain(text) for key, (_, text) in new.items()}
    found = {}
    for key, (place, text) in old.items():
        if after.deleted:
            found[key] = Expected(kind, "not_in_store")
        elif key not in new:
            found[key] = Expected(kind, "gone", text)
        elif plain[key] != _plain(text):
            found[key] = Expected(kind, "changed", plain[key])
        else:
            kept = place == new[key][0] and key not in after.moved
            found[key] = Expected(kind, "unchanged" if kept else "moved", plain[key])
    return found


def report(citations: Sequence[Citation]) -> Report:
    """A report that cites them all."""
    now = datetime.now(UTC)
    answers = []
    for at in range(0, len(citations), AN_ANSWER):
        own = [
            citation.model_copy(update={"number": number})
            for number, citation in enumerate(citations[at : at + AN_ANSWER], start=1)
        ]
        sentences = tuple(
            Sentence(text=" ".join(c.quote.split()), citations=(c.number,), paragraph=True)
            for c in own
        )
        answers.append(
            Answer(question=f"{at}?", sentences=sentences, citations=tuple(own), created=now)
        )
    return Report(title="Report", sections=("# Report", *answers), created=now)


def faults(
    verification: Verification, expected: dict[str, Expected], edits: Edits, *, json_: bool
) -> Iterator[tuple[Expected, str]]:
    """For each citation what is wrong with its finding; empty where nothing is."""
    by_id = {finding.id: finding for finding in verification.findings if finding.id}
    by_quote = {
        _plain(finding.quote): finding
        for finding in verification.findings
        if finding.id is None and finding.quote
    }
    for id_, one in expected.items():
        if id_ in edits.unlinked and not json_:
            finding = by_quote.get(_plain(edits.quotes[id_]))
            # Found by its words: the place that the footnote names is not compared.
            status: Status = "unchanged" if one.status == "moved" else one.status
            one = Expected(f"{one.kind}, link lost", status, one.words)
            if one.status == "not_in_store":
                yield one, "invented" if finding else ""
                continue
        else:
            finding = by_id.get(id_)
            if id_ in edits.edited and one.status in ("unchanged", "moved"):
                one = Expected(one.kind, "changed", one.words)
        yield one, _fault(one, finding, edited_quote=id_ in edits.edited)
    surplus = len(verification.findings) - len(by_id) - len(by_quote)
    if surplus or set(by_id) - set(expected):
        yield Expected("(no citation)", "unchanged"), "a citation that is none"


def _fault(expected: Expected, finding: Finding | None, *, edited_quote: bool) -> str:
    if finding is None:
        return f"not found, {expected.status} expected: {expected.words!r}"
    if finding.status != expected.status:
        told = mark_difference(finding.source_changes) or mark_difference(finding.report_changes)
        return f"{finding.status} ({told}), {expected.status} expected"
    if finding.status == "not_in_store":
        return ""
    if bool(finding.report_changes) != edited_quote:
        return "the report's quote is misjudged"
    if finding.status != "gone" and (
        not finding.now or _plain(finding.now.quote) != expected.words
    ):
        return f"now {finding.now and finding.now.quote!r}, {expected.words!r} expected"
    return ""


def _plain(text: str) -> str:
    """Words apart from typography, told otherwise than the product does."""
    joined = re.sub(r"([a-z])- ?\n?([a-z])", r"\1\2", text.replace("‑", "-").replace("–", "-"))
    return " ".join(joined.replace("’", "'").replace("-", "").split())


def one_round(
    pool: Pool, chance: random.Random, folder: Path
) -> Iterator[tuple[str, Expected, str]]:
    """Format, expectation and fault of each finding of a round."""
    files = folder / "files"
    files.mkdir()
    kinds = [(kind, form) for kind in EDITS for form in lasting_sources.FORMATS]
    sources = [pool.source(f"Paper {n}", form) for n, (_, form) in enumerate(kinds)]
    for source, (kind, _) in zip(sources, kinds, strict=True):
        if kind == "removed, one like it stays":
            twinned(source, pool, chance)
        write(source, files)
    with Assistant(folder / "store") as assistant:
        assistant.sync(files)
        citations: dict[str, Citation] = {}
        expected: dict[str, Expected] = {}
        for source, (kind, _) in zip(sources, kinds, strict=True):
            own = cited(assistant, source, chance)
            after = edited(source, kind, pool, chance)
            told = expectations(source, after, kind)
            for key, citation in own.items():
                citations[citation.id] = citation
                expected[citation.id] = told[key]
            if after.stem:
                (files / source.file).rename(files / after.file)
                continue
            (files / source.file).unlink()
            if not after.deleted:
                write(after, files)
        reports = folder / "reports"
        reports.mkdir()
        written = []
        for name, (suffix, export) in lasting_reports.FORMATS.items():
            ids = chance.sample(sorted(citations), len(citations))
            some = int(EDITED * len(ids))
            quotes = {id_: citations[id_].quote for id_ in ids}
            edits = Edits(quotes, set(ids[:some]), set(ids[some : 2 * some]))
            own_folder = reports / name
            own_folder.mkdir()
            path = own_folder / f"report.{suffix}"
            exported = report([citations[id_] for id_ in sorted(ids)])
            written.append((name, export(exported, path, edits, chance), edits))
        assistant.sync(files)
        for name, path, edits in written:
            began = time.perf_counter()
            verification = assistant.verify(path)
            seconds = time.perf_counter() - began
            print(f"{name:26}{len(verification.findings):5} findings {seconds:6.1f} s")
            for one, fault in faults(verification, expected, edits, json_=name == "JSON"):
                yield name, one, fault


def table(rows: dict[str, Counter[str]]) -> None:
    """Print counts by row."""
    print(f"\n{'':44}" + "".join(f"{status:>13}" for status in STATUSES) + f"{'wrong':>8}")
    for name, counts in rows.items():
        print(f"{name:44}" + "".join(f"{counts[s]:13,}" for s in STATUSES) + f"{counts['wrong']:8}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if not options.data:
        parser.error("name the data with --data DIR or FOOTNOTE_BENCH_DATA")
    by_kind: defaultdict[str, Counter[str]] = defaultdict(Counter)
    by_format: defaultdict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for seed in range(options.seed, options.seed + options.rounds):
        pool, chance = Pool(paragraphs(options.data, seed)), random.Random(seed)
        with tempfile.TemporaryDirectory() as scratch:
            for name, one, fault in one_round(pool, chance, Path(scratch)):
                for counts in (by_kind[one.kind], by_format[name]):
                    counts[one.status] += 1
                    counts["wrong"] += bool(fault)
                if fault:
                    wrong.append(f"seed {seed}, {name}, {one.kind}: {fault}")
    table(by_kind)
    table(by_format)
    if wrong:
        sys.exit("\n".join(["", f"{len(wrong)} wrong:", *wrong]))


if __name__ == "__main__":
    main()
