"""The order form: its questions, what is derived from the answers, and the files they become. Pure but for new keys."""
