"""Room of the queue: the Celery app, how a message is sent, and the embedded server; messages carry keys, never records."""
