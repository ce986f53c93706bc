"""The errors of authorities, as reasons: what each means of a registration that was refused, and what to do about it.

The codes are an authority's own, so the list is open; it has those of RFC 7591 and RFC 6749, and those that an adapter gives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sluse.model.outcome import Party
from sluse.model.reasons.explained import Explained, means
from sluse.words.said import say

_MEND = say("Read the message, change the file so that the authority accepts it, and merge that.")
_OURS = (Party.CLUSTER_OPERATOR,)

AUTHORITY: Mapping[str, Explained] = {
    "AccessDenied": means(
        say("The authority does not let this operator do that."),
        say("Ask the authority for the right that the message names."),
        *_OURS,
    ),
    "AlteredRegistration": means(
        say("The authority said yes, and registered something else; the message names what."),
        say("Write into the file what the authority will hold, or ask it why it changed that."),
        Party.SUPPLIER,
    ),
    "InvalidClientMetadata": means(
        say(
            "The authority does not accept what the file says of the client (RFC 7591): most often a scope that it does not know, else a grant or a key."
        ),
        say(
            "Read the message: it names the member. Correct the scope or the value, or have the API's owner register the scope there first. Nothing else waits for this client."
        ),
        Party.SUPPLIER,
    ),
    "InvalidRedirectUri": means(
        say("The authority does not accept a redirect URI (RFC 7591)."),
        say("Correct the redirect URI that the message names: https, no wildcard, no fragment."),
        Party.SUPPLIER,
    ),
    "InvalidRequest": means(
        say("The authority could not make sense of the registration."), _MEND, Party.SUPPLIER, Party.IDENTITY_PROVIDER
    ),
    "InvalidScope": means(
        say("The authority does not know a scope, or does not grant it to this client."),
        say("Correct the scope's name, or ask the API's owner to grant it."),
        Party.SUPPLIER,
    ),
    "InvalidSoftwareStatement": means(
        say("The authority does not accept the software statement (RFC 7591)."), _MEND, Party.SUPPLIER
    ),
    "OtherAuthority": means(
        say("The client is registered at another authority than the settings name."),
        say("Correct `registrationEndpoint` in the operator's settings."),
        *_OURS,
    ),
    "Refused": means(
        say("The authority refused, with an error that is no name."), _MEND, Party.SUPPLIER, Party.IDENTITY_PROVIDER
    ),
    "UnapprovedSoftwareStatement": means(
        say("The authority does not approve the software statement (RFC 7591)."), _MEND, Party.SUPPLIER
    ),
    "UnauthorizedClient": means(
        say("The authority does not let this client do that."),
        say("Ask the authority to grant it, or take it out of the file."),
        Party.SUPPLIER,
    ),
}
_STATUS = re.compile(r"Http(4\d\d)")


def of_authority(reason: str) -> Explained | None:
    """Return what an authority's error means; None where it is not known. One without a code has its HTTP status for a name."""
    status = _STATUS.fullmatch(reason)
    if status is None:
        return AUTHORITY.get(reason)
    text = say("The authority refused with HTTP {status}, and gave no error code.", status=status[1])
    return means(text, _MEND, Party.SUPPLIER, Party.IDENTITY_PROVIDER)
