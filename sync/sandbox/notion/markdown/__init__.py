"""Both dialects of Notion's Markdown: read into sketches of blocks, and shown in Notion's own spelling.

Written from Notion's documentation alone (guides "Notion-flavored Markdown" and "Enhanced markdown"), so that the
program's own translation is held against something that is not its mirror.
"""
