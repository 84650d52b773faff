"""`python -m sync.web` is the web process."""

import signal

from sync.web.serve import end, main

signal.signal(signal.SIGTERM, end)
main()
