"""Measurements, each a command; none is a test, for machines are shared and noisy."""
