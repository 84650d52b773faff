"""How the tables came to be: Alembic's environment, and one script for each change in versions; no query lives here."""
