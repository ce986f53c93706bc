"""The sandbox's git remote: real git over HTTPS, a token per person, and a hook that says who may push what."""

from sluse.sandbox.remote.client import git_settings
from sluse.sandbox.remote.faults import Counts, Fault, Faults
from sluse.sandbox.remote.people import Pusher
from sluse.sandbox.remote.service import Remote

__all__ = ["Counts", "Fault", "Faults", "Pusher", "Remote", "git_settings"]
