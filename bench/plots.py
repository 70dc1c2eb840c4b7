"""Cost curves as a table and as plots: one small SVG a question, both axes logarithmic, text kept as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")

from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter, NullFormatter

from bench.curves import Point

#: engine → colour (told apart also by those who see no red or green) and marker
LOOKS = {"embedded": ("#0f5fa6", "o"), "elasticsearch": ("#c2540a", "s")}


@dataclass(frozen=True)
class Plot:
    """One question: the name of its file, what its axis tells, and its lines: label → value of a point."""

    name: str
    axis: str
    lines: dict[str, Callable[[Point], float]]


PLOTS = (
    Plot("build", "file to searchable, seconds", {"": lambda p: p.ingest_s + p.reindex_s}),
    Plot("size", "megabytes on disk", {"index": lambda p: p.index_b * p.documents / 1e6, "store": lambda p: p.store_b * p.documents / 1e6}),
    Plot("memory", "megabytes of memory", {"building, largest process": lambda p: p.build_mb, "serving, all processes": lambda p: p.serve_mb}),
    Plot("latency", "uncached search(), milliseconds", {"p95": lambda p: p.p95_ms, "p50": lambda p: p.p50_ms}),
    Plot("pages", "uncached answers a second", {"JSON": lambda p: p.json_s, "HTML": lambda p: p.html_s}),
)


def draw(points: Sequence[Point], folder: Path) -> None:
    """Writes all plots; the same points give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "haoke", "font.family": "sans-serif", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False}
    with mpl.rc_context(settings):
        for plot in PLOTS:
            one(plot, points, folder / f"{plot.name}.svg")


def one(plot: Plot, points: Sequence[Point], path: Path) -> None:
    """One plot; what was not measured (0) is left out."""
    figure, axes = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
    for engine, (colour, marker) in LOOKS.items():
        for (label, value), style in zip(plot.lines.items(), ("-", "--"), strict=False):
            seen = [(p.documents, value(p)) for p in points if p.engine == engine and value(p)]
            if seen and (label != "store" or engine == "embedded"):  # the store is the same with any engine
                name = "store, any engine" if label == "store" else ", ".join(filter(None, (engine, label)))
                axes.plot(*zip(*seen, strict=True), style, color=colour, marker=marker, markersize=5, label=name)
    axes.set(xscale="log", yscale="log", xlabel="documents", ylabel=plot.axis)
    low, high = axes.get_ylim()
    if high / low < 12:  # a nearly flat line would have no labelled tick at all
        axes.set_ylim(low / 2, high * 2)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: short(x)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: short(y)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(color="#dddddd", linewidth=0.7)
    axes.legend(frameon=False)
    figure.savefig(path, format="svg", metadata={"Date": None}, facecolor="white")
    plt.close(figure)


def short(number: float) -> str:
    """A tick's label: 10,000, 1 million."""
    return f"{number / 1e6:g} million" if number >= 1e6 else f"{number:,.0f}" if number >= 1 else f"{number:g}"


def table(points: Sequence[Point]) -> str:
    """The same as text."""
    lines = [
        "| documents | engine | ingest s | reindex s | rows/s | largest process of the build, MB | store, index bytes a row | p50 ms | p95 ms | HTML/s | JSON/s | processor time of an HTML page, web + node, ms | serving processes, MB |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for p in points:
        lines.append(
            f"| {p.documents:,} | {p.engine} | {p.ingest_s or '–'} | {p.reindex_s or '–'} | {f'{p.rows_s:,.0f}' if p.rows_s else '–'} | {p.build_mb or '–'} "
            f"| {p.store_b:,}, {p.index_b:,} | {p.p50_ms} | {p.p95_ms} | {p.html_s} | {p.json_s} | {p.web_ms} + {p.node_ms} | {p.serve_mb:,} |"
        )
    return "\n".join(lines)
