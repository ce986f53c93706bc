"""Failures land where a caller can act on them, and say nothing that is secret."""

import logging
from typing import Any

import pytest

from sluse.errors import AuthorityUnavailable, RegistrarError, Taken, Unauthorised
from sluse.model.registration import Registration
from sluse.registrar.port import Held, Mark

VERBS = ("create", "observe", "update", "retire")
STATUSES = {401: Unauthorised, 409: Taken, 429: AuthorityUnavailable, 500: AuthorityUnavailable}
LOST = ("drop_after_work", "half_answer", "broken_json")


@pytest.fixture
def call(setting: Any, held: Held, first: Registration, wanted: Registration, mark: Mark) -> Any:
    """Do one verb on what is registered."""
    registrar = setting.registrar
    calls = {
        "create": lambda: registrar.create(first, mark),
        "observe": lambda: registrar.observe(held),
        "update": lambda: registrar.update(held, wanted, mark),
        "retire": lambda: registrar.retire(held),
    }
    return lambda verb: calls[verb]()


async def test_every_failure_before_the_work_is_one_error_and_nothing_was_done(
    setting: Any, held: Held, first: Registration, call: Any
) -> None:
    for verb in VERBS:
        for status, error in STATUSES.items():
            setting.fail(verb, status, retry_after=7 if status == 429 else None)
            with pytest.raises(error) as caught:
                await call(verb)
            if isinstance(caught.value, AuthorityUnavailable):
                assert caught.value.retry_after == (7 if status == 429 else None)
                assert caught.value.may_have_acted is (status == 500)
    assert setting.count() == 1
    found = await setting.registrar.observe(held)
    assert found is not None
    assert found.registration == setting.registrar.normalise(first)


@pytest.mark.usefixtures("held")  # an adapter may have to learn what its authority takes
async def test_a_creation_whose_answer_is_lost_may_have_been_done_and_says_so(
    setting: Any, first: Registration, mark: Mark
) -> None:
    for how in LOST:
        before = setting.count()
        setting.lose("create", how)
        with pytest.raises(AuthorityUnavailable) as caught:
            await setting.registrar.create(first, mark)
        assert caught.value.may_have_acted
        assert setting.count() == before + 1


async def test_reading_survives_a_lost_answer(setting: Any, call: Any) -> None:
    for how in LOST:
        setting.lose("observe", how)
        try:
            await call("observe")
        except AuthorityUnavailable:
            continue
    assert await call("observe") is not None


async def test_an_update_whose_answer_is_lost_was_done_once(
    setting: Any, held: Held, wanted: Registration, mark: Mark
) -> None:
    setting.lose("update", "drop_after_work")
    with pytest.raises(AuthorityUnavailable) as caught:
        await setting.registrar.update(held, wanted, mark)
    assert caught.value.may_have_acted
    try:
        found = await setting.registrar.observe(held)
    except Unauthorised:
        assert not setting.registrar.capabilities.token_survives_update
    else:
        assert found is not None
        assert found.registration == setting.registrar.normalise(wanted)


async def test_an_end_whose_answer_is_lost_was_still_an_end(setting: Any, call: Any) -> None:
    setting.lose("retire", "drop_after_work")
    with pytest.raises(AuthorityUnavailable):
        await call("retire")
    assert setting.count() == 0
    if setting.tells_absence:
        await call("retire")


async def test_no_failure_says_or_logs_a_credential_or_a_key(
    setting: Any, held: Held, first: Registration, call: Any, caplog: pytest.LogCaptureFixture
) -> None:
    said = []
    with caplog.at_level(logging.DEBUG):
        for status in (400, 401, 403, 409, 429, 500, 404):  # 404 last: it makes ending a thing done
            for verb in VERBS:
                setting.fail(verb, status)
                try:
                    await call(verb)
                except RegistrarError as error:
                    said.append(f"{error!s} {error!r} {error.hint} {error.__cause__!r} {error.__context__!r}")
    logged = " ".join(record.getMessage() for record in caplog.records)
    for secret in (held.credential.get_secret_value(), "initial-access-token-in-the-suite", str(first.keys[0].x)):
        assert secret not in " ".join(said)
        assert secret not in logged
        assert secret not in repr(held)
        assert secret not in repr(setting.registrar)
