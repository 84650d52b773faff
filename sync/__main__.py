"""`python -m sync` is `tandem`."""

from sync.cli import main

main()
