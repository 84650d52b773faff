"""`python -m sync.web` is the web process."""

from sync.web.serve import main

main()
