"""JSON as a stream: the elements of an array too large to be read at once, and what a text that is cut off holds before the cut."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

import ijson

CUT = (ijson.JSONError, UnicodeDecodeError)  # what elements() ends with where the text is cut off, or is no JSON


def elements(file: BinaryIO) -> Iterator[Any]:
    """The elements of an array, from where the file stands; a mark of UTF-8 may come first."""
    start = file.tell() + 3 * (file.read(3) == codecs.BOM_UTF8)
    file.seek(start)
    done = 0
    try:
        for element in ijson.items(file, "item", use_float=True):
            yield element
            done += 1
    except ijson.JSONError as error:
        if "integer overflow" not in str(error):
            raise
        # the fast parser holds no number of more than 64 bits; the slow one does
        file.seek(start)
        yield from islice(ijson.get_backend("python").items(file, "item", use_float=True), done, None)


def salvage(data: bytes) -> Any:
    """What a cut JSON text holds before the cut, without the list element in which it was cut; None if nothing."""
    stack: list[Any] = []
    keys: list[str] = []
    root: Any = None

    def add(value: Any) -> None:
        nonlocal root
        if not stack:
            root = value
        elif isinstance(stack[-1], list):
            stack[-1].append(value)
        else:
            stack[-1][keys[-1]] = value

    try:
        for event, value in ijson.basic_parse(data, use_float=True):
            if event in ("start_map", "start_array"):
                container: Any = {} if event == "start_map" else []
                add(container)
                stack.append(container)
                keys.append("")
            elif event in ("end_map", "end_array"):
                stack.pop()
                keys.pop()
            elif event == "map_key":
                keys[-1] = value
            else:
                add(value)
    except CUT:
        pass  # the cut: the caller reports it; here we only collect what stands before it
    for depth, container in enumerate(stack[:-1]):
        if isinstance(container, list):
            # The outermost list that is still open ends with the element in which the text was cut.
            container.pop()
            del stack[depth + 1 :]
            break
    return root
