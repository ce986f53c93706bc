"""The environment that the CLI runs in, said in full: where its state is, who it is there, and what it leaves be. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sluse.model.settings import PulumiSettings

_ALWAYS = {
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_DEBUG_COMMANDS": "true",  # allows --event-log and --exec-kind
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    "PULUMI_SKIP_CHECKPOINTS": "true",
    "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
    "PULUMI_LOG_ROTATION_MAX_TOTAL_MB": "20",
    "PULUMI_K8S_CLIENT_QPS": "200",
    "PULUMI_K8S_CLIENT_BURST": "400",
}

_NEVER = frozenset({"KUBECONFIG", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN", "PULUMI_K8S_AWAIT_ALL"})
"""What stands in the environment by accident and would lead elsewhere than the settings say."""

_FILES = {
    "s3": "AWS_SHARED_CREDENTIALS_FILE",
    "awskms": "AWS_SHARED_CREDENTIALS_FILE",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "gcpkms": "GOOGLE_APPLICATION_CREDENTIALS",
}
"""In what each cloud's own libraries look for a file of credentials."""

_BEFORE_FILES = frozenset(
    {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "GOOGLE_CREDENTIALS",
    }
)
"""What would count before a file that the settings name."""


def surroundings(
    settings: PulumiSettings, kubeconfig: Path | None, environment: Mapping[str, str]
) -> Mapping[str, str]:
    """Return what the CLI is started with. No secret is added: passphrase, kubeconfig and credentials are files."""
    never = _NEVER if settings.credentials_file is None else _NEVER | _BEFORE_FILES
    inherited = {name: value for name, value in environment.items() if name not in never}
    files = {
        "PULUMI_CONFIG_PASSPHRASE_FILE": settings.passphrase_file,
        "KUBECONFIG": kubeconfig,
        **dict.fromkeys(_clouds(settings), settings.credentials_file),
    }
    named = {name: str(path) for name, path in files.items() if path is not None}
    return {**inherited, **_ALWAYS, "PULUMI_BACKEND_URL": settings.backend, **named}


def _clouds(settings: PulumiSettings) -> frozenset[str]:
    """Return by what names the clouds that have the state and the key of it look for a file of credentials."""
    schemes = {address.partition("://")[0] for address in (settings.backend, settings.secrets_provider or "")}
    return frozenset(_FILES[scheme] for scheme in schemes & _FILES.keys())
