"""Whether a generation is what it should be, before it may answer: every resource counted, some of them found again."""

from __future__ import annotations

from catalog.errors import GenerationError
from catalog.resource import Resource
from catalog.store import Store
from indexer.analysis import fingerprint
from indexer.document import to_document
from indexer.engine import Engine, Generation, OneOf, Query, Term
from indexer.fields import SCHEMA_VERSION

GOLDEN = 20  # resources that must be found again before a generation may answer
LONGEST_WORD = 100  # characters; engines cut or skip terms far longer, which says nothing of a generation
SHRINK = 0.9  # a new generation below this share of the active one is refused unless forced


def fits(generation: Generation) -> bool:
    """Whether a generation was built with the schema and the dictionary of this version."""
    return generation.schema == SCHEMA_VERSION and generation.fingerprint == fingerprint()


def verify(store: Store, engine: Engine, generation: Generation, *, force: bool = False) -> None:
    """Refuses a generation that is not what it should be. GenerationError says which check failed and the remedy."""
    if not fits(generation):
        raise GenerationError(f"{generation.name} was built with another schema or dictionary", hint="run `haoke reindex`")
    hint = "run `haoke reindex` again; if it repeats, run `haoke doctor`"
    searchable = engine.count(Query(), generation.name)
    if searchable != generation.documents:
        raise GenerationError(f"{generation.name} finds {searchable} of its {generation.documents} documents", hint=hint)
    counts = store.count()
    # a change that came just now is not in it yet, and `haoke index` will bring it: only then may counts differ
    if store.sequence() == generation.sequence:
        for kind, number in counts.items():
            found = engine.count(Query(filters=(OneOf("kind", (kind,)),)), generation.name)
            if found != number:
                raise GenerationError(f"{generation.name} finds {found} of {number} resources of kind {kind}", hint=hint)
    for id, word in golden(store, generation).items():
        if engine.count(Query(clause=Term("title", word), filters=(OneOf("id", (id,)),)), generation.name) != 1:
            raise GenerationError(f"{generation.name} does not find {id} by {word!r}, the first word of its title", hint=hint)
    active = engine.active()
    before = (engine.count(Query(), active.name) if fits(active) else active.documents) if active else 0  # what was noted when it was built may be long ago
    if active and not force and generation.documents < SHRINK * before:
        raise GenerationError(
            f"{generation.name} holds {generation.documents} documents, the active one {before}",
            hint="if so much was really removed, run `haoke reindex --force`",
        )


def golden(store: Store, generation: Generation) -> dict[str, str]:
    """Resources that a generation must find → the first word of each one's title. At most GOLDEN, evenly over all changes it holds.

    Drawn by sequence, which the store has in order: this costs the same for a thousand resources and for ten million.
    """
    found: dict[str, str] = {}
    for part in range(GOLDEN):
        changes = store.changes(part * generation.sequence // GOLDEN, limit=GOLDEN)
        # removed ones, and those that changed since, are not in it
        body = next((c.body for c in changes if c.body is not None and c.sequence <= generation.sequence), None)
        if body is not None:
            resource = Resource.from_json(body)
            words = str(to_document(resource, 1.0, body).get("title", "")).split()
            if words and len(words[0]) <= LONGEST_WORD:
                found[resource.id] = words[0]
    return found
