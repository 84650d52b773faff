"""GitHub Issues as a remote.

Here lives what is true of GitHub alone: client is the only door to its network, records reads its JSON, schema its
repositories, remote is the port.
"""
