"""Room of the queue: messages carry keys, never records.

Here live the Celery app, the sending of a nudge, and the launcher of the Redis that serves where none is set. Tasks
live in `sync/tasks.py`; what Redis holds here can all be made again.
"""
