"""The key that addresses of files are signed with: made once, kept with the state, and never shown to anybody."""

from __future__ import annotations

import hashlib
import hmac

from sync.core.errors import TryLater
from sync.store import SqlStore

NOTE = "key of file addresses"


def file_key(store: SqlStore, seed: str) -> str:
    """Return the key, the same in every process; the first one that asks makes it of a secret that everybody has set.

    It is kept, since a new secret must not change what stands in the issues; and it is made of one, so that a lost
    database gets the same key again. What is kept gives nothing of the secret away.
    """
    kept = store.noted(NOTE)
    if kept is None:
        store.swap(NOTE, None, hmac.new(seed.encode(), NOTE.encode(), hashlib.sha256).hexdigest())
        kept = store.noted(NOTE)
    if kept is None:
        raise TryLater(1.0, "the key of file addresses could not be kept")
    return kept
