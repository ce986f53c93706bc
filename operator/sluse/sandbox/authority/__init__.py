"""A HelseID-like authority for tests and the demo: strict where HelseID is, and able to fail on request."""
