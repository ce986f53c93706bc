"""The embedded default: everything Sluse talks to, in one process tree on loopback. Nothing in the product imports it."""
