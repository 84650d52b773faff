"""The run of a sync, one step a file; alphabetical order is the order of the flow.

bind -> fetch -> match -> reconcile -> write; each file's first function is the step. Here steps are ordered, and the
store and the remotes are asked; what is right is decided in core. Nothing here knows a vendor, a database or a queue.
"""
