"""The keys of the examples: made from public labels, so that anybody has the private halves. They sign for nobody.

Known by fingerprint, since a signature carries no comment, and by the comment that every demo key begins with, which
catches labels that no example has. Only `Roots.demo`, which the sandbox writes, lets them count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sluse.errors import BadKey
from sluse.trust import keys
from sluse.words.said import say

RULE = "demo-key"
PREFIX = "demo-"

LABELS: Mapping[str, str] = {
    "SHA256:hc3D/Prpla4bCdoohPrpqWzT2qJX2WjrIahfpvFsxeY": "root a",
    "SHA256:iS7D5WvASkCXwDQLYSUMfz1BJsbBmk4OUHAYxd6ULJg": "root b",
    "SHA256:PY7lqYvERuLLDdNXbFHUCKaUpmhkg0oJpLMDjF7i8J0": "root c",
    "SHA256:7+FE7irCTz2CGGS4pkQ+znEAhY5JhgSiVs2EJj7ev70": "reviewer alm",
    "SHA256:edcfniAiQtIbmJKZuygeih+ngfJHOtAHCDrJauFkkcw": "reviewer furu",
    "SHA256:itKCc7mI30zlal25gYyx21yo76E60xivPmbEWmGGgio": "reviewer hassel",
    "SHA256:M/EZD+LhQK8Q1JXV1A3cf9Yc7FAwley/Z4D1N6FGG0k": "reviewer lind",
    "SHA256:5+uIMs/+oBaFDHKKN/0E/Fte/iFgKhStpTSvSvSJpgQ": "operator test",
    "SHA256:XUqIZVcGWQpCNqkUA3iJlU2ju2aXCGnSHV2WsnuHkWo": "operator production",
    "SHA256:HPp9MAn62T3E6qLelyKc9C04ZWDsgJYs+cF06tBecQo": "maintainer breheim-sykehus",
    "SHA256:Xodu24Vzm5I7uheEJbVGCbe7qlXhtScUDU6dzniXfb8": "maintainer fjordlegen",
    "SHA256:jllf/BrngCya//eHrWGxu9Dp9i6LGUuS1C4/qxTvWDk": "maintainer havblikk-apotek",
    "SHA256:nFxNPKlbshfy7teU7wr59clHtwN8bmun3PlA4M8bBKk": "maintainer nordlys",
    "SHA256:fjacsO4NiH4lWuQbV4P1KOhtLcwHlqlyVR+VnMSCRMI": "maintainer polar-id",
    "SHA256:6KLxOHZ74kem8fXTI5jN3xz7SNN2eE/dJ2/ZHdU9Nrk": "maintainer tind-kommune",
    "SHA256:or3f3dFVWYq4LhY1TFdNRcE9BhQ6ci/4RmeAzIEr78E": "maintainer kvitfjell",
    "SHA256:y4PqGckA6yOSE8/4TvbBFTU1Nc6N5vsBJABJUXk+xxQ": "maintainer solvang",
}
"""Fingerprints, and the labels they are made from; `tests/golden` holds that no key of the examples is missing."""


def is_demo(key_id: str) -> bool:
    """Tell whether a fingerprint is a demo key's."""
    return key_id in LABELS


def refusals(lines: Iterable[str]) -> Iterator[str]:
    """Yield why each demo key among these public key lines does not count, beginning with the rule's name."""
    for line in lines:
        comment = line.strip().partition(" ")[2].partition(" ")[2]
        if comment.startswith(PREFIX) or _known(line):
            yield say("{rule}: the key {key} is a worthless key of the examples", rule=RULE, key=comment or line[-12:])


def _known(line: str) -> bool:
    try:
        return is_demo(keys.parse(line).key_id)
    except BadKey:
        return False
