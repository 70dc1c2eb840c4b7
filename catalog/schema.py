"""The store's tables, as steps from an empty file to the present version. Append steps; never change one that was released.

resources  one row a resource, under the number of its last change: reading them in order is the change feed, and a number is never
           used twice. A tombstone has no body.
records    the records behind a resource that stands for several; a resource of one record has none here (that would double the store).
keys       by what a record may be recognised (hashed), per source: the number of the resource that holds it,
           or 0 when two records of that source share it – then it recognises nothing. A number that no resource bears any more is stale.
tally      live resources per kind, kept along so that nobody has to count millions of rows.
"""

from __future__ import annotations

APPLICATION_ID = 0x4841_4F4B  # "HAOK"

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE resources(sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, digest BLOB, body BLOB, reason TEXT);
    CREATE TABLE records(
        id TEXT PRIMARY KEY, resource TEXT NOT NULL, place INTEGER NOT NULL, kind TEXT NOT NULL, digest BLOB NOT NULL, body BLOB NOT NULL
    );
    CREATE INDEX records_of ON records(resource, place);
    CREATE TABLE sources(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE keys(key INTEGER, source INTEGER, sequence INTEGER NOT NULL, PRIMARY KEY(key, source)) WITHOUT ROWID;
    CREATE TABLE tally(kind TEXT PRIMARY KEY, live INTEGER NOT NULL);
    CREATE TABLE runs(
        run INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, location TEXT NOT NULL, started TEXT NOT NULL, finished TEXT,
        status TEXT NOT NULL DEFAULT 'running', outcome TEXT NOT NULL DEFAULT '{}'
    );
    CREATE TABLE rejections(
        number INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs(run), row TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
        reason TEXT NOT NULL, hint TEXT NOT NULL
    );
    CREATE INDEX rejections_of ON rejections(run);
    """,
)
VERSION = len(STEPS)
