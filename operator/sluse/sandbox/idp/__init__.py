"""A small identity provider with synthetic users, on loopback."""
