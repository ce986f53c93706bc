"""Use cases for one resource: observe, plan, apply, and the one status function."""
