"""A Notion data source as a remote.

Here lives what is true of Notion alone: client is the only door to its network, records reads its JSON, values writes
it, schema reads its databases, remote is the port.
"""
