"""The status branch: what people without access to the cluster see, signed and hash-chained, on the integrations' remote."""
