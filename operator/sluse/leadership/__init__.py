"""Which of several replicas writes: the election over a Lease, and the fence that every write passes. Knows no cluster."""
