"""The interface's texts in the reader's language. They are written in Chinese; other languages stand in web/translations.

The language holds for one request (web.language chooses it) and is looked up once a request instead of once a word: a results page
asks for about a hundred texts. What comes from the catalogue – titles, names, summaries – stays as it is.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from typing import Any

from flask import Flask
from flask_babel import get_translations
from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language of the interface: its catalogue, its tag in HTML, what it calls itself."""

    code: str
    locale: str
    tag: str
    name: str


SOURCE = "zh"  # the language that texts are written in, and that programs are answered in
TONGUES = {t.code: t for t in (Tongue(SOURCE, "zh_Hans_CN", "zh-CN", "中文"), Tongue("en", "en", "en", "English"))}
_HAN = re.compile(r"[㐀-鿿]")
_MARKED, _UNMARKED = Markup(' lang="zh-CN"'), Markup("")
_speech: ContextVar[tuple[str, Any]] = ContextVar("speech", default=(SOURCE, NullTranslations()))


def speak(code: str) -> None:
    """From here on, in this request, texts are in this language; flask-babel must know it already."""
    _speech.set((code, _catalogue(code)))


@cache
def _catalogue(code: str) -> Any:
    """The texts of a language. Kept here: flask-babel looks for its files for each request, an eighth of what a kept answer took."""
    return get_translations()


def be_silent() -> None:
    """After the request: the thread serves others."""
    _speech.set((SOURCE, NullTranslations()))


def language() -> str:
    """The code of the reader's language: part of the key of everything that keeps texts."""
    return _speech.get()[0]


def tongue() -> Tongue:
    """The reader's language."""
    return TONGUES[language()]


def gettext(text: str, /, **variables: Any) -> str:
    """The text in the reader's language; %(name)s is filled in."""
    told: str = _speech.get()[1].gettext(text)
    return told % variables if variables else told


def ngettext(one: str, many: str, number: int, /, **variables: Any) -> str:
    """The form of a text for a number, which is also %(num)s."""
    variables.setdefault("num", number)
    return str(_speech.get()[1].ngettext(one, many, number)) % variables


def term(field: str, label: str) -> str:
    """A vocabulary's label in the reader's language; as it is where nobody has translated it (schools, places, trades)."""
    code, catalogue = _speech.get()
    return label if code == SOURCE else str(catalogue.pgettext(field, label))


def zh(text: Any) -> Markup:
    """` lang="zh-CN"` for an element of a page in another language whose text is Chinese; "" else. Also takes marked pieces."""
    if language() == SOURCE or not text:
        return _UNMARKED
    plain = "".join(piece[0] for piece in text) if isinstance(text, (tuple, list)) else str(text)
    return _MARKED if _HAN.search(plain) else _UNMARKED


def install(app: Flask) -> None:
    """Lets the templates translate by these too."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _speech.get()[1].gettext(text), lambda one, many, number: _speech.get()[1].ngettext(one, many, number), newstyle=True
    )
    app.jinja_env.globals.update(term=term, zh=zh, tongue=tongue)
