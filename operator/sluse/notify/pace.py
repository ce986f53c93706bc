"""How fast mail may leave: at most one for a mailbox in a while, and ever more slowly what was not taken.

The time is an argument, in seconds of a clock that only goes forward.
"""

from __future__ import annotations

from dataclasses import dataclass, field

RETRY_FIRST = 5.0
RETRY_MOST = 3600.0


@dataclass
class _Backoff:
    failures: int = 0
    until: float = 0.0

    def failed(self, at: float) -> bool:
        """Count a failure; return whether it is the first in a row."""
        self.until = at + min(RETRY_MOST, RETRY_FIRST * 2**self.failures)
        self.failures = min(self.failures + 1, 20)
        return self.failures == 1


@dataclass
class Pace:
    """`every`: fewest seconds between two mails for one mailbox."""

    every: float
    _sent: dict[str, float] = field(default_factory=dict)
    _server: _Backoff = field(default_factory=_Backoff)
    _refused: dict[str, _Backoff] = field(default_factory=dict)

    def wait(self, mailbox: str, at: float) -> float:
        """Return the seconds until a mail for this mailbox may leave; 0 where one may now."""
        moments = [self._server.until]
        if mailbox in self._sent:
            moments.append(self._sent[mailbox] + self.every)
        if mailbox in self._refused:
            moments.append(self._refused[mailbox].until)
        return max(0.0, max(moments) - at)

    def sent(self, mailbox: str, at: float) -> None:
        """A mail was taken: the server works, and so does the mailbox."""
        self._sent[mailbox] = at
        self._server = _Backoff()
        self._refused.pop(mailbox, None)

    def unavailable(self, at: float) -> bool:
        """No mail is taken now. Return whether that is new."""
        return self._server.failed(at)

    def refused(self, mailbox: str, at: float) -> bool:
        """Nothing is taken for this mailbox now. Return whether that is new; the others are not kept waiting."""
        return self._refused.setdefault(mailbox, _Backoff()).failed(at)
