"""Registrars: how a registration gets to an authority, one adapter per kind of authority behind one port."""
