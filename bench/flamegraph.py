"""A flame graph as a small SVG without scripts: a box a frame, as wide as it was long at work, its callees above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

WIDTH, HEIGHT, CHARACTER = 1200, 17, 6.3  # of the picture, a row, a letter, in pixels
SMALLEST = 0.004  # share of all below which a box is left out
COLOURS = {
    "engine": "#f4a582", "ranking": "#92c5de", "templates": "#b8e186", "web": "#fddbc7", "reading records": "#cab2d6", "compression": "#fdd870", "server and framework": "#d9d9d9", "": "#eeeeee",
}  # fmt: skip


@dataclass
class Node:
    """A frame, how often it was seen, and whom it called."""

    name: str
    layer: str = ""
    count: int = 0
    callees: dict[str, Node] = field(default_factory=dict)

    def add(self, frames: list[tuple[str, str]], count: int) -> None:
        """Counts a stack of (name, layer)."""
        self.count += count
        if frames:
            name, layer = frames[0]
            self.callees.setdefault(name, Node(name, layer)).add(frames[1:], count)


def boxes(node: Node, left: float, level: int, least: float) -> Iterator[tuple[Node, float, int]]:
    """Each box with its left edge, in counts, and its level; small ones are left out, and what stands on them."""
    yield node, left, level
    for callee in sorted(node.callees.values(), key=lambda n: n.name):
        if callee.count >= least:
            yield from boxes(callee, left, level + 1, least)
            left += callee.count


def svg(root: Node) -> str:
    """The whole picture, callers at the bottom; hovering over a box tells its name and share."""
    drawn = list(boxes(root, 0.0, 0, max(1.0, SMALLEST * root.count)))
    floor = max(level for _, _, level in drawn) * HEIGHT + 40
    scale = WIDTH / max(1, root.count)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {floor + HEIGHT + 6}" font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{floor + HEIGHT + 6}" fill="#ffffff"/>',
    ]
    for number, (name, colour) in enumerate((n, c) for n, c in COLOURS.items() if n):
        parts.append(f'<rect x="{8 + 160 * number}" y="8" width="12" height="12" fill="{colour}"/><text x="{24 + 160 * number}" y="18">{name}</text>')
    for node, left, level in drawn:
        x, y, width = left * scale, floor - level * HEIGHT, node.count * scale
        label = node.name if len(node.name) * CHARACTER < width else node.name[: max(0, int(width / CHARACTER) - 1)] + "…" if width > 4 * CHARACTER else ""
        parts.append(
            f'<g><title>{escape(node.name)}: {node.count / root.count:.1%}</title><rect x="{x:.1f}" y="{y}" width="{max(0.3, width - 0.5):.1f}" height="{HEIGHT - 1}" '
            f'fill="{COLOURS.get(node.layer, COLOURS[""])}"/>' + (f'<text x="{x + 2:.1f}" y="{y + 12}">{escape(label)}</text>' if label else "") + "</g>"
        )
    return "\n".join(parts) + "\n</svg>\n"
