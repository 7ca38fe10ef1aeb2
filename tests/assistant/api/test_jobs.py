"""Jobs that wait, end and are forgotten, each its owner's alone."""

import asyncio
import threading
import time

import pytest

from assistant.api import jobs as rules
from assistant.api.jobs import Jobs, Work
from assistant.api.problems import KeyReused, TooBusy, UnknownJob
from assistant.reporting.report import Report
from index.ingesting.report import AddReport


@pytest.fixture
def jobs():
    jobs = Jobs(failed=lambda _: None)
    yield jobs
    jobs.close()


def report(work: Work) -> Report:
    del work
    return Report(title="Night", sections=("# Night",), created="2026-01-02")


def done(jobs: Jobs, owner: str, id_: str) -> str:
    return asyncio.run(jobs.ended(owner, id_)).state


def test_a_job_that_waits_is_over_as_soon_as_it_is_cancelled(jobs):
    go, dropped = threading.Event(), []

    def long(work: Work) -> AddReport:
        del work
        assert go.wait(20)
        return AddReport()

    running = [jobs.start("add", "a", long) for _ in range(2)]
    while jobs.running() < 2:
        time.sleep(0.01)
    waits = jobs.start("add", "a", long, afterwards=lambda: dropped.append("upload"))
    assert jobs.cancel("a", waits.id).state == "cancelled"
    assert dropped == ["upload"]
    assert jobs.waiting() == 0
    go.set()
    assert [done(jobs, "a", one.id) for one in running] == ["done", "done"]
    assert done(jobs, "a", jobs.start("add", "a", long).id) == "done"
    assert dropped == ["upload"]


def test_files_that_wait_with_jobs_have_a_limit_in_all(jobs, monkeypatch):
    monkeypatch.setattr(rules, "_HELD", 1_000)
    go, dropped = threading.Event(), []

    def long(work: Work) -> AddReport:
        del work
        assert go.wait(20)
        return AddReport()

    running = []
    for number in (1, 2):
        running.append(jobs.start("add", "a", long, size=900))
        while jobs.running() < number:
            time.sleep(0.01)
    # One alone may be as large as the server takes.
    large = jobs.start("add", "a", long, size=2_000)
    with pytest.raises(TooBusy):
        jobs.start("add", "b", long, size=1, afterwards=lambda: dropped.append("upload"))
    assert dropped == ["upload"]
    jobs.cancel("a", large.id)
    assert jobs.start("add", "b", long, size=900).state == "waiting"
    go.set()
    assert [done(jobs, "a", one.id) for one in running] == ["done", "done"]


def test_of_what_is_over_only_the_latest_is_known_and_others_lose_nothing_by_it(jobs, monkeypatch):
    monkeypatch.setattr(rules, "_KEPT", 4)
    monkeypatch.setattr(rules, "_REPORTS", 2)
    others = jobs.start("report", "other", report)
    assert done(jobs, "other", others.id) == "done"
    made = []
    for _ in range(5):
        made.append(jobs.start("report", "a", report).id)
        assert done(jobs, "a", made[-1]) == "done"
    for _ in range(8):
        assert done(jobs, "a", jobs.start("add", "a", lambda _: AddReport()).id) == "done"
    jobs.start("add", "a", lambda _: AddReport())
    assert len(jobs.listed("a")) <= 4 + 1
    with pytest.raises(UnknownJob):
        jobs.report("a", made[0])
    assert jobs.report("other", others.id).title == "Night"


def test_a_key_is_its_owners_and_of_one_request(jobs):
    first = jobs.start("add", "a", lambda _: AddReport(), key="k", fingerprint="x")
    again = jobs.start("add", "a", lambda _: AddReport(), key="k", fingerprint="x")
    other = jobs.start("add", "b", lambda _: AddReport(), key="k", fingerprint="y")
    assert first.id == again.id != other.id
    with pytest.raises(KeyReused):
        jobs.start("add", "a", lambda _: AddReport(), key="k", fingerprint="y")
    for ask in (jobs.find, jobs.cancel, jobs.report, jobs.follow):
        with pytest.raises(UnknownJob):
            ask("b", first.id)
