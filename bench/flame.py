"""Where a page's time goes: py-spy watches one serving worker under traffic; a table of shares by layer, and a flame graph.

    HAOKE_HOME=… python -m bench.flame [PATHS] [--seconds 20] [--clients 1] [--svg docs/plots/flame.svg]

Without PATHS (bench.traffic) each request is a page of results that nobody asked for before: nothing can have been kept. With it, a day's mixture,
asked as fast as it is answered. One request at a time: with more (--clients 4) threads also wait for Python's lock, and what shows is where they
let go of it – a hash, a file's state, a condition. A sample belongs to the layer of ours, or the library with a row of its own, that is nearest to where it was
taken: what the template calls of Jinja is the template's, what search() calls of rapidfuzz is the ranking's, and tantivy's work is the engine's.
Frames of one package that call each other are one box of the graph when they are not ours. Waiting is not counted.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import cli
from bench.flamegraph import Node, svg
from bench.search import asked, sampled
from bench.served import served
from indexer.engine import open_engine

RATE = 200  # samples a second
#: beginning of a file's path → layer, the first that fits
LAYERS = (
    ("indexer/engines/", "engine"), ("indexer/", "engine"), ("ranking/", "ranking"), ("catalog/", "reading records"), ("web/templates/", "templates"), ("web/", "web"),
    ("flask_compress/", "compression"), ("flask/", "server and framework"), ("werkzeug/", "server and framework"), ("granian/", "server and framework"),
)  # fmt: skip
OURS = ("cli.py", "catalog/", "indexer/", "ranking/", "web/")

Stack = tuple[tuple[str, str], ...]  # (function, file), the outermost first


def stacks(raw: str) -> Iterator[tuple[Stack, int]]:
    """py-spy's raw format: frames `function (file:line)` by semicolons, then how often it was seen."""
    for line in raw.split("\n"):
        told, _, count = line.rpartition(" ")
        if not told or not count.isdigit():
            continue  # a thread of the server that runs no Python, or a torn reading
        frames = []
        for frame in told.split(";"):
            function, _, place = frame.rpartition(" (")
            frames.append((function, file(place.rstrip(")").rpartition(":")[0])))
        if frames[-1][1] != "threading.py":  # which waits
            yield tuple(frames), int(count)


def file(path: str) -> str:
    """A file as this project or its package names it: web/pages.py, jinja2/runtime.py."""
    path = path.rpartition("site-packages/")[2].removeprefix(f"{Path.cwd()}/")
    return path.rpartition("/python3.11/")[2]


def layer(stack: Stack) -> str:
    """Whose work a sample is."""
    for _, path in reversed(stack):
        for start, name in LAYERS:
            if path.startswith(start):
                return name
    return "server and framework"


def box(function: str, path: str) -> str:
    """The name of a frame in the graph: ours by function, a library by its package."""
    if path.startswith("web/templates/"):
        return path.removeprefix("web/")
    return f"{function} · {path}" if path.startswith(OURS) else path.partition("/")[0].removesuffix(".py")


def tree(seen: list[tuple[Stack, int]]) -> Node:
    """All samples as one tree of boxes."""
    root = Node("all")
    for stack, count in seen:
        boxes = [(box(*frame), layer((frame,))) for frame in stack]
        root.add([b for n, b in enumerate(boxes) if n == 0 or b != boxes[n - 1]], count)
    return root


def told(seen: list[tuple[Stack, int]], most: int = 3) -> str:
    """The shares by layer, and the functions in which each spends the most."""
    whole, inside = Counter[str](), dict[str, Counter[str]]()
    for stack, count in seen:
        name = layer(stack)
        whole[name] += count
        own = next((box(*frame) for frame in reversed(stack) if layer((frame,)) == name), stack[-1][0])
        inside.setdefault(name, Counter())[own] += count
    total = sum(whole.values())
    lines = ["| layer | share | most of it in |", "|---|---|---|"]
    for name, count in whole.most_common():
        top = ", ".join(f"`{what}` {n / total:.0%}" for what, n in inside[name].most_common(most))
        lines.append(f"| {name} | {count / total:.0%} | {top} |")
    return "\n".join(lines)


def watched(paths: list[str], seconds: int, clients: int) -> str:
    """What py-spy saw of a worker that had so many seconds of traffic."""
    with served(cli.home(), workers=1) as server, tempfile.TemporaryDirectory() as scratch:
        asking = threading.Thread(target=asked, args=(server.port, paths, seconds + 3, clients, "gzip"))
        asking.start()
        target = Path(scratch) / "raw"
        subprocess.run(
            ["py-spy", "record", "--pid", str(server.workers()[0]), "--full-filenames", "--format", "raw", "--rate", str(RATE), "--duration", str(seconds), "--output", str(target)],
            check=True, capture_output=True,
        )  # fmt: skip
        asking.join()
        return target.read_text(encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", type=Path, nargs="?")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--svg", type=Path, default=Path("docs/plots/flame.svg"))
    args = parser.parse_args()
    if args.paths:
        paths = args.paths.read_text(encoding="utf-8").splitlines()
    else:
        engine = open_engine(cli.engine_url())
        paths = [f"/search?q={quote_plus(text)}" for text in dict.fromkeys(sampled(engine, 300 * args.seconds, seed=9))]
    seen = list(stacks(watched(paths, args.seconds, args.clients)))
    print(told(seen))
    args.svg.parent.mkdir(parents=True, exist_ok=True)
    args.svg.write_text(svg(tree(seen)), encoding="utf-8")


if __name__ == "__main__":
    main()
