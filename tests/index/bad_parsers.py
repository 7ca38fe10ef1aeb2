"""Parsers that fail on files called 'bad…', each in its own way."""

import os
import time

from index import readers


def _is_bad(path):
    return path.name.startswith("bad")


def raising(path, *, name):
    if _is_bad(path):
        raise RuntimeError("index 7\nout of range")
    return readers.read(path, name=name)


def crashing(path, *, name):
    if _is_bad(path):
        os.abort()
    return readers.read(path, name=name)


def hanging(path, *, name):
    while _is_bad(path):
        time.sleep(1)
    return readers.read(path, name=name)


def eating(path, *, name):
    if _is_bad(path):
        return bytearray(2**31)
    return readers.read(path, name=name)
