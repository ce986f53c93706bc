"""Settings become adapters, or one sentence that says what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sluse.errors import SettingsError
from sluse.model.settings import Settings
from sluse.wiring.parts import git_environment, kubernetes_access, opened

Wired = Callable[..., Settings]


@pytest.fixture
def wired(tmp_path: Path) -> Wired:
    """Return settings whose files are all there; `changes` replaces parts by their place, such as `remote.ca_file`."""
    token = tmp_path / "token"
    token.write_text("a-token\n", encoding="utf-8")
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(_KUBECONFIG, encoding="utf-8")

    def settings(**changes: Any) -> Settings:
        document: dict[str, Any] = {
            "environment": "test",
            "repositoryId": "integrations.example",
            "engine": "embedded",
            "kubernetes": {"kubeconfig": str(kubeconfig)},
            "remote": {"url": "https://git.example/x.git", "cache": str(tmp_path / "cache"), "tokenFile": str(token)},
            "authority": {
                "registrar": "dynamic",
                "issuer": "https://authority.example",
                "registrationEndpoint": "https://authority.example/connect/register",
                "initialAccessTokenFile": str(token),
            },
            "ledger": {"signingKeyFile": str(tmp_path / "signing")},
        }
        for place, value in changes.items():
            part, _, name = place.partition("__")
            if name:
                document[part] = {**document[part], name: value}
            else:
                document[part] = value
        return Settings.model_validate(document)

    return settings


_KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: here, user: me}}]
clusters: [{name: here, cluster: {server: "https://localhost:6443"}}]
users: [{name: me, user: {token: a-token}}]
"""


async def test_everything_is_opened_and_closed_without_a_word_to_anybody(wired: Wired) -> None:
    async with opened(wired()) as parts:
        assert parts.access.server == "https://localhost:6443"
        assert parts.registrar.issuer == "https://authority.example"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"environment": "production"}, "production needs root keys"),
        ({"engine": "pulumi"}, "engine: pulumi needs to know where its state is"),
        (
            {"engine": "pulumi", "pulumi": {"backend": "file:///x", "home": "/x"}},
            "one of passphraseFile and secretsProvider",
        ),
        (
            {
                "engine": "pulumi",
                "pulumi": {"backend": "file:///x", "home": "/x", "passphraseFile": "/none/passphrase"},
            },
            "cannot read the credential file /none/passphrase",
        ),
        ({"authority__initialAccessTokenFile": None}, "authority.initialAccessTokenFile is required"),
        ({"authority__initialAccessTokenFile": "/none/token"}, "cannot read the credential file /none/token"),
        ({"authority__caFile": "/none/ca.pem"}, "cannot read the CA bundle /none/ca.pem"),
        ({"remote__tokenFile": "/none/git"}, "cannot read the credential file /none/git"),
        ({"kubernetes__kubeconfig": "/none/kubeconfig"}, "cannot read the kubeconfig /none/kubeconfig"),
        ({"kubernetes": {}}, "there is no usable service account"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_missing_is_told_in_one_sentence(wired: Wired, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(SettingsError) as caught:
        async with opened(wired(**changes)):
            pass
    assert why in caught.value.message
    assert caught.value.message.count("\n") == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("current-context: [", "cannot read the kubeconfig"),
        ("- a list\n", "is not a mapping"),
        ("current-context: there\n", "the kubeconfig has no context called 'there'"),
        ("{}\n", "the kubeconfig has no `current-context`"),
    ],
    ids=["not YAML", "a list", "no such context", "empty"],
)
def test_a_kubeconfig_that_cannot_be_used_says_what_it_lacks(wired: Wired, tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "wrong"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=why):
        kubernetes_access(wired(kubernetes__kubeconfig=str(path)))


def test_gits_token_is_in_its_environment_alone(wired: Wired) -> None:
    settings = wired()
    environment = git_environment(settings)
    assert "Authorization: Bearer a-token" in environment.values()
    assert "a-token" not in settings.model_dump_json()
    assert environment["GIT_CONFIG_COUNT"] == "2"


def test_without_a_token_git_gets_none(wired: Wired) -> None:
    assert not [value for value in git_environment(wired(remote__tokenFile=None)).values() if "Bearer" in value]


def test_a_ca_bundle_for_the_remote_is_trusted_alone(wired: Wired) -> None:
    environment = git_environment(wired(remote__caFile="/etc/sluse/ca.pem"))
    assert environment["GIT_SSL_CAINFO"] == "/etc/sluse/ca.pem"
    assert environment["GIT_SSL_CAPATH"] == "/dev/null", "the system's CAs are not asked"
    assert "GIT_SSL_CAPATH" not in git_environment(wired())
