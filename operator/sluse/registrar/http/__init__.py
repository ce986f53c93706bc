"""Speaking with an authority: one bounded exchange, and what each answer means. Adapters share it and decide themselves."""
