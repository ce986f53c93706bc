"""Every refusal as metav1.Status, worded as Kubernetes words it: clients and people search for these sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

Object = dict[str, Any]


@dataclass(frozen=True)
class Cause:
    """One reason why an object is invalid. `field` is a path such as `spec.clients[0].name`."""

    reason: str
    message: str
    field: str

    def sentence(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message

    def as_json(self) -> Object:
        return {"reason": self.reason, "message": self.message, "field": self.field}


class APIError(Exception):
    """A refusal with its HTTP code. `headers` go out with it."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        details: Object | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.headers = headers or {}

    def status(self) -> Object:
        """Return the metav1.Status."""
        body: Object = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "code": self.code,
        }
        if self.details:
            body["details"] = self.details
        return body

    def body(self) -> bytes:
        return orjson.dumps(self.status())


def qualified(group: str, resource: str) -> str:
    """Return `resource.group`, or the bare resource of the core group."""
    return f"{resource}.{group}" if group else resource


def _details(group: str, resource: str, name: str, causes: Iterable[Cause] = ()) -> Object:
    details: Object = {"name": name} if name else {}
    if group:
        details["group"] = group
    details["kind"] = resource
    listed = [cause.as_json() for cause in causes]
    if listed:
        details["causes"] = listed
    return details


def unauthorised() -> APIError:
    """Return 401 for a missing or unknown token."""
    return APIError(401, "Unauthorized", "Unauthorized", headers={"WWW-Authenticate": "Bearer"})


def forbidden(group: str, resource: str, name: str, why: str) -> APIError:
    """Return 403: `why` is the sentence after "is forbidden: "."""
    what = f'{qualified(group, resource)} "{name}"' if name else qualified(group, resource)
    return APIError(403, "Forbidden", f"{what} is forbidden: {why}", details=_details(group, resource, name))


def unknown_path() -> APIError:
    """Return 404 for a path that nothing serves."""
    return APIError(404, "NotFound", "the server could not find the requested resource", details={})


def not_found(group: str, resource: str, name: str) -> APIError:
    """Return 404 for an object that does not exist."""
    message = f'{qualified(group, resource)} "{name}" not found'
    return APIError(404, "NotFound", message, details=_details(group, resource, name))


def already_exists(group: str, resource: str, name: str) -> APIError:
    """Return 409 for a create of a name that is taken."""
    message = f'{qualified(group, resource)} "{name}" already exists'
    return APIError(409, "AlreadyExists", message, details=_details(group, resource, name))


def conflict(group: str, resource: str, name: str, why: str) -> APIError:
    """Return 409 for a write that somebody else overtook."""
    message = f'Operation cannot be fulfilled on {qualified(group, resource)} "{name}": {why}'
    return APIError(409, "Conflict", message, details=_details(group, resource, name))


def stale(group: str, resource: str, name: str) -> APIError:
    """Return 409 for a write with an old resourceVersion."""
    why = "the object has been modified; please apply your changes to the latest version and try again"
    return conflict(group, resource, name, why)


def apply_conflict(message: str, causes: Sequence[Cause]) -> APIError:
    """Return 409 of a server-side apply; each cause names a field and its owner."""
    return APIError(409, "Conflict", message, details={"causes": [cause.as_json() for cause in causes]})


def invalid(group: str, kind: str, name: str, causes: Sequence[Cause]) -> APIError:
    """Return 422 with every reason why an object is not acceptable."""
    what = f"{kind}.{group}" if group else kind
    sentences = list(dict.fromkeys(cause.sentence() for cause in causes))
    why = sentences[0] if len(sentences) == 1 else f"[{', '.join(sentences)}]"
    return APIError(422, "Invalid", f'{what} "{name}" is invalid: {why}', details=_details(group, kind, name, causes))


def unprocessable(message: str) -> APIError:
    """Return 422 for a patch that cannot be carried out."""
    return APIError(422, "Invalid", f"the server rejected our request due to an error in our request: {message}")


def bad_request(message: str) -> APIError:
    """Return 400."""
    return APIError(400, "BadRequest", message)


def method_not_allowed() -> APIError:
    """Return 405."""
    return APIError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")


def unsupported_media(accepted: str) -> APIError:
    """Return 415; `accepted` lists what would do."""
    message = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    return APIError(415, "UnsupportedMediaType", message)


def too_large(message: str) -> APIError:
    """Return 413."""
    return APIError(413, "RequestEntityTooLarge", message)


def expired(message: str) -> APIError:
    """Return 410: list anew."""
    return APIError(410, "Expired", message)


def too_new(wanted: int, current: int) -> APIError:
    """Return 504 for a resourceVersion that was never given out."""
    message = f"Timeout: Too large resource version: {wanted}, current: {current}"
    causes = [Cause("ResourceVersionTooLarge", "Too large resource version", "")]
    return APIError(504, "Timeout", message, details={"causes": [c.as_json() for c in causes], "retryAfterSeconds": 1})
