"""A part of the story as a process of its own."""

CHAPTERS = """
import asyncio, sys
from sluse.demo.narrator import Narrator, Output
from sluse.demo.play import play
from sluse.demo.story import CHAPTERS
form, count, keep = Output(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "keep"
sys.exit(0 if asyncio.run(play(Narrator(form), keep=keep, chapters=CHAPTERS[:count])) else 1)
"""
"""The first chapters of the story. All of it is `make demo`, which CI runs beside the tests."""
