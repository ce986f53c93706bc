"""What only a wire can show: an authority that misbehaves, over TLS, seen from both ends."""

from __future__ import annotations

import json
import logging
import socket
import threading
import uuid
import zlib
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from sluse.errors import AuthorityUnavailable, Refused, SettingsError, Unauthorised
from sluse.model.names import ClientId
from sluse.model.registration import Registration
from sluse.registrar.dynamic import mapping
from sluse.registrar.dynamic.client import DynamicRegistrar
from sluse.registrar.port import Altered, Held, Mark
from sluse.sandbox.tls import Certificates

MARK = Mark("nhn/test/fjordlegen.journal.web")
RAT = "rat-0001"


@pytest.fixture
def held(scripted: Any) -> Held:
    return Held(ClientId("client-1"), f"{scripted.url}/register/client-1", SecretStr(RAT))


def echo(scripted: Any, registration: Registration, **changes: Any) -> None:
    """Answer a reading with what would have been registered."""
    scripted.echo(200, **{**mapping.metadata(registration, MARK, extensions=True), **changes})


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


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(
    scripted: Any, registrar: DynamicRegistrar, held: Held, status: int
) -> None:
    scripted.answer(status, headers={"Location": f"{scripted.url}/elsewhere"})
    with pytest.raises(AuthorityUnavailable, match="redirects"):
        await registrar.observe(held)
    assert len(scripted.seen) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b'"x"', b"{}", b'{"client_id": "other"}', b'{"a": NaN}', b"[" * 5000, b"\xff"],
)
async def test_a_success_with_a_useless_body_is_half_an_answer(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held, body: bytes
) -> None:
    for call in (registrar.observe(held), registrar.update(held, registration, MARK)):
        scripted.answer(200, body)
        with pytest.raises(AuthorityUnavailable, match="half an answer"):
            await call


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("client_id", 7),
        ("client_id", "with space"),
        ("registration_access_token", ""),
        ("registration_access_token", "two\nlines"),
        ("registration_access_token", 7),
        ("registration_access_token", None),
        ("registration_client_uri", None),
        ("registration_client_uri", "https://elsewhere.example/register/client-1"),
        ("registration_client_uri", "https://[broken"),
        ("registration_client_uri", 7),
    ],
)
async def test_a_creation_that_could_not_be_managed_is_half_an_answer_that_may_have_acted(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, member: str, value: object
) -> None:
    scripted.echo(201, **{member: value})
    with pytest.raises(AuthorityUnavailable, match="half an answer") as caught:
        await registrar.create(registration, MARK)
    assert caught.value.may_have_acted


def sound(scripted: Any, registration: Registration) -> bytes:
    """Return an answer in which nothing is wrong."""
    members = {"client_id": "client-1", "registration_client_uri": f"{scripted.url}/register/client-1"}
    return json.dumps({**mapping.metadata(registration, MARK, extensions=True), **members}).encode()


async def test_a_body_without_end_is_not_read_to_its_end(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    scripted.answer(200, sound(scripted, registration))
    scripted.answer(200, sound(scripted, registration) + b" " * 2_000_000)
    assert await registrar.observe(held) is not None
    with pytest.raises(AuthorityUnavailable, match="half an answer"):
        await registrar.observe(held)


async def test_a_compressed_body_was_not_asked_for_and_is_not_unpacked(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    scripted.answer(200, zlib.compress(sound(scripted, registration)), headers={"Content-Encoding": "deflate"})
    with pytest.raises(AuthorityUnavailable, match="half an answer"):
        await registrar.observe(held)
    assert scripted.seen[0].headers["Accept-Encoding"] == "identity"


async def test_an_authority_that_quotes_our_credentials_is_not_repeated(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    body = json.dumps({"error_description": f"what are {RAT} and initial-access-token-of-the-test?"}).encode()
    for call in (
        registrar.create(registration, MARK),
        registrar.observe(held),
        registrar.update(held, registration, MARK),
        registrar.retire(held),
    ):
        scripted.answer(403, body)
        with pytest.raises(Unauthorised, match="what are") as caught:
            await call
        sent = scripted.seen[-1].headers["Authorization"].removeprefix("Bearer ")
        assert sent not in f"{caught.value!s}{caught.value!r}"


async def test_a_refusal_stands_although_its_body_is_cut_off(
    scripted: Any, registrar: DynamicRegistrar, held: Held
) -> None:
    scripted.answer(401, b'{"error": "' + b"x" * 2_000_000 + b'"}')
    with pytest.raises(Unauthorised):
        await registrar.observe(held)


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


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("token_endpoint_auth_method", "client_secret_basic"),
        ("dpop_bound_access_tokens", None),
        ("grant_types", ["client_credentials", "password"]),
        ("redirect_uris", ["https://evil.example/"]),
        ("jwks", {"keys": []}),
        ("scope", ""),
        ("helseid_orgnr", "889640782"),
        ("client_name", "Fjordlegen Journal"),
    ],
)
async def test_an_update_that_was_registered_otherwise_is_refused_without_losing_the_credential(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held, member: str, value: object
) -> None:
    scripted.echo(200, **{member: value, "registration_access_token": "rat-0002"})
    with pytest.raises(Altered, match=member) as caught:
        await registrar.update(held, registration, MARK)
    assert caught.value.members == (member,)
    assert caught.value.held is not None
    assert caught.value.held.credential.get_secret_value() == "rat-0002"
    assert "rat-0002" not in f"{caught.value!s}{caught.value!r}"


async def test_a_creation_that_was_registered_otherwise_is_withdrawn_again(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration
) -> None:
    scripted.echo(201, grant_types=["implicit"])
    scripted.answer(204)
    with pytest.raises(Altered, match="grant_types") as caught:
        await registrar.create(registration, MARK)
    assert caught.value.held is None
    assert [seen.method for seen in scripted.seen] == ["POST", "DELETE"]


async def test_a_creation_that_could_not_be_withdrawn_names_what_is_left(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration
) -> None:
    scripted.echo(201, grant_types=["implicit"])
    scripted.answer(500)
    with pytest.raises(Altered, match="it stands as client client-1") as caught:
        await registrar.create(registration, MARK)
    assert caught.value.held is not None


async def test_extensions_that_are_refused_are_left_out_from_then_on_and_shown(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    refusal = {"error": "invalid_client_metadata", "error_description": "unknown members: helseid_orgnr"}
    scripted.answer(400, json.dumps(refusal).encode())
    scripted.echo(201)
    scripted.echo(200)
    echo(scripted, registration, **dict.fromkeys(mapping.EXTENSIONS))
    await registrar.create(registration, MARK)
    await registrar.update(held, registration, MARK)
    observed = await registrar.observe(held)
    sent = [any(name in seen.members for name in mapping.EXTENSIONS) for seen in scripted.seen]
    assert sent == [True, False, False, False]
    assert observed is not None
    assert observed.registration == registrar.normalise(registration)
    assert (observed.extra, observed.drift) == (mapping.EXTENSIONS, ())


@pytest.mark.parametrize(
    "description", ["helseid_orgnr must be nine digits", "unknown scope: nhn:a/read", "helseid_tenancy: unknown value"]
)
async def test_a_value_that_is_refused_is_never_dropped_in_silence(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, description: str
) -> None:
    body = json.dumps({"error": "invalid_client_metadata", "error_description": description}).encode()
    scripted.answer(400, body)
    with pytest.raises(Refused, match=description):
        await registrar.create(registration, MARK)
    assert len(scripted.seen) == 1


async def test_an_authority_known_to_keep_extensions_is_not_asked_without_them(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    echo(scripted, registration)
    await registrar.observe(held)
    scripted.answer(400, b'{"error_description": "unknown members: helseid_orgnr"}')
    with pytest.raises(Refused):
        await registrar.update(held, registration, MARK)
    assert len(scripted.seen) == 2


async def test_a_refusal_that_leaving_out_does_not_cure_is_told_as_it_was_first(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration
) -> None:
    scripted.answer(400, b'{"error_description": "unknown members: helseid_orgnr, first"}')
    scripted.answer(400, b'{"error_description": "unknown members: helseid_other, second"}')
    with pytest.raises(Refused, match="first"):
        await registrar.create(registration, MARK)


async def test_extensions_forgotten_in_silence_are_known_once_and_remembered_when_they_come_back(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    echo(scripted, registration, **dict.fromkeys(mapping.EXTENSIONS))
    await registrar.observe(held)
    assert registrar.normalise(registration) == mapping.without_extensions(registration)
    echo(scripted, registration)
    await registrar.observe(held)
    assert registrar.normalise(registration) == registration


async def test_forgetting_the_extensions_of_one_client_only_is_registering_it_otherwise(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    echo(scripted, registration)
    await registrar.observe(held)
    scripted.echo(200, **dict.fromkeys(mapping.EXTENSIONS))
    with pytest.raises(Altered, match="helseid_orgnr"):
        await registrar.update(held, registration, MARK)


async def test_a_credential_is_sent_to_no_other_origin_whoever_wrote_the_address(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    for uri in (
        "https://elsewhere.example/register/client-1",
        scripted.url.replace("https", "http") + "/register/client-1",
        scripted.url.replace("//", "//user@") + "/register/client-1",
    ):
        elsewhere = Held(held.client_id, uri, held.credential)
        for call in (
            registrar.observe(elsewhere),
            registrar.update(elsewhere, registration, MARK),
            registrar.retire(elsewhere),
        ):
            with pytest.raises(Refused, match="another authority"):
                await call
    assert scripted.seen == []


async def test_what_is_no_token_is_not_sent(scripted: Any, registrar: DynamicRegistrar, held: Held) -> None:
    broken = Held(held.client_id, held.uri, SecretStr("rat\r\nX-Evil: 1"))
    with pytest.raises(Unauthorised, match="is no token") as caught:
        await registrar.observe(broken)
    assert "X-Evil" not in str(caught.value)
    assert scripted.seen == []


async def test_what_this_process_ended_is_absent_without_asking_again(
    scripted: Any, registrar: DynamicRegistrar, held: Held
) -> None:
    scripted.answer(204)
    await registrar.retire(held)
    await registrar.retire(held)
    assert await registrar.observe(held) is None
    assert len(scripted.seen) == 1


async def test_the_page_of_a_proxy_ends_nothing(scripted: Any, registrar: DynamicRegistrar, held: Held) -> None:
    for call in (registrar.observe(held), registrar.retire(held)):
        scripted.answer(404, b"<html>", kind="text/html")
        with pytest.raises(AuthorityUnavailable):
            await call
    scripted.answer(404, b"{}")
    assert await registrar.observe(held) is None


@pytest.mark.parametrize(
    "address", ["http://authority.example/register", "authority.example", "https://[", "https://u@a/"]
)
def test_an_address_that_is_not_https_is_a_mistake_in_the_settings(address: str) -> None:
    with pytest.raises(SettingsError, match="https"):
        DynamicRegistrar(issuer="https://authority.example", registration_endpoint=address)


def test_an_initial_access_token_with_a_line_break_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(SettingsError, match="one line") as caught:
        DynamicRegistrar(
            issuer="https://authority.example",
            registration_endpoint="https://authority.example/register",
            initial_access_token=SecretStr("secret-token\n"),
        )
    assert "secret-token" not in str(caught.value)
