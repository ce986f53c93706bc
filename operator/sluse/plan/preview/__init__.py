"""What a pull request would do, as a value, and that value as text, Markdown and JSON. Pure."""
