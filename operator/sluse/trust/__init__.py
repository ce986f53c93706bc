"""Whose signature it is: SSHSIG, keys, statements and the manifest. Pure: bytes in, who signed or why not out."""
