"""What a change of a form does to those who hold the old one: objects, files, statements, ledgers."""
