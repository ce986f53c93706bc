"""The story of one integration, played for real in the sandbox; and the keys of the examples."""
