"""What the two Markdown dialects share: reading, writing and editing in place; no side's own syntax is known here."""
