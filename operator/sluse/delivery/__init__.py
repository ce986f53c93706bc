"""Use cases over a whole tree: compile what is wanted, declare it through an engine, keep the ledger."""
