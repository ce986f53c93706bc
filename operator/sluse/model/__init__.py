"""The nouns: what people author, what is derived, what is held. Pure values; imports nothing but `errors`."""
