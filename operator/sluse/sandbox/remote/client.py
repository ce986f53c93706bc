"""What a git client needs in its environment to reach the sandbox's remote."""

from __future__ import annotations

from pathlib import Path


def git_settings(ca_file: Path, token: str) -> dict[str, str]:
    """Return environment variables for git, so that the token never stands on a command line.

    The CA goes into GIT_SSL_CAINFO and not into `http.sslCAInfo`, because the variable beats the setting: on a
    machine that exports it the setting would do nothing. The remote is on loopback, so no proxy is ever asked.
    """
    configuration = {
        "http.extraHeader": f"Authorization: Bearer {token}",
        "http.followRedirects": "false",  # the header would follow to wherever an answer points
        "http.proxy": "",
    }
    numbered = {
        variable: value
        for number, setting in enumerate(configuration.items())
        for variable, value in zip((f"GIT_CONFIG_KEY_{number}", f"GIT_CONFIG_VALUE_{number}"), setting, strict=True)
    }
    return {"GIT_SSL_CAINFO": str(ca_file), "GIT_CONFIG_COUNT": str(len(configuration)), **numbered}
