"""The client side of HelseID, as a service has it: what an acceptance test executes. Suites and evidence come with the gate."""
