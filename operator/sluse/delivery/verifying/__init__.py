"""Everything the operators published, judged again from any clone, offline: who signed it, and whether it was allowed."""
