"""What only a wire can show: requests and connections, over TLS, seen from both ends."""

from __future__ import annotations

import logging
import socket
import threading
import uuid
from typing import Any

import pytest
from aiohttp import web

from sluse.errors import AuthorityUnavailable
from sluse.model.registration import Registration
from sluse.registrar.dynamic import mapping
from sluse.registrar.dynamic.client import DynamicRegistrar
from sluse.registrar.port import Held
from sluse.sandbox.tls import Certificates
from worlds.scripted import MARK, RAT, echo


async def test_a_request_carries_its_token_and_a_correlation_id_of_its_own_and_logs_neither_body_nor_token(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, caplog: pytest.LogCaptureFixture
) -> None:
    scripted.echo(201)
    echo(scripted, registration)
    with caplog.at_level(logging.DEBUG):
        held = await registrar.create(registration, MARK)
        await registrar.observe(held)
    post, get = scripted.seen
    assert post.headers["Authorization"] == "Bearer initial-access-token-of-the-test"
    assert get.headers["Authorization"] == f"Bearer {RAT}"
    ids = [uuid.UUID(seen.headers["X-Correlation-ID"]) for seen in (post, get)]
    assert ids[0] != ids[1]
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("sluse.")]
    assert lines == [f"POST /register 201 {ids[0]}", f"GET /register/{{client_id}} 200 {ids[1]}"]
    everything = " ".join(record.getMessage() for record in caplog.records)
    for secret in (RAT, "initial-access-token", "client_name", "BBBB"):
        assert secret not in everything


async def test_no_initial_access_token_means_that_none_is_sent(
    scripted: Any, certificates: Certificates, registration: Registration
) -> None:
    scripted.echo(201)
    async with DynamicRegistrar(
        issuer=scripted.url + "/", registration_endpoint=f"{scripted.url}/register", tls=certificates.client()
    ) as registrar:
        assert registrar.issuer == scripted.url
        await registrar.create(registration, MARK)
    assert "Authorization" not in scripted.seen[0].headers


async def test_an_update_sends_every_member_and_none_that_is_the_authoritys(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    scripted.echo(200, registration_access_token="rat-0002")
    now = await registrar.update(held, registration, MARK)
    assert now.credential.get_secret_value() == "rat-0002"
    expected = {**mapping.metadata(registration, MARK, extensions=True), "client_id": "client-1"}
    assert scripted.seen[0].members == expected


async def test_an_answer_that_leaves_address_and_credential_out_leaves_them_as_they_were(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    scripted.echo(200, registration_access_token=None, registration_client_uri=None)
    assert await registrar.update(held, registration, MARK) == held


async def test_a_credential_that_reading_changed_is_handed_on(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    echo(scripted, registration, registration_access_token="rat-0002")
    observed = await registrar.observe(held)
    assert observed is not None
    assert observed.held is not None
    assert observed.held.credential.get_secret_value() == "rat-0002"


@pytest.mark.parametrize("verb", ["update", "retire"])
async def test_a_write_on_a_broken_connection_is_not_repeated(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held, verb: str
) -> None:
    echo(scripted, registration)
    await registrar.observe(held)  # so that the write meets a connection that is kept
    scripted.then(lambda *_: None)
    with pytest.raises(AuthorityUnavailable, match="connection broke") as caught:
        await (registrar.retire(held) if verb == "retire" else registrar.update(held, registration, MARK))
    assert caught.value.may_have_acted
    assert len(scripted.seen) == 2


async def test_an_authority_that_does_not_answer_is_given_up_after_a_while(
    scripted: Any, certificates: Certificates, held: Held
) -> None:
    gate = threading.Event()

    def hold(*_: object) -> web.Response:
        gate.wait(30)
        return web.Response()

    scripted.then(hold)
    async with DynamicRegistrar(
        issuer=scripted.url,
        registration_endpoint=f"{scripted.url}/register",
        tls=certificates.client(),
        timeout=0.3,
    ) as registrar:
        with pytest.raises(AuthorityUnavailable) as caught:
            await registrar.observe(held)
    gate.set()
    assert "in time" in caught.value.message or "no connection" in caught.value.message
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_nobody_at_the_port_and_a_certificate_nobody_vouches_for_did_nothing(
    scripted: Any, held: Held, certificates: Certificates
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{taken.getsockname()[1]}"
        nobody = DynamicRegistrar(issuer=url, registration_endpoint=f"{url}/register", tls=certificates.client())
        with pytest.raises(AuthorityUnavailable, match="no connection") as refused:
            await nobody.observe(Held(held.client_id, f"{url}/register/client-1", held.credential))
        await nobody.close()
        await nobody.close()
    stranger = DynamicRegistrar(issuer=scripted.url, registration_endpoint=f"{scripted.url}/register")
    with pytest.raises(AuthorityUnavailable, match="no trusted TLS") as distrusted:
        await stranger.observe(held)
    await stranger.close()
    assert not refused.value.may_have_acted
    assert not distrusted.value.may_have_acted
    assert scripted.seen == []


async def test_what_this_process_ended_is_absent_without_asking_again(
    scripted: Any, registrar: DynamicRegistrar, held: Held
) -> None:
    scripted.answer(204)
    await registrar.retire(held)
    await registrar.retire(held)
    assert await registrar.observe(held) is None
    assert len(scripted.seen) == 1
