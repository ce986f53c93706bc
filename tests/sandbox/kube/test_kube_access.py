from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from sluse.sandbox.clock import Clock
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.identity import Identity
from sluse.sandbox.kube.kubeconfig import kubeconfig

CONFIGMAPS = "/api/v1/namespaces/default/configmaps"


@pytest.mark.parametrize("token", [None, "", "unknown", "token-of-the-administrator "[:-2]])
async def test_no_or_an_unknown_token_is_unauthorised(ask: Any, token: str | None) -> None:
    for path in (CONFIGMAPS, "/api", "/openapi/v3", "/sandbox/faults"):
        reply = await ask("GET", path, token=token)
        assert (reply.code, reply.body["reason"]) == (401, "Unauthorized")


async def test_only_version_and_health_are_open(ask: Any) -> None:
    for path in ("/version", "/healthz", "/readyz", "/livez"):
        assert (await ask("GET", path, token=None)).code == 200


def test_identities_need_tokens_of_their_own() -> None:
    for identities in ([Identity("a", (), "x"), Identity("b", (), "x")], [Identity("a")]):
        with pytest.raises(ValueError, match="token of its own"):
            KubernetesAPI(identities, Clock())


async def test_a_token_is_in_no_representation(admin: Identity, api: KubernetesAPI) -> None:
    assert admin.token not in repr(admin)
    assert admin.token not in repr(vars(api))


async def test_a_guest_may_not_impersonate(ask: Any, guest_token: str) -> None:
    async with ask.session.get(
        ask.url + CONFIGMAPS, headers={"Authorization": f"Bearer {guest_token}", "Impersonate-User": "admin"}
    ) as response:
        assert response.status == 403


def test_a_kubeconfig_embeds_the_authority(admin: Identity, ca_file: Path) -> None:
    made = kubeconfig("https://localhost:1", ca_file, admin, "somewhere")
    cluster = made["clusters"][0]["cluster"]
    assert base64.b64decode(cluster["certificate-authority-data"]) == ca_file.read_bytes()
    assert made["contexts"][0]["context"]["namespace"] == "somewhere"
    assert made["users"][0]["user"] == {"token": admin.token}
