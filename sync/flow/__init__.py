"""The run of a sync: the order of its steps. What is right is decided in core; no vendor or database is known here.

bind -> fetch -> match -> discussions -> pair -> reconcile -> write, each a file that begins with its step. `run` is all
of it in the foreground; `turn`, `drain` and `beat` are a worker's share; `undo` puts back what a pass overwrote. Every
other file serves one of these (docs/flow.md).
"""
