"""Bring one client to what is wanted of it: observe, compare, write as little as possible, remember in time.

Creation is in this order, so that a crash at any point leaves nothing *usable* behind: the intent is durable, the
registration is made with a throwaway key (nobody can use it), its credential and its anchor are durable, and only then the
real keys are written. Either of the two, if the other is lost, keeps it from being registered a second time. Where the authority can list, an interrupted creation is found again by our mark; where
it cannot, its intent is named as a possible orphan and the same intent is used again.

Every failure becomes an `Outcome`; only bugs are raised. 401 and 403 are never read as "absent".
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from sluse.errors import AuthorityUnavailable, Refused, RegistrarError, Unauthorised
from sluse.model.held import Anchor, HeldClient, Intent
from sluse.model.names import ClientKey, Environment
from sluse.model.outcome import Conflicted, Outcome, Party, Retired, Synced, Waiting
from sluse.model.registration import Registration, Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.plan.client import difference
from sluse.reconcile.failed import failed
from sluse.reconcile.journal import Journal
from sluse.reconcile.throwaway import is_withheld, throwaway_key
from sluse.registrar.port import Altered, Held, Mark, Observed, Registrar
from sluse.words.said import say


@dataclass(frozen=True)
class Converge:
    """One environment's converging. `now` and `new_id` are injected; an id is part of nothing but our own books."""

    environment: Environment
    repository_id: str
    registrar: Registrar
    journal: Journal
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    ended: Callable[[], Collection[str]]
    """Client ids of which a person says that the authority ended them: asked only where the credential is lost."""
    _known_clean: set[str] = field(default_factory=set, repr=False)
    """Intents of this process whose every attempt is known to have done nothing at the authority."""

    async def __call__(self, key: ClientKey, wanted: HelseIDClientSpec) -> Outcome:
        """Converge one client. The caller holds the object's lock: two runs for one client would both create."""
        try:
            if wanted.registration is None or wanted.use is Use.RETIRED:
                return await self._retire(key)
            return await self._establish(key, wanted.registration, wanted.use)
        except RegistrarError as error:
            return await self._failed(key, error)

    def mark(self, key: ClientKey) -> Mark:
        """Return what we write at the authority to know a registration as ours."""
        return Mark(f"{self.repository_id}/{self.environment.value}/{key}")

    async def _failed(self, key: ClientKey, error: RegistrarError) -> Outcome:
        """Translate what the authority said; what it registered although it said no is anchored first."""
        if isinstance(error, Altered) and error.held is not None:
            await self._anchor(key, error.held)
        held = await self._held(key)
        return failed(error, held)

    async def _establish(self, key: ClientKey, registration: Registration, use: Use) -> Outcome:
        credential = await self.journal.credential(key) or await self._adopt(key)
        if credential is not None:
            observed = await self._observe(key, credential)
            if observed is not None:
                if observed.mark is not None and observed.mark != self.mark(key):
                    return _foreign(observed.mark, await self._held(key))
                return await self._update(key, observed.held or credential, observed, registration, use)
            await self._let_go(key)
        elif (lost := await self._lost(key)) is not None:
            return lost
        if use is Use.WITHHELD and not self.registrar.capabilities.withhold:
            return Synced(HeldClient(use=Use.WITHHELD, since=self.now()))
        created, first = await self._create(key, registration)
        return await self._update(key, created, Observed(first, self.mark(key)), registration, use)

    async def _observe(self, key: ClientKey, credential: Held) -> Observed | None:
        """Read what is held; a credential that reading changed is durable before anything else happens."""
        observed = await self.registrar.observe(credential)
        if observed is not None and observed.held is not None:
            await self.journal.keep_credential(key, observed.held)
        return observed

    async def _adopt(self, key: ClientKey) -> Held | None:
        """Find what an interrupted creation left, where the authority can tell; anchor it."""
        if not self.registrar.capabilities.list:
            return None
        found = await self.registrar.find(self.mark(key))
        if not found:
            return None
        await self._anchor(key, found[0])
        return found[0]

    async def _create(self, key: ClientKey, registration: Registration) -> tuple[Held, Registration]:
        first = registration
        if self.registrar.capabilities.withhold:
            first = registration.model_copy(update={"keys": (throwaway_key(),)})
        intent = await self._intend(key)
        try:
            created = await self.registrar.create(first, self.mark(key))
        except AuthorityUnavailable as error:
            if error.may_have_acted:
                self._known_clean.discard(intent.id)
            raise
        except Refused:
            await self._forget(key)
            raise
        self._known_clean.discard(intent.id)
        await self._anchor(key, created)
        return created, self.registrar.normalise(first)

    async def _intend(self, key: ClientKey) -> Intent:
        """Make the intent durable. One that an earlier run left may stand for an orphan: it is named, and used again."""
        held = await self._held(key)
        if held.intent is not None:
            if held.intent.id not in self._known_clean and held.intent not in held.possible_orphans:
                orphans = (*held.possible_orphans, held.intent)[-20:]
                await self.journal.record(key, held.model_copy(update={"possible_orphans": orphans}))
            return held.intent
        intent = Intent(id=self.new_id(), since=self.now())
        self._known_clean.add(intent.id)
        await self.journal.record(key, HeldClient(intent=intent, possible_orphans=held.possible_orphans))
        return intent

    async def _forget(self, key: ClientKey) -> None:
        held = await self._held(key)
        if held.intent is not None and held.intent.id in self._known_clean:
            await self.journal.record(key, held.model_copy(update={"intent": None}))

    async def _anchor(self, key: ClientKey, created: Held) -> None:
        """Make the credential durable first: without it the registration could never be managed again."""
        await self.journal.keep_credential(key, created)
        held = await self._held(key)
        anchor = Anchor(client_id=created.client_id, uri=created.uri, since=self.now())
        orphans = () if self.registrar.capabilities.list else held.possible_orphans
        await self.journal.record(key, HeldClient(anchor=anchor, use=Use.WITHHELD, possible_orphans=orphans))

    async def _update(
        self, key: ClientKey, credential: Held, observed: Observed, registration: Registration, use: Use
    ) -> Outcome:
        target = self.registrar.normalise(self._with_keys(registration, use, observed.registration))
        changes = (*map(str, difference(target, observed.registration)), *observed.drift)
        if changes:
            written = await self.registrar.update(credential, target, self.mark(key))
            if written != credential:
                await self.journal.keep_credential(key, written)
        held = await self._held(key)
        anchor = held.anchor or Anchor(client_id=credential.client_id, uri=credential.uri, since=self.now())
        fresh = held.digest != registration.digest or held.use is not use or held.since is None
        after = HeldClient(
            anchor=anchor,
            digest=registration.digest,
            use=use,
            since=self.now() if fresh else held.since,
            keys=registration.keys,
            possible_orphans=held.possible_orphans,
        )
        return Synced(after, changed="; ".join(changes))

    @staticmethod
    def _with_keys(registration: Registration, use: Use, observed: Registration) -> Registration:
        """Withheld means that only keys which nobody holds are registered; one such key is as good as another."""
        if use is Use.OPEN:
            return registration
        keys = observed.keys if is_withheld(observed) else (throwaway_key(),)
        return registration.model_copy(update={"keys": keys})

    async def _retire(self, key: ClientKey) -> Outcome:
        credential = await self.journal.credential(key) or await self._adopt(key)
        if credential is not None:
            foreign = await self._end(key, credential)
            if foreign is not None:
                return foreign
            await self._let_go(key)
        elif (lost := await self._lost(key)) is not None:
            return lost
        held = await self._held(key)
        orphans = held.possible_orphans if held.intent is None else (*held.possible_orphans, held.intent)[-20:]
        since = held.since if held.retired else self.now()
        return Retired(HeldClient(use=Use.RETIRED, retired=True, since=since, possible_orphans=orphans))

    async def _end(self, key: ClientKey, credential: Held) -> Conflicted[HeldClient] | None:
        """End a registration that we can read.

        That we are about to is durable first: where the authority cannot tell "gone" from "not yours", only that
        lets a later run take a refused credential for done.
        """
        held = await self._held(key)
        try:
            observed = await self._observe(key, credential)
            if observed is None:
                return None
            if observed.mark is not None and observed.mark != self.mark(key):
                return _foreign(observed.mark, held)
            if held.use is not Use.RETIRED:
                await self.journal.record(key, held.model_copy(update={"use": Use.RETIRED}))
            await self.registrar.retire(observed.held or credential)
        except Unauthorised:
            if held.use is not Use.RETIRED or self.registrar.capabilities.tells_absence:
                raise
        return None

    async def _let_go(self, key: ClientKey) -> None:
        """Forget a registration that is gone: the anchor first, since an anchor without credential means a lost one."""
        held = await self._held(key)
        if held.anchor is not None:
            await self.journal.record(key, held.model_copy(update={"anchor": None, "digest": None}))
        await self.journal.drop_credential(key)

    async def _lost(self, key: ClientKey) -> Waiting[HeldClient] | None:
        """Refuse to register a second time what is anchored: only its management credential is lost."""
        held = await self._held(key)
        if held.anchor is None:
            return None
        if held.anchor.client_id in self.ended():
            await self._let_go(key)
            return None
        message = say(
            "the management credential of client {client_id} is lost (Secret sluse-anchor-{key}); "
            "restore the Secret, or have the authority end the registration and say so, as operator/RECOVERY.md tells",
            client_id=held.anchor.client_id,
            key=key,
        )
        return Waiting("CredentialLost", message, Party.CLUSTER_OPERATOR, held)

    async def _held(self, key: ClientKey) -> HeldClient:
        return await self.journal.held(key)


def _foreign(mark: Mark, held: HeldClient) -> Conflicted[HeldClient]:
    return Conflicted(
        mark.text, say("the registration bears the mark {mark}, which is not ours", mark=repr(mark.text)), held
    )
