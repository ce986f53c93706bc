"""Every answer that is not the one asked for, and every way of getting none, as exactly one of our errors. Pure.

401 and 403 are never "absent": RFC 7592 has an authority answer 401 for a client that is gone, and reading
that as absence turns one lost credential into a second registration. Messages hold nothing that differs from one
try to the next (no correlation id, no time, no body of a 5xx), because a status that only waits must not be
written again. They are raised where no library's error is being handled: aiohttp's carry the request's headers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import Enum

import orjson
from aiohttp import ClientConnectorError, ClientSSLError, ConnectionTimeoutError
from pydantic import SecretStr

from sluse.errors import AuthorityUnavailable, Refused, RegistrarError, Taken, Unauthorised
from sluse.registrar.http.plain import plain
from sluse.words.said import say

_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_SECONDS = re.compile(r"[0-9]{1,9}")
_LONGEST_WAIT = 86_400.0
_LATER = frozenset({408, 425, 429})
_NOT_CARRIED_OUT = frozenset({429, 503})


class Call(Enum):
    """What was asked; the value is how a message says it."""

    CREATE = say("register the client")
    OBSERVE = say("read the registration")
    UPDATE = say("change the registration")
    RETIRE = say("end the registration")
    ADD = say("add the identity provider")
    READ = say("read the identity provider")
    REPLACE = say("change the identity provider")
    END = say("end the identity provider")


_BY_ONE_TOKEN = {
    Call.CREATE: say("initial access token"),
    **dict.fromkeys((Call.ADD, Call.READ, Call.REPLACE, Call.END), say("token for its admin API")),
}
"""The token of the settings that a call is made with; the others are made with the registration's own."""


@dataclass(frozen=True)
class Answer:
    """What came over the wire. `headers` have lower-case names; `whole`: the body was read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool


def absent(answer: Answer) -> bool:
    """Whether the authority itself says that there is no such client.

    A web page is not the authority's: it is what a proxy shows while nothing stands behind it.
    """
    return answer.status == 404 and not answer.headers.get("content-type", "").startswith("text/html")


def failure(call: Call, answer: Answer, issuer: str, secrets: tuple[SecretStr, ...]) -> RegistrarError:
    """Return what an answer means that is not the success of `call`. `secrets` are kept out of every text."""
    status, could_not = answer.status, say("{issuer} could not {call}", issuer=issuer, call=call.value)
    if status in _LATER or status >= 500:
        after = _retry_after(answer.headers)
        acted = status not in _NOT_CARRIED_OUT
        return AuthorityUnavailable(
            say("{could_not}: HTTP {status}", could_not=could_not, status=status),
            retry_after=after,
            may_have_acted=acted,
        )
    if status == 404:
        # Only the next look can tell: gone since the last one, or no registration endpoint here at all.
        return AuthorityUnavailable(
            say("{could_not}: HTTP 404, nothing is there", could_not=could_not), may_have_acted=False
        )
    if 400 <= status < 500:
        return _no(call, status, issuer, *_said(answer, secrets))
    if 300 <= status < 400:
        hint = say("check the authority's addresses in the settings")
        return AuthorityUnavailable(
            say("{could_not}: it redirects elsewhere, which is never followed", could_not=could_not), hint=hint
        )
    return half(call, issuer)


def half(call: Call, issuer: str) -> AuthorityUnavailable:
    """Return what a success means whose answer cannot be used: cut off, too large, not JSON, members missing."""
    return AuthorityUnavailable(
        say("{issuer} gave half an answer when asked to {call}", issuer=issuer, call=call.value)
    )


def unreachable(call: Call, error: Exception, issuer: str) -> AuthorityUnavailable:
    """Return what it means that no answer came. The error's own text stays out: it differs by library and try."""
    match error:
        case ClientSSLError():  # its certificate errors included
            why, acted = say("no trusted TLS connection (check the CA file)"), False
        case ClientConnectorError() | ConnectionTimeoutError():
            why, acted = say("no connection"), False
        case TimeoutError():
            why, acted = say("no answer in time"), True
        case _:
            why, acted = say("the connection broke"), True
    return AuthorityUnavailable(
        say("{issuer} could not be asked to {call}: {why}", issuer=issuer, call=call.value, why=why),
        may_have_acted=acted,
    )


def _no(call: Call, status: int, issuer: str, code: str, said: str) -> RegistrarError:
    """Return what a 4xx means that will be the same next time."""
    if status in (401, 403):
        return Unauthorised(
            say(
                "{issuer} did not {call}: HTTP {status}{said}; {doubt}",
                issuer=issuer,
                call=call.value,
                status=status,
                said=said,
                doubt=_doubt(call),
            ),
            hint=_remedy(call),
        )
    if status == 409:
        return Taken(
            say("{issuer} did not {call}: somebody else holds it{said}", issuer=issuer, call=call.value, said=said),
            hint=say("have the other one released"),
        )
    hint = say("change the file so that the authority accepts it")
    return Refused(
        say("{issuer} refused to {call}{said}", issuer=issuer, call=call.value, said=said or f": HTTP {status}"),
        hint=hint,
        code=code,
    )


def _said(answer: Answer, secrets: tuple[SecretStr, ...]) -> tuple[str, str]:
    """Return the authority's code and its words, as `: words (code)` or nothing."""
    members = json_object(answer.body) or {}
    error = members.get("error")
    code = error if isinstance(error, str) and _CODE.fullmatch(error) else ""
    texts = (members.get(name) for name in ("error_description", "errorMessage"))
    words = plain(next((text for text in texts if isinstance(text, str)), ""), secrets=secrets)
    shown = f"{words} ({code})" if words and code else words or code
    return code or f"http_{answer.status}", f": {shown}" if shown else ""


def json_object(body: bytes) -> dict[str, object] | None:
    """Return the JSON object that `body` is; None where it is none."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _doubt(call: Call) -> str:
    if call in _BY_ONE_TOKEN:
        return say("our {token} is not accepted", token=_BY_ONE_TOKEN[call])
    return say(
        "either our credential for it is no longer accepted or the registration was ended there: it answers both alike"
    )


def _remedy(call: Call) -> str:
    if call in _BY_ONE_TOKEN:
        return say("renew the {token}", token=_BY_ONE_TOKEN[call])
    return say("ask the authority whether the registration still stands")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return seconds, at most a day. A date is taken against the answer's own Date, so that no clock has to agree."""
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), _LONGEST_WAIT)
    until, now = _moment(value), _moment(headers.get("date", ""))
    if until is None or now is None:
        return None
    return min(max((until - now).total_seconds(), 0.0), _LONGEST_WAIT)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo is not None else None
