"""Room of the remotes: each side's port, spoken in that service's own terms, and one in memory.

Here live the only doors to the network and all that is known about a vendor; every exception of a service is
translated here, once, into one of sync.core.errors. The two services never know each other; the same job has the same
file name in both.
"""
