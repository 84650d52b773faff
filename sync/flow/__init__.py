"""The run of a sync, one step a file; alphabetical order is the order of the flow, and each file's first function is it.

bind -> fetch -> match -> reconcile -> write. Here steps are ordered and the store and the remotes are asked; what is
right is decided in core. Nothing here knows a vendor, a database or a queue.
"""
