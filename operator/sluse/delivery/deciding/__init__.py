"""Deciding from a clone: what a statement of a type says now, what the gate would say of it, and the files it becomes."""
