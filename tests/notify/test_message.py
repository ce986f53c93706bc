"""The mail that people get, as golden files: `python tests/notify/test_message.py` writes them anew."""

from __future__ import annotations

import email
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.model.held import HeldIntegration, OrganisationLedger
from sluse.model.names import Environment
from sluse.notify.message import Letterhead, mail, one_line
from sluse.notify.notices import Notice, by_addressee, notices
from sluse.words.said import say
from worlds.telling import HEAD, NOW, registered, waiting

GOLDEN = Path(__file__).parent / "golden"
PRODUCTION = Letterhead(Environment.PRODUCTION, "integrations.example", "sluse@nhn.example")


def of(*entries: tuple[str, HeldIntegration]) -> dict[str, tuple[Notice, ...]]:
    ledger = OrganisationLedger(organisation="fjordlegen", telling=True, integrations=dict(entries))
    return dict(by_addressee(notices(ledger, ledger)))


READY = HeldIntegration(
    title="Fjordlegen journal på nett", stage="TestReady", since=NOW, clients={"web": registered("c-1")}
)
LIVE = READY.model_copy(update={"stage": "Live"})
WAITS = HeldIntegration(
    title="Fjordlegen API\u2028Bcc: alle@nhn.example",
    since=NOW,
    waiting=(
        waiting(message="integrations/fjordlegen/api.yaml:12:7: scope nhn:pitt/read is not known"),
        waiting(
            reason="KeysMissing",
            message=say("{client} has no key of production; those that are held stay", client="fjordlegen.api.api"),
            client="api",
        ),
        waiting(on="NHN reviewer", reason="PlanNotAgreed", message=say("NHN has not agreed to the plan")),
    ),
)
SUBMITTED = HeldIntegration(title="Journal", stage="Submitted", since=NOW)
MAILS = {
    "test-ready": (of(("journal", READY))["fjordlegen"], HEAD),
    "live": (of(("journal", LIVE))["fjordlegen"], PRODUCTION),
    "several": (of(("api", WAITS), ("journal", LIVE))["fjordlegen"], PRODUCTION),
    "reviewers": (of(("api", WAITS), ("journal", SUBMITTED))["NHN"], PRODUCTION),
    "installed": (of(("tind", READY.model_copy(update={"kind": "ClientInstallation"})))["fjordlegen"], HEAD),
}


def written(name: str) -> bytes:
    said, head = MAILS[name]
    message = mail(said, "drift@fjordlegen.example", head, NOW)
    headers = "".join(f"{name}: {value}\n" for name, value in message.items())
    return f"{headers}\n{message.get_content()}".encode()


@pytest.mark.parametrize("name", MAILS)
def test_the_mail_says(name: str) -> None:
    assert written(name) == (GOLDEN / f"{name}.txt").read_bytes()


LINES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\t"), min_size=1, max_size=120)


@given(LINES, LINES, st.text(st.characters(codec="utf-8"), min_size=1, max_size=200), st.just("Live") | LINES)
def test_nobody_can_write_a_header_by_a_title_a_message_or_a_rung(
    title: str, reason: str, text: str, stage: str
) -> None:
    rows = (waiting(reason=reason, message=text),)
    entry = HeldIntegration(title=title, since=NOW, stage=stage, waiting=rows)
    ledger = OrganisationLedger(organisation="fjordlegen", integrations={"api": entry})
    message = mail(notices(ledger, ledger), "drift@fjordlegen.example", HEAD, NOW)
    read = email.message_from_bytes(message.as_bytes(), policy=SMTP)
    assert sorted(read.keys()) == sorted(
        [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "Content-Type",
            "Content-Transfer-Encoding",
            "MIME-Version",
        ]
    )
    assert not read.is_multipart()
    assert read["To"].addresses[0].addr_spec == "drift@fjordlegen.example"
    assert len(read["To"].addresses) == 1


@given(st.text())
def test_a_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert one_line(text) == one_line(text).strip()


@pytest.mark.parametrize(
    "mailbox", ["a,b@x.example", "<a@x.example>", "a b@x.example", "a@x.example,", "@x.example", "blåbær@x.example"]
)
def test_what_is_no_single_address_is_refused(mailbox: str) -> None:
    with pytest.raises(ValueError, match="is no mail address"):
        mail(MAILS["live"][0], mailbox, HEAD, NOW)


def test_the_message_id_is_that_of_the_news_and_of_nothing_else() -> None:
    said, _ = MAILS["live"]
    ids = [
        mail(said, "drift@fjordlegen.example", HEAD, NOW)["Message-ID"],
        mail(said, "drift@fjordlegen.example", HEAD, NOW.replace(year=2027))["Message-ID"],
        mail(said, "drift@fjordlegen.example", PRODUCTION, NOW)["Message-ID"],
        mail(said, "vakt@fjordlegen.example", HEAD, NOW)["Message-ID"],
        mail(MAILS["test-ready"][0], "drift@fjordlegen.example", HEAD, NOW)["Message-ID"],
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4


def test_a_message_id_survives_the_longest_domain() -> None:
    head = Letterhead(Environment.TEST, "x", f"sluse@{'a' * 60}.{'b' * 60}.{'c' * 60}.example")
    message = mail(MAILS["live"][0], "drift@fjordlegen.example", head, NOW)
    assert email.message_from_bytes(message.as_bytes(), policy=SMTP)["Message-ID"] == message["Message-ID"]


if __name__ == "__main__":
    for each in MAILS:
        (GOLDEN / f"{each}.txt").write_bytes(written(each))
