"""What the cluster is told about our fields: names of indices, the template, mappings – all from the FIELDS table.

    NAME                        alias for reading: all indices of the active generation
    NAME.previous               alias: those of the generation before
    NAME.GENERATION-KIND        one index a kind, so that shards and copies follow the sizes; that of PRIMARY always exists and
                                carries the generation's metadata in `_meta` of its mapping
    NAME.lock                   one document: who writes
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from elasticsearch.dsl import Mapping as Fields

from indexer.fields import FIELDS

PRIMARY = "job"  # the kind whose index every generation has
LONGEST_ID = 512  # bytes of an _id
LONGEST_KEYWORD = 8_191  # characters: Lucene takes 32,766 bytes; longer ones are stored, not found – better than a lost document


def alias(name: str) -> str:
    """The alias that answers."""
    return name


def previous(name: str) -> str:
    """The alias of what answered before."""
    return f"{name}.previous"


def index(name: str, generation: str, kind: str = "*") -> str:
    """The index of a kind, or the pattern of all of a generation."""
    return f"{name}.{generation}-{kind}"


def generation_of(name: str, index: str) -> str:
    """The generation that an index belongs to; "" when it is none of ours."""
    return index[len(name) + 1 :].rpartition("-")[0] if index.startswith(f"{name}.g") else ""


def key(id: str) -> str:
    """_id of a resource: its own id, or a hash of one that is too long; `id` holds it whole."""
    raw = id.encode("utf-8", "surrogatepass")
    return id if len(raw) <= LONGEST_ID else "sha256-" + hashlib.sha256(raw).hexdigest()


def fields() -> dict[str, Any]:
    """The mapping. Strict: a field that stands in no row of FIELDS is an error, not a guess."""
    mapping = Fields()
    mapping.meta("dynamic", "strict")
    # what was indexed can be had from the store; a hit needs only its body, and a smaller index is a faster one
    mapping.meta("_source", includes=["body"])
    mapping.field("id", "keyword", ignore_above=LONGEST_KEYWORD)
    for f in FIELDS.values():
        if f.sort == "text":
            mapping.field(f.name, "text", analyzer="whitespace", index_options="positions" if f.positions else "freqs")
        elif f.sort == "keyword":
            mapping.field(f.name, "keyword", ignore_above=LONGEST_KEYWORD)
        elif f.sort == "number":
            mapping.field(f.name, "double")
        else:
            mapping.field(f.name, "keyword", index=False, doc_values=False)
    told: dict[str, Any] = mapping.to_dict()
    return told


def template(name: str) -> dict[str, Any]:
    """The index template of all generations. Nothing is seen before a commit refreshes, so refreshing is off for good."""
    return {
        "index_patterns": [f"{name}.g*"],
        "priority": 500,
        "template": {
            "mappings": fields(),
            "settings": {
                "index.number_of_shards": 1,
                "index.number_of_replicas": 0,
                "index.refresh_interval": "-1",
                "index.max_result_window": 10_000,
                "index.max_terms_count": 65_536,
            },
        },
        "_meta": {"made_by": "haoke"},
    }


def copies(replicas: str) -> Mapping[str, Any]:
    """Settings for a number of replicas, or a range that follows the number of nodes."""
    if "-" in replicas:
        return {"index.auto_expand_replicas": replicas}
    return {"index.auto_expand_replicas": "false", "index.number_of_replicas": int(replicas)}
