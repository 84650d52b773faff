"""The state of record in SQLite or PostgreSQL: tables, migrations and the queries, split by noun.

Here lives SQL and nothing that decides: what rows mean is core's to say. No transaction spans a call to a service.
"""

from sync.store.migrate import check_schema, migrate
from sync.store.sql import SqlStore, open_store

__all__ = ["SqlStore", "check_schema", "migrate", "open_store"]
