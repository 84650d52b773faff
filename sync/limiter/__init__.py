"""Room of the limiter: one atomic bucket over all budgets that a call needs.

Here live the script that decides, the limiters that ask it or do the same in memory, and the gate that waits for them.
Who makes the calls, and what a vendor's answer means, is not known here.
"""
