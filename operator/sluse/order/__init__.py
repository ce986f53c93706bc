"""The order form: its questions, what is derived from the answers, and the files they become. Reads the clone; writes only a private key."""
