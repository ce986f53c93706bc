"""Where an authority is, and where a registration at it is. A credential goes to that authority's origin only.

The address of a registration is written by the authority (or by whoever wrote the Secret we kept it in), so it is
checked each time, and not once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import SecretStr
from yarl import URL

from sluse.model.names import ClientId
from sluse.registrar.port import Held

_TOKEN = re.compile(r"[!-~]{1,4096}")
_CLIENT_ID = re.compile(r"[!-~]{1,255}")


def is_token(token: SecretStr) -> bool:
    """Whether a credential can stand in a header: one line of visible characters."""
    return _TOKEN.fullmatch(token.get_secret_value()) is not None


def here(uri: object, registration_endpoint: URL) -> bool:
    """Whether an address is this authority's."""
    try:
        url = URL(uri, encoded=True) if isinstance(uri, str) else None
        return url is not None and url.origin() == registration_endpoint.origin() and url.user is None
    except ValueError:
        return False


def held(members: Mapping[str, object], registration_endpoint: URL, before: Held | None = None) -> Held | None:
    """Return where the registration is and what manages it from now on; None where the answer does not say.

    What an answer about a registration that we hold leaves out stays as it was `before`.
    """
    client_id = members.get("client_id")
    uri = members.get("registration_client_uri", before.uri if before else None)
    token = members.get("registration_access_token", before.credential.get_secret_value() if before else None)
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        return None
    if before is not None and before.client_id != client_id:
        return None
    if not isinstance(token, str) or not is_token(SecretStr(token)) or not here(uri, registration_endpoint):
        return None
    return Held(ClientId(client_id), str(uri), SecretStr(token))
