"""Long offline work on several cores."""
