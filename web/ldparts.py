"""Small pieces of schema.org that several kinds of pages use."""

from __future__ import annotations

from typing import Any

from catalog.vocab import vocabulary

Thing = dict[str, Any]


def tidy(value: Any) -> Any:
    """Without what is unknown: None, empty texts and lists; a list of one is that one."""
    if isinstance(value, dict):
        kept = {name: tidy(v) for name, v in value.items()}
        return {name: v for name, v in kept.items() if v not in (None, "", [], {})}
    if isinstance(value, (list, tuple)):
        some = [t for v in value if (t := tidy(v)) not in (None, "", [], {})]
        return some[0] if len(some) == 1 else some
    return value


def named(kind: str, name: str) -> Thing:
    """A thing of a type that has only a name."""
    return {"@type": kind, "name": name}


def organization(name: str) -> Thing:
    """A school, platform, publisher or employer; {} without a name."""
    return named("Organization", name) if name else {}


def place(code: str, street: str = "") -> Thing:
    """A region of GB/T 2260 as a place with an address; "" for a street alone."""
    words = vocabulary("region")
    names = [words.label(c) for c in words.path(code)]
    address = {
        "@type": "PostalAddress",
        "addressCountry": "CN",
        "addressRegion": names[0] if names else "",
        # of 浙江省 杭州市 西湖区 the city; a municipality has none below itself
        "addressLocality": names[1] if len(names) > 2 else names[-1] if names else "",
        "streetAddress": street,
    }
    return {"@type": "Place", "address": address}
