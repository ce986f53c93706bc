"""The composition root: settings -> adapters. The only room that reads the environment."""
