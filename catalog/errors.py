"""Every error of the project. Each message says what is wrong and what to do next.

    HaokeError                     anything we raise on purpose; the CLI prints it and exits 1
    ├── BadRequest                 the asker can mend it: HTTP 400, CLI exit 2
    │   └── BadCursor              none of ours, or another search's
    │       └── CursorExpired      it belongs to another generation
    ├── BadValue                   a value of a record that can't be used: becomes a Rejection
    ├── MappingError               a table mapping that does not fit its table
    ├── SourceError                a source can't be read (missing, truncated, not what it claims to be)
    ├── StoreError                 the store can't be opened, read or written (permission, disk, version)
    ├── ExportError                the files for mirrors can't be read or written
    ├── EngineError                the engine refused or failed
    │   ├── EngineUnavailable      it can't be reached now: HTTP 503 with Retry-After
    │   │   └── Overloaded         more is asked than can be answered at once
    │   ├── EngineLocked           another writer holds it
    │   └── GenerationError        a generation is missing, unverified, or would lose documents
    └── VocabularyError            a vocabulary file is damaged
"""

from __future__ import annotations

from collections.abc import Sequence


class HaokeError(Exception):
    """Base of all errors raised on purpose. `hint` is what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} – {self.hint}" if self.hint else self.message


class BadRequest(HaokeError):
    """A parameter that can't be answered. `allowed` lists what would be."""

    def __init__(self, message: str, *, parameter: str = "", allowed: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.parameter = parameter
        self.allowed = list(allowed)


class BadValue(HaokeError):
    """A raw value that no Resource can hold."""

    def __init__(self, field: str, value: object, reason: str, hint: str = "") -> None:
        super().__init__(f"{field}: {reason}", hint=hint)
        self.field = field
        self.value = value
        self.reason = reason


class MappingError(HaokeError):
    """A mapping file names a key, field or column that does not exist."""


class SourceError(HaokeError):
    """A location can't be read as the source it is said to be."""


class StoreError(HaokeError):
    """The system of record can't be opened, read or written."""


class ExportError(HaokeError):
    """The files for mirrors can't be read or written."""


class EngineError(HaokeError):
    """The search engine refused or failed."""


class EngineUnavailable(EngineError):
    """The engine can't be reached now; trying again later may work."""

    retry_after = 5  # seconds


class Overloaded(EngineUnavailable):
    """More is asked than can be answered at once."""

    retry_after = 1


class EngineLocked(EngineError):
    """Another process is writing to this index."""


class GenerationError(EngineError):
    """A generation is missing, not verified, or would lose documents."""


class BadCursor(BadRequest):
    """A cursor that we did not give, or gave for another search."""


class CursorExpired(BadCursor):
    """The cursor belongs to a generation that is no longer active."""


class VocabularyError(HaokeError):
    """A vocabulary file is damaged or missing."""
