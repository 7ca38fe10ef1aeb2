"""Processes of their own, forked off one that has loaded what they need and has started nothing."""

import multiprocessing

FORKED = multiprocessing.get_context("forkserver")
# Loading these takes a process longer than what most tests then do in it.
FORKED.set_forkserver_preload(["chromadb", "index.store.store", "index.ingesting.ingest"])
