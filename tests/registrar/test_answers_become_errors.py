import json
import logging
import ssl

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from sluse.errors import AuthorityUnavailable, Refused, RegistrarError, Taken, Unauthorised
from sluse.registrar.http import errors
from sluse.registrar.http.errors import Answer, Call
from sluse.registrar.http.plain import plain

ISSUER = "https://authority.example"
TOKEN = SecretStr("rat-0123456789")
RETRY, REJECT, CONFLICT, ABSENT = "retry", "reject", "conflict", "absent"


def answer(status: int, body: object = None, headers: dict[str, str] | None = None, raw: bytes | None = None) -> Answer:
    return Answer(status, headers or {}, raw if raw is not None else json.dumps(body).encode(), whole=True)


def landing(error: RegistrarError) -> str:
    """What a caller can do about it; a credential that is not accepted is tried again, never taken for absence."""
    match error:
        case AuthorityUnavailable() | Unauthorised():
            return RETRY
        case Refused():
            return REJECT
        case Taken():
            return CONFLICT
    raise AssertionError(f"{error!r} is no case that a caller knows")


def failure(call: Call, given: Answer) -> RegistrarError:
    return errors.failure(call, given, ISSUER, (TOKEN,))


@pytest.mark.parametrize("call", Call)
def test_every_status_lands_in_retry_reject_conflict_or_absent(call: Call) -> None:
    landed = {
        status: ABSENT if errors.absent(answer(status)) else landing(failure(call, answer(status)))
        for status in range(100, 600)
    }
    assert landed[400] == landed[413] == landed[422] == REJECT
    assert landed[401] == landed[403] == RETRY
    assert landed[404] == ABSENT
    assert landed[409] == CONFLICT
    assert {landed[status] for status in (200, 204, 302, 307, 408, 425, 429, 500, 502, 503, 504, 599)} == {RETRY}
    assert {landed[status] for status in range(500, 600)} == {RETRY}


@pytest.mark.parametrize("call", Call)
@pytest.mark.parametrize("status", [401, 403])
def test_a_credential_that_is_not_accepted_is_never_absent(call: Call, status: int) -> None:
    assert not errors.absent(answer(status))
    assert isinstance(failure(call, answer(status)), Unauthorised)


def test_a_401_on_a_registration_says_both_things_it_may_mean() -> None:
    said = failure(Call.OBSERVE, answer(401)).message
    assert "no longer accepted" in said
    assert "was ended" in said
    assert "initial access token" in failure(Call.CREATE, answer(401)).message


def test_the_page_of_a_proxy_is_not_the_authority_saying_that_nothing_is_there() -> None:
    page = answer(404, headers={"content-type": "text/html; charset=utf-8"})
    assert not errors.absent(page)
    assert isinstance(failure(Call.OBSERVE, page), AuthorityUnavailable)


def test_a_refusal_carries_the_authoritys_code_and_words() -> None:
    refused = failure(
        Call.CREATE, answer(400, {"error": "invalid_client_metadata", "error_description": "unknown scope: a/b"})
    )
    assert isinstance(refused, Refused)
    assert refused.code == "invalid_client_metadata"
    assert refused.message == (
        "https://authority.example refused to register the client: unknown scope: a/b (invalid_client_metadata)"
    )


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b"<html>no</html>", "http_400", ": HTTP 400"),
        (b"", "http_400", ": HTTP 400"),
        (b"[1]", "http_400", ": HTTP 400"),
        (b'{"error": 7, "error_description": ["x"]}', "http_400", ": HTTP 400"),
        (b'{"error": "Not A Code"}', "http_400", ": HTTP 400"),
        (b'{"error": "invalid_redirect_uri"}', "invalid_redirect_uri", ": invalid_redirect_uri"),
        (b'{"errorMessage": "name exists"}', "http_400", ": name exists"),
    ],
)
def test_a_refusal_in_another_form_still_has_a_code_and_an_end(body: bytes, code: str, words: str) -> None:
    refused = failure(Call.UPDATE, answer(400, raw=body))
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert refused.message.endswith(words)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 7 "}, 7.0),
        ({"retry-after": "99999999"}, 86_400.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:27:00 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2099 07:28:00 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 86_400.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 -0000", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, None),
        ({"retry-after": "Wed, 99 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
    ],
)
def test_how_long_to_wait_is_read_in_seconds_or_as_a_date(headers: dict[str, str], seconds: float | None) -> None:
    error = failure(Call.UPDATE, answer(429, headers=headers))
    assert isinstance(error, AuthorityUnavailable)
    assert error.retry_after == seconds


@pytest.mark.parametrize(("status", "acted"), [(429, False), (503, False), (404, False), (500, True), (502, True)])
def test_only_what_says_that_nothing_was_done_counts_as_nothing_done(status: int, acted: object) -> None:
    error = failure(Call.CREATE, answer(status))
    assert isinstance(error, AuthorityUnavailable)
    assert error.may_have_acted is acted


def _connection() -> tuple[ConnectionKey, OSError]:
    return ConnectionKey("authority.example", 443, True, True, None, None, None), OSError(111, "refused")


TRANSPORT_ERRORS = [
    (aiohttp.ClientConnectorError(*_connection()), False),
    (aiohttp.ClientConnectorSSLError(*_connection()), False),
    (aiohttp.ClientConnectorCertificateError(_connection()[0], ssl.CertificateError("self-signed")), False),
    (aiohttp.ConnectionTimeoutError(), False),
    (aiohttp.ServerDisconnectedError(), True),
    (aiohttp.ClientPayloadError(), True),
    (aiohttp.ClientOSError(104, "reset"), True),
    (TimeoutError(), True),
    (OSError("something else"), True),
]


@pytest.mark.parametrize("call", Call)
@pytest.mark.parametrize(("error", "acted"), TRANSPORT_ERRORS, ids=lambda value: type(value).__name__)
def test_no_answer_is_to_be_tried_again(call: Call, error: Exception, acted: object) -> None:
    unavailable = errors.unreachable(call, error, ISSUER)
    assert landing(unavailable) == RETRY
    assert unavailable.may_have_acted is acted
    assert unavailable.message.startswith(f"{ISSUER} could not be asked to {call.value}: ")


@given(
    st.sampled_from(list(Call)),
    st.sampled_from([400, 401, 403, 409, 422, 500]),
    st.text(max_size=400),
    st.text(max_size=400),
)
def test_no_token_is_in_what_is_said_and_a_message_is_one_bounded_line(
    call: Call, status: int, before: str, after: str
) -> None:
    body = {"error": "invalid_token", "error_description": f"{before}{TOKEN.get_secret_value()}{after}"}
    error = failure(call, answer(status, body))
    assert TOKEN.get_secret_value() not in f"{error!s}{error!r}{error.hint}"
    assert error.message.isprintable()
    assert len(error.message) < 600


def test_the_same_answer_makes_the_same_message_so_that_waiting_writes_nothing() -> None:
    one = answer(503, {"trace": "a"}, {"date": "Wed, 21 Oct 2026 07:28:00 GMT"})
    two = answer(503, {"trace": "b"}, {"date": "Wed, 21 Oct 2026 07:29:00 GMT"})
    assert failure(Call.UPDATE, one).message == failure(Call.UPDATE, two).message


def test_what_looks_like_a_key_or_a_credential_is_taken_out_although_nobody_named_it() -> None:
    jwk = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
    assert plain(f"bad key {jwk}, try again") == "bad key (redacted), try again"
    assert plain("nhn:sfm.api/sfm.api and a-b") == "nhn:sfm.api/sfm.api and a-b"


def test_text_is_cut_only_after_secrets_are_out() -> None:
    assert plain("x" * 8 + " " + TOKEN.get_secret_value(), most=15, secrets=(TOKEN,)) == "x" * 8 + " (reda…"


def test_making_an_error_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        failure(Call.CREATE, answer(500))
    assert caplog.records == []
