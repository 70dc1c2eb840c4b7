"""Pictures of each type of page for docs/look.md: light on a desktop, some dark and on a phone, one in English.

    HAOKE_HOME=… python -m bench.screenshots [--to docs/screenshots] [--only NAME…]

HAOKE_HOME holds the sample catalogue (`haoke demo --no-serve`). Needs Chromium with a Chinese font, and Pillow.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from bench.page_types import page_types
from catalog import place
from indexer.engine import open_engine
from tests.browser import chromium, opened, serving
from web import create_app, engine_address

LARGEST = 150 * 1024  # bytes of a picture
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 800}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
#: Beside the light desktop, which every type has: suffix → (types, how the reader's browser differs).
MORE: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "dark": (("home", "results", "course"), DESK | {"color_scheme": "dark"}),
    "phone": (("home", "results-jobs", "k12-volume", "higher", "job"), PHONE | {"color_scheme": "light"}),
    "phone-dark": (("results", "fairs"), PHONE | {"color_scheme": "dark"}),
    "english": (("home", "results-jobs"), DESK | {"locale": "en-GB"}),
}


def pictures(types: dict[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(name of the file, path, options of the browser)."""
    for name, path in types.items():
        yield name, path, DESK
    for suffix, (names, options) in MORE.items():
        for name in names:
            if name in types:
                yield f"{name}.{suffix}", types[name], options


def save(png: bytes, target: Path) -> int:
    """Writes a picture as WebP, as finely as LARGEST allows; its bytes."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for quality in (82, 70, 55, 40):
        kept = io.BytesIO()
        picture.save(kept, "WEBP", quality=quality, method=6)
        if kept.tell() <= LARGEST:
            break
    target.write_bytes(kept.getvalue())
    return kept.tell()


def main() -> None:
    """Takes them all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--to", type=Path, default=Path("docs/screenshots"))
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--whole", action="store_true", help="the whole page, not what a screen shows first")
    asked = parser.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    engine = open_engine(engine_address(None, place.home()))
    with chromium() as browser, serving(create_app(engine)) as base:
        for name, path, options in pictures(page_types(engine)):
            if asked.only and name not in asked.only:
                continue
            with opened(browser, base, **options) as page:
                page.goto(path)
                page.wait_for_load_state("networkidle")
                size = save(page.screenshot(full_page=asked.whole), asked.to / f"{name}.webp")
            print(f"{name:28}{size / 1024:6.0f} KB  {path}")


if __name__ == "__main__":
    main()
