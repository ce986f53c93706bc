"""What is found out by asking the addresses that documents name: `sluse check --live`, and nobody else, does.

Never the operator: whether somebody's server answers today holds no file back. Who asks is `sluse.acceptance.live`.
"""

from __future__ import annotations

from sluse.rules.rule import Certainty, LiveRule

DISCOVERY = LiveRule(
    id="live-discovery",
    why="HelseID reads the provider's endpoints there, and believes nobody else's issuer.",
    source="OpenID Connect Discovery 1.0 sections 3 and 4.3; NHN, HelseID: krav til identitetstilbydere",
    certainty=Certainty.PARTLY,
    hint="Correct the file or what is published; both must say the same.",
)
KEYS = LiveRule(
    id="live-keys",
    why="Tokens are believed because of the keys at this address.",
    source="RFC 7517 (JWK Set); NHN, HelseID: krav til identitetstilbydere (algorithms)",
    certainty=Certainty.PARTLY,
    hint="Publish the public signing keys there, each with kid, and nothing private.",
)
ADDRESS = LiveRule(
    id="live-address",
    why="A browser is sent to this address after a login or a logout.",
    source="OpenID Connect Core 1.0 section 3.1.2.5: the answer is sent to the redirect URI",
    certainty=Certainty.VERIFIED,
    hint="If it is reached from elsewhere only, or not built yet, leave it as it is; else correct the address.",
)

RULES = (DISCOVERY, KEYS, ADDRESS)
