"""A git remote, read bare: fetch one branch, list one commit's files, read blobs. Nothing is ever checked out."""

from sluse.catalog.git.source import Commit, Source
from sluse.catalog.git.tree import Entry, Mode

__all__ = ["Commit", "Entry", "Mode", "Source"]
