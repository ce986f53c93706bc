"""Where the API server is, whom to trust, and who we are.

A kubeconfig may name programs to run (`exec`) and may switch verification off; both are refused by name, because an
operator that runs what a file says, or talks to whoever answers, is a hole with a setting.
"""

from __future__ import annotations

import base64
import binascii
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from sluse.errors import SettingsError

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
IN_CLUSTER = "https://kubernetes.default.svc"
"""The server by its cluster name, so that no environment variable has to be read."""


@dataclass(frozen=True)
class Access:
    """How to reach one API server. `token_file` wins over `token` and is read anew for each request."""

    server: str
    tls: ssl.SSLContext | None
    token: SecretStr | None = None
    token_file: Path | None = None

    def bearer(self) -> SecretStr | None:
        """Return the token of this moment: a service account's token is replaced on disk about every hour."""
        if self.token_file is None:
            return self.token
        try:
            return SecretStr(self.token_file.read_text(encoding="utf-8").strip())
        except OSError as error:
            raise SettingsError(f"the token file {self.token_file} cannot be read: {error.strerror}") from None


def access_in_cluster(folder: Path = SERVICE_ACCOUNT, server: str = IN_CLUSTER) -> Access:
    """Return the access of the pod's own service account; SettingsError where this is no pod."""
    try:
        tls = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    except OSError:
        raise SettingsError(
            f"there is no usable service account in {folder}",
            hint="outside a cluster set kubernetes.kubeconfig in the settings file",
        ) from None
    return Access(server, tls, token_file=folder / "token")


def access_from_kubeconfig(document: Mapping[str, Any], *, folder: Path = Path()) -> Access:
    """Return the access of the kubeconfig's current context. Relative file names are relative to `folder`.

    Reads a token, a token file or a client certificate. SettingsError names what is missing or not supported.
    """
    context = _named(document, "contexts", "context", _text(document, "current-context"))
    cluster = _named(document, "clusters", "cluster", _text(context, "cluster"))
    user = _named(document, "users", "user", _text(context, "user"))
    for key in ("exec", "auth-provider", "username"):
        if key in user:
            raise SettingsError(
                f"the kubeconfig's user has `{key}`, which Sluse does not support",
                hint="use a token, a token file or a client certificate",
            )
    if cluster.get("insecure-skip-tls-verify"):
        raise SettingsError(
            "the kubeconfig switches TLS verification off", hint="give certificate-authority-data instead"
        )
    server = _text(cluster, "server").rstrip("/")
    token = user.get("token")
    token_file = user.get("tokenFile")
    return Access(
        server,
        _context(cluster, user, folder) if server.startswith("https://") else None,
        SecretStr(str(token)) if token else None,
        folder / str(token_file) if token_file else None,
    )


def _context(cluster: Mapping[str, Any], user: Mapping[str, Any], folder: Path) -> ssl.SSLContext:
    authority = _pem(cluster, "certificate-authority", folder)
    certificate = _pem(user, "client-certificate", folder)
    key = _pem(user, "client-key", folder)
    try:
        context = ssl.create_default_context(cadata=authority.decode("ascii") if authority else None)
        if certificate and key:
            _load(context, certificate, key)
    except (ssl.SSLError, UnicodeDecodeError):
        raise SettingsError("a certificate or key in the kubeconfig cannot be read") from None
    return context


def _load(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    with tempfile.TemporaryDirectory() as private:  # mode 0700; ssl reads a chain from files only
        chain = Path(private) / "client.pem"
        chain.write_bytes(certificate + b"\n" + key)
        context.load_cert_chain(chain)


def _pem(entry: Mapping[str, Any], key: str, folder: Path) -> bytes | None:
    try:
        if data := entry.get(f"{key}-data"):
            return base64.b64decode(str(data), validate=True)
        if name := entry.get(key):
            return (folder / str(name)).read_bytes()
    except binascii.Error:
        raise SettingsError(f"`{key}-data` in the kubeconfig is not base64") from None
    except OSError as error:
        raise SettingsError(f"`{key}` of the kubeconfig cannot be read: {error.strerror}") from None
    return None


def _named(document: Mapping[str, Any], plural: str, singular: str, name: str) -> Mapping[str, Any]:
    for entry in document.get(plural) or ():
        if isinstance(entry, Mapping) and entry.get("name") == name and isinstance(entry.get(singular), Mapping):
            found: Mapping[str, Any] = entry[singular]
            return found
    raise SettingsError(f"the kubeconfig has no {singular} called {name!r}")


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value:
        raise SettingsError(f"the kubeconfig has no `{key}`")
    return value
