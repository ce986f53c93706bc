"""What would change: the difference between what is wanted and what is held, as values. Pure."""
