"""How an identity provider gets to an authority: a port of its own, since its identity is its alias and needs no credential."""
