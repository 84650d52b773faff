"""The pure core: nouns, rules and decisions.

Here live values and what may be decided from them. No I/O, no clock, no logger, no vendor's client: the standard
library and this folder are all that may be imported.
"""
