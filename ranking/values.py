"""Values of facet parameters: what a person or a script writes (code, label or alias) → what the index holds."""

from __future__ import annotations

import re

from catalog.errors import BadRequest
from catalog.text import tidy
from catalog.vocab import vocabulary
from indexer.fields import FILTERS

_SALARY = re.compile(r"\d{0,8}(\.\d+)?-\d{0,8}(\.\d+)?")


def resolve(field: str, value: str) -> str:
    """The value that the index holds for what was asked. BadRequest names near ones when a closed vocabulary lacks it.

    Open fields (school, teacher, employer …) take any text: an alias becomes its label (北大 → 北京大学), the rest stays.
    """
    if field not in FILTERS:
        raise BadRequest(f"no field {field!r}", parameter=field, allowed=list(FILTERS), hint=f"one of: {', '.join(FILTERS)}")
    facet = FILTERS[field]
    text = tidy(value)
    if field == "salary":
        entry = vocabulary("salary").canonical(text)
        low, _dash, high = text.partition("-")
        if not entry and not (_SALARY.fullmatch(text) and text != "-" and (not low or not high or float(low) <= float(high))):
            raise BadRequest(f"salary {value!r} is no range", parameter=field, allowed=["min-max"], hint="yuan a month, e.g. 5000-8000")
        return entry.code if entry else text
    if field == "verified":
        if text not in ("true", "false"):
            raise BadRequest(f"verified {value!r} is neither true nor false", parameter=field, allowed=["true", "false"], hint="true or false")
        return text
    if not facet.vocabulary:
        return text
    words = vocabulary(facet.vocabulary)
    entry = words.canonical(text)
    if facet.open:
        return entry.label if entry else text
    if entry is None:
        shared = [f"{e.code} ({e.label})" for e in words.candidates(text)]
        near = shared or words.near(text)
        reason = "names several values" if shared else "is no value of this field"
        raise BadRequest(f"{field} {value!r} {reason}", parameter=field, allowed=near, hint=f"did you mean: {', '.join(near)}")
    return entry.code
