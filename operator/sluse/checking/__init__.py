"""A working directory -> the verdict on it."""
