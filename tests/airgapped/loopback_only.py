"""Run a command where only loopback exists, and say how often anything of it tried to leave: for `unshare -n`.

The kernel counts, per network namespace, what it had no route for. So every process counts, git and its helpers too, and
so does a look-up of a name that would have gone to a name server.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def main(report: Path, *words: str) -> int:
    """Write {"code", "left"} to `report`: how the command ended, and how often something tried to leave."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    before = no_route()
    ended = subprocess.run(words, check=False, timeout=280)
    report.write_text(json.dumps({"code": ended.returncode, "left": no_route() - before}))
    return ended.returncode


def no_route() -> int:
    """Return how many packets, connections and look-ups there was no route for, of IPv4 and IPv6."""
    names, values = (line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:"))
    four = int(values[names.index("OutNoRoutes")])
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return four + int(six["Ip6OutNoRoutes"])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
