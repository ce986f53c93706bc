"""The story: people, operators and the sandbox played through, each narrated fact asserted. Sees sandbox and controller."""
