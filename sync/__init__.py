"""tandem keeps GitHub Issues and a Notion database in step, both ways."""
