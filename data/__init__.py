"""Vocabularies, dictionaries and the sample catalogue: files, no code. path(name) finds one, in a checkout or a wheel."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent


def path(*parts: str) -> Path:
    """The file or folder `data/<parts>`."""
    return ROOT.joinpath(*parts)
