from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from sluse.cluster.access import Access, access_from_kubeconfig, access_in_cluster
from sluse.errors import SettingsError
from sluse.sandbox.kube.identity import Identity
from sluse.sandbox.kube.kubeconfig import kubeconfig
from sluse.sandbox.tls import Certificates


def token_of(access: Access) -> str | None:
    bearer = access.bearer()
    return bearer.get_secret_value() if bearer else None


@pytest.fixture
def config(certificates: Certificates) -> dict[str, Any]:
    return kubeconfig(
        "https://localhost:6443/", certificates.ca_file, Identity("operator", token="t-0k-en"), "sluse-test"
    )


def test_a_kubeconfig_gives_server_trust_and_token(config: dict[str, Any]) -> None:
    access = access_from_kubeconfig(config)
    assert access.server == "https://localhost:6443"
    assert token_of(access) == "t-0k-en"
    assert access.tls is not None
    assert [authority["subject"] for authority in access.tls.get_ca_certs()] == [
        ((("commonName", "Sluse sandbox CA"),),)
    ]
    assert "t-0k-en" not in repr(access)


def test_only_the_current_context_counts(config: dict[str, Any]) -> None:
    config["users"].insert(0, {"name": "other", "user": {"token": "wrong"}})
    config["contexts"].insert(0, {"name": "other", "context": {"cluster": "sandbox", "user": "other"}})
    assert token_of(access_from_kubeconfig(config)) == "t-0k-en"


def test_a_token_file_beside_the_kubeconfig_is_read_anew_each_time(config: dict[str, Any], tmp_path: Path) -> None:
    config["users"][0]["user"] = {"tokenFile": "token"}
    access = access_from_kubeconfig(config, folder=tmp_path)
    (tmp_path / "token").write_text("first\n")
    assert token_of(access) == "first"
    (tmp_path / "token").write_text("second\n")
    assert token_of(access) == "second"
    (tmp_path / "token").unlink()
    with pytest.raises(SettingsError, match="token"):
        access.bearer()


def test_a_client_certificate_is_taken(config: dict[str, Any], certificates: Certificates) -> None:
    chain = base64.b64encode((certificates.ca_file.parent / "server.pem").read_bytes()).decode()
    config["users"][0]["user"] = {"client-certificate-data": chain, "client-key-data": chain}
    assert access_from_kubeconfig(config).bearer() is None


def test_a_certificate_authority_in_a_file_and_plain_http_are_taken(
    config: dict[str, Any], certificates: Certificates
) -> None:
    config["clusters"][0]["cluster"] = {"server": "https://a", "certificate-authority": certificates.ca_file.name}
    assert access_from_kubeconfig(config, folder=certificates.ca_file.parent).tls is not None
    config["clusters"][0]["cluster"] = {"server": "http://127.0.0.1:1"}
    assert access_from_kubeconfig(config).tls is None


@pytest.mark.parametrize(
    ("where", "change", "message"),
    [
        ("users", {"exec": {"command": "evil"}}, "exec"),
        ("users", {"username": "a", "password": "b"}, "username"),
        ("users", {"client-key": "absent.pem"}, "client-key"),
        ("clusters", {"insecure-skip-tls-verify": True}, "verification"),
        ("clusters", {"server": ""}, "no `server`"),
        ("clusters", {"certificate-authority-data": "?"}, "not base64"),
        ("clusters", {"certificate-authority-data": "AAAA"}, "cannot be read"),
        ("contexts", {"user": "nobody"}, "no user called 'nobody'"),
    ],
)
def test_what_is_wrong_with_a_kubeconfig_is_named(
    config: dict[str, Any], where: str, change: dict[str, Any], message: str
) -> None:
    config[where][0][where.removesuffix("s")].update(change)
    with pytest.raises(SettingsError, match=message):
        access_from_kubeconfig(config)


def test_a_file_that_is_no_kubeconfig_is_named() -> None:
    with pytest.raises(SettingsError, match="current-context"):
        access_from_kubeconfig({})


def test_in_a_pod_the_service_account_is_read(tmp_path: Path, certificates: Certificates) -> None:
    (tmp_path / "ca.crt").write_bytes(certificates.ca_file.read_bytes())
    (tmp_path / "token").write_text("pod")
    access = access_in_cluster(tmp_path)
    assert (access.server, token_of(access)) == ("https://kubernetes.default.svc", "pod")


def test_outside_a_pod_it_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        access_in_cluster(tmp_path)
    assert "kubeconfig" in str(caught.value.hint)
