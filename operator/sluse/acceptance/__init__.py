"""The client side of HelseID, as a service has it: the two suites of acceptance tests, run for real, and their evidence."""
