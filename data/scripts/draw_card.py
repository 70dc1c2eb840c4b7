"""Draws web/static/card.png, the picture that messengers show beside a shared link: 1200 × 630, our own drawing and words.

    python data/scripts/draw_card.py        (needs Chromium with a font for Chinese, and the packages of the extra `test`)
"""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

TARGET = Path(__file__).resolve().parents[2] / "web" / "static" / "card.png"
PAGE = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; width: 1200px; height: 630px; box-sizing: border-box; padding: 120px 110px; background: #0f5c8c; color: #fff; font-family: "Noto Sans CJK SC", sans-serif; }
div { display: flex; align-items: center; gap: 40px; font-size: 128px; font-weight: 700; line-height: 1; }
svg { width: 150px; height: 150px; }
p { margin: 64px 0 0; font-size: 62px; font-weight: 500; }
small { display: block; margin-top: 40px; font-size: 36px; color: #cfe3f0; }
</style><div><svg viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#fff"/><path d="M7 9.5c3.4-1 6.4-.6 9 1.3 2.6-1.9 5.6-2.3 9-1.3v13c-3.4-1-6.4-.6-9 1.3-2.6-1.9-5.6-2.3-9-1.3zM16 11v12.5"
fill="none" stroke="#0f5c8c" stroke-width="2" stroke-linejoin="round"/></svg>好课</div><p>全网好课，一站搜索</p><small>中小学 · 职业教育 · 高等教育 · 就业</small>"""


def main() -> None:
    """Draws the page and keeps it with few colours: flat areas need no more."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": 1200, "height": 630})
        tab.set_content(PAGE)
        drawn = tab.screenshot()
        browser.close()
    picture = Image.open(io.BytesIO(drawn)).convert("RGB").quantize(16)
    picture.save(TARGET, optimize=True)


if __name__ == "__main__":
    main()
