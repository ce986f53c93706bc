"""Signing, through ssh-keygen: the private key stays in its file, in ssh-agent or on a security key."""
