"""Tests of the store: one contract on SQLite and on a PostgreSQL server that the tests start themselves."""
