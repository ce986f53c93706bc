"""The files of the status branch, as golden files: `python tests/ledger/test_page.py` writes them anew."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sluse.errors import LedgerError
from sluse.ledger.front import Front
from sluse.ledger.overview import Overview
from sluse.ledger.page import pages
from sluse.ledger.shown import is_machine, is_page, parse
from sluse.ledger.text import ledger_of
from sluse.model.federation import Handed
from sluse.model.held import (
    Anchor,
    HeldClient,
    HeldFederation,
    HeldIntegration,
    Intent,
    OrganisationLedger,
    WaitingOn,
)
from sluse.model.keys import PublicJwk
from sluse.model.names import ClientId, Environment
from sluse.model.registration import Use
from sluse.words.said import english

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ISSUER = "https://authority.example"


def anchored(number: int, **more: object) -> HeldClient:
    anchor = Anchor(client_id=ClientId(f"c-{number}"), uri=f"{ISSUER}/register/c-{number}", since=NOW)
    return HeldClient(anchor=anchor, digest="ab" * 32, use=Use.OPEN, since=NOW).model_copy(update=more)


def keys(name: str) -> tuple[PublicJwk, ...]:
    return tuple(
        PublicJwk(kty="EC", kid=kid, alg="ES256", crv="P-256", x="x", y="y") for kid in (f"{name}-2026", "b`|k")
    )


LEDGERS = {
    "fjordlegen": OrganisationLedger(
        organisation="fjordlegen",
        engine="embedded",
        declared="cd" * 32,
        commit="1234567890" * 4,
        integrations={
            "journal-web": HeldIntegration(
                title="Journal <web> | [x](https://evil.example)",
                path="integrations/fjordlegen/journal-web.yaml",
                tested="ef" * 32,
                stage="TestReady",
                since=NOW,
                waiting=(
                    WaitingOn(on="supplier", reason="SourceInvalid", message="line 3:\n`tabs` | bad", since=NOW),
                    WaitingOn(
                        on="authority", reason="AuthorityUnavailable", message="no answer", since=NOW, client="api"
                    ),
                ),
                clients={
                    "web": anchored(1, keys=keys("web")),
                    "api": HeldClient(possible_orphans=(Intent(id="i-1", since=NOW),)),
                    "withheld": anchored(2, use=Use.WITHHELD, keys=keys("withheld")),
                    "old": HeldClient(use=Use.RETIRED, retired=True, since=NOW),
                    "begun": HeldClient(intent=Intent(id="i-2", since=NOW)),
                },
            ),
            "new": HeldIntegration(title="Ny"),
        },
    ),
    "hav-omsorg": OrganisationLedger(
        organisation="hav-omsorg", integrations={"plan": HeldIntegration(title="Plan", stage="Retired", since=NOW)}
    ),
    "polar-id": OrganisationLedger(
        organisation="polar-id",
        integrations={
            "login": HeldIntegration(
                kind="IdentityProvider",
                title="Polar-ID",
                stage="TestReady",
                since=NOW,
                waiting=(
                    WaitingOn(
                        on="authority",
                        reason="AuthorityUnavailable",
                        message="no answer",
                        since=NOW,
                        client="federation",
                    ),
                ),
                federation=HeldFederation(
                    digest="ab" * 32,
                    use=Use.OPEN,
                    since=NOW,
                    handed=Handed(
                        client_id="sts", redirect_uris=(f"{ISSUER}/signin-login",), jwks_uri=f"{ISSUER}/jwks"
                    ),
                ),
            ),
            "new": HeldIntegration(kind="IdentityProvider", title="Ny"),
        },
    ),
}


def branch() -> dict[str, bytes]:
    files = pages(LEDGERS, environment=Environment.TEST, issuer=ISSUER)
    return {**files, **front(*LEDGERS.values())}


def front(*ledgers: OrganisationLedger) -> dict[str, bytes]:
    page = Front(Environment.TEST)
    page.take(ledgers)
    return page.files()


def test_the_branch_has_these_files_with_this_content() -> None:
    golden = {str(path.relative_to(GOLDEN)): path.read_bytes() for path in GOLDEN.rglob("*") if path.is_file()}
    assert branch() == golden


def test_the_same_ledgers_in_another_order_give_the_same_files() -> None:
    turned = {name: LEDGERS[name] for name in reversed(LEDGERS)}
    files = pages(turned, environment=Environment.TEST, issuer=ISSUER)
    assert {**files, **front(*turned.values())} == branch()


def test_the_front_page_changes_with_a_count_and_not_with_a_word() -> None:
    def changed(**fields: object) -> OrganisationLedger:
        before = LEDGERS["fjordlegen"]
        entry = before.integrations["new"].model_copy(update=fields)
        return before.model_copy(update={"integrations": {**before.integrations, "new": entry}})

    others = [LEDGERS["hav-omsorg"], LEDGERS["polar-id"]]
    before = front(*others, LEDGERS["fjordlegen"])
    assert front(*others, changed(title="Another", path="moved.yaml")) == before
    moved = front(*others, changed(stage="TestReady"))["README.md"].decode().splitlines()
    was = before["README.md"].decode().splitlines()
    assert [line.partition("|")[2].split("]")[0] for line in moved if line not in was] == [
        " [fjordlegen",
        " **all / alle: 3** | 1 | 3 | 1 | 2 |",
    ]


def test_a_row_is_made_anew_only_for_who_has_news() -> None:
    page = Front(Environment.TEST)
    page.take(LEDGERS.values())
    page.take([LEDGERS["polar-id"]])
    assert page.files() == front(*LEDGERS.values())


def test_a_stage_of_a_newer_version_is_counted_too() -> None:
    entry = HeldIntegration(title="x", stage="Beyond")
    text = front(OrganisationLedger(organisation="fjord", integrations={"x": entry}))["README.md"].decode()
    assert "| organisation | Beyond | waiting / venter |" in text


def test_a_ledger_can_be_rebuilt_from_its_machine_file() -> None:
    files = branch()
    for organisation, ledger in LEDGERS.items():
        assert ledger_of(files[f"_ledger/{organisation}.json"], "here") == ledger


def test_pages_are_read_back_and_machine_files_are_not_taken_for_pages() -> None:
    files = branch()
    read = {parse(text, path).integration for path, text in files.items() if is_page(path)}
    assert read == {
        "fjordlegen.journal-web", "fjordlegen.new", "hav-omsorg.plan", "polar-id.login", "polar-id.new"
    }  # fmt: skip
    assert {path for path in files if is_machine(path)} == {f"_ledger/{organisation}.json" for organisation in LEDGERS}
    assert not is_page("genesis.json")
    assert not is_page("a/b/c.json")


def test_a_newer_operator_s_fields_are_passed_over() -> None:
    page = json.loads(branch()["hav-omsorg/plan.json"])
    page["later"] = page["clients"] = []
    assert parse(json.dumps(page).encode(), "x").title == "Plan"


@pytest.mark.parametrize("text", [b"", b"[]", b'{"version": 2}'])
def test_what_is_no_page_is_named(text: bytes) -> None:
    with pytest.raises(LedgerError, match=r"a/b\.json is not a page"):
        parse(text, "a/b.json")


def test_keys_are_not_claimed_for_a_client_that_does_not_hold_them() -> None:
    page = parse(branch()["fjordlegen/journal-web.json"], "x")
    assert {client.client: client.key_ids for client in page.clients if client.key_ids} == {"web": ("web-2026", "b`|k")}


def test_the_command_line_tells_an_identity_provider_what_to_type_in() -> None:
    page = parse(branch()["polar-id/login.json"], "x")
    lines = [line.strip() for line in Overview({Environment.TEST: {page.integration: page}}).details(words=english)]
    assert "type in at the identity provider: client id sts" in lines
    assert f"redirect URI {ISSUER}/signin-login" in lines
    assert f"our public keys {ISSUER}/jwks" in lines


if __name__ == "__main__":
    for name, content in branch().items():
        (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / name).write_bytes(content)
