"""What the values must mean: one table of pure rules, each with why, source and certainty; imports only the model."""
