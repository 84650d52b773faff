"""The key that addresses of files are signed with: made once, kept with the state, and never shown to anybody."""

from __future__ import annotations

import hashlib
import hmac

from sync.store import SqlStore

NOTE = "key of file addresses"


def file_key(store: SqlStore, seed: str) -> str:
    """Return the key, the same in every process: the one that is kept, or what would be."""
    return store.noted(NOTE) or _made(seed)


def keep_file_key(store: SqlStore, seed: str) -> None:
    """Keep the key that is made of a secret that everybody has set, unless there is one.

    It is kept, since a new secret must not change what stands in the issues; and it is made of one, so that a lost
    database gets the same key again. What is kept gives nothing of the secret away.
    """
    store.swap(NOTE, None, _made(seed))


def _made(seed: str) -> str:
    return hmac.new(seed.encode(), NOTE.encode(), hashlib.sha256).hexdigest()
