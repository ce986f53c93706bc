"""The fence opens with the leadership and closes by the clock, whoever is asleep."""

from __future__ import annotations

import pytest

from sluse.errors import NotLeading
from sluse.leadership.fence import Deadline, unfenced


def test_it_is_closed_until_it_leads_open_until_its_moment_and_closed_from_then_on() -> None:
    now = [100.0]
    fence = Deadline(lambda: now[0])
    with pytest.raises(NotLeading):
        fence()
    fence.move(105.0)
    now[0] = 104.999
    fence()
    now[0] = 105.0
    with pytest.raises(NotLeading):
        fence()
    fence.move(110.0)
    fence()
    fence.close()
    with pytest.raises(NotLeading):
        fence()


def test_who_works_alone_passes() -> None:
    unfenced()
