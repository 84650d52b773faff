"""Room of the limiter: one atomic token bucket over every budget a call needs, in Redis and, to the same contract, in memory."""
