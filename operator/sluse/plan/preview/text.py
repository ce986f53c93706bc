"""A preview as lines for a terminal, in the reader's language. The same words as `sluse gate` and `sluse explain`."""

from __future__ import annotations

from collections.abc import Iterator

from sluse.plan.preview.step import UNKNOWN, in_words
from sluse.plan.preview.value import Action, Effect, GateView, Item, Need, Part, Preview, Touched
from sluse.rules.shown import listed
from sluse.words.said import Translate, counted, say, several

ENVIRONMENTS = (say("test"), say("production"))
_ORGANISATION = "Organisation"


def lines(preview: Preview, words: Translate) -> Iterator[str]:
    """Yield everything."""
    yield f"{against(preview, words)}: {summary(preview, words)}"
    for each in preview.new_faults:
        yield f"{each.place}: {words(each.severity)} {each.rule}: {words(each.message)}"
        if each.hint:
            yield f"  {words(say('hint:'))} {words(each.hint)}"
    yield from stood_before(preview, words)
    yield from (f"{words(say('fuse'))}: {words(each)}" for each in preview.fuse)
    for item in preview.items:
        yield ""
        yield from _item(item, words)
    if preview.notes:
        yield ""
        yield from (f"{words(say('note'))}: {words(each)}" for each in preview.notes)


def against(preview: Preview, words: Translate) -> str:
    """Return which two sides are compared."""
    return words(say("{head} against {base}", head=preview.head, base=preview.base))


def summary(preview: Preview, words: Translate) -> str:
    """Return the whole in a line: how many of each action, and whom it reaches."""
    if not preview.items:
        return words(say("no integration is concerned, and all that is registered stays as it is"))
    acted = [each for environment in ENVIRONMENTS if (each := _acted(preview, environment, words))]
    said = say(
        "{concerned} concerned ({what}); all else stays as it is; {reached}",
        concerned=_concerned(preview),
        what="; ".join(acted) if acted else say("nothing that is registered changes"),
        reached=reached(preview.touched),
    )
    return words(said)


def _concerned(preview: Preview) -> str:
    """Return how many integrations, and how many organisations' own files, which are none."""
    organisations = sum(each.kind == _ORGANISATION for each in preview.items)
    others = len(preview.items) - organisations
    counts = (
        (others, counted(others, "1 integration", "{number} integrations")),
        (organisations, counted(organisations, "1 organisation's own file", "{number} organisations' own files")),
    )
    return listed([said for number, said in counts if number])


def _acted(preview: Preview, environment: str, words: Translate) -> str:
    """Return how many of each action, the weightiest first; empty where everything stays."""
    actions = [each.effect(environment).action for each in preview.items]
    counts = [
        f"{actions.count(each)} {done(each, words)}"
        for each in reversed(Action)
        if each is not Action.KEEP and each in actions
    ]
    return f"{words(environment)}: {', '.join(counts)}" if counts else ""


def stood_before(preview: Preview, words: Translate) -> Iterator[str]:
    """Yield how many problems were there before, where any were."""
    old = len(preview.faults) - len(preview.new_faults)
    if old:
        yield words(
            counted(
                old,
                "1 problem in the files was there before; sluse check tells",
                "{number} problems in the files were there before; sluse check tells",
            )
        )


def reached(touched: Touched) -> str:
    """Return whom it reaches, in numbers."""
    counts = (
        (touched.organisations, counted(len(touched.organisations), "1 organisation", "{number} organisations")),
        (touched.integrations, counted(len(touched.integrations), "1 integration", "{number} integrations")),
        (touched.clients, counted(len(touched.clients), "1 client", "{number} clients")),
        (touched.hosts, counted(len(touched.hosts), "1 host", "{number} hosts")),
    )
    found = [said for names, said in counts if names]
    return say("together with whom it reaches: {what}", what=several(found, ", ")) if found else say("reaches nobody")


def done(action: Action, words: Translate) -> str:
    """Return what becomes of something, in a word or two."""
    return words(_DONE[action])


_DONE = {
    Action.KEEP: say("unchanged"),
    Action.CREATE: say("created"),
    Action.CHANGE: say("changed"),
    Action.HELD: say("held back"),
    Action.RETIRE: say("retired"),
}


def gate_line(view: GateView | None, words: Translate) -> str:
    """Return what the gate says, in a line."""
    if view is None:
        return words(say("it says nothing of it"))
    said = words(
        say(
            "entitled to production: what was accepted has digest T {tested}, {use}",
            tested=view.tested[:12],
            use=_use(view),
        )
        if view.entitled
        else say("not entitled to production")
    )
    step = f"; {words(in_words(view.step))}" if view.step != UNKNOWN else ""
    if not view.reasons:
        return f"{said}{step}"
    waits = "; ".join(f"{words(on)}: {check}" for on, check in view.reasons)
    return f"{said}{step}; {words(say('waits on'))} {waits}"


def _use(view: GateView) -> str:
    when = view.opens
    return say("may be used since {when}", when=when) if view.past else say("may be used from {when}", when=when)


def use_line(part: Part, words: Translate) -> str:
    """Return the part's action and use."""
    uses = [each for each in dict.fromkeys((part.before, part.after)) if each]
    use = f" ({' -> '.join(uses)})" if uses else ""
    return f"{done(part.action, words)}{use}{f': {words(part.why)}' if part.why else ''}"


def named(item: Item, words: Translate) -> str:
    """Return its name, its kind, and what became of its file."""
    file = f", {words(say('file'))} {words(item.file)}" if item.file else ""
    return f"{item.name} ({item.kind}{file})"


def _needed(need: Need, words: Translate) -> str:
    """Return who must do what, and why."""
    stood = "" if need.new else f" ({words(say('as before'))})"
    return f"{words(say('on {party}: {check}', party=words(need.on), check=need.check))}: {words(need.message)}{stood}"


def _item(item: Item, words: Translate) -> Iterator[str]:
    yield named(item, words)
    yield from (f"  {words(each)}" for each in item.says)
    if item.authored:
        yield f"  {words(say('file'))}"
        yield from (f"    {words(each.field_class.value):<11} {each.change.told(words)}" for each in item.authored)
    if item.signed:
        yield f"  {words(say('statements'))}"
        yield from (f"    {each.told(words)}" for each in item.signed)
    for effect in item.effects:
        yield from _effect(effect, words)
    if item.gate is not None:
        before, after = item.gate
        yield f"  {words(say('gate'))}"
        if before == after:
            yield f"    {words(say('as before')):<11} {gate_line(after, words)}"
        else:
            yield f"    {words(say('before')):<11} {gate_line(before, words)}"
            yield f"    {words(say('after')):<11} {gate_line(after, words)}"
    for need in item.needs:
        yield f"  {words(say('waits')):<11} {_needed(need, words)}"
    yield from (f"  {words(say('reaches')):<11} {words(each)}" for each in item.reaches)
    if item.touched.hosts:
        yield f"  {words(say('hosts')):<11} {', '.join(item.touched.hosts)}"


def _effect(effect: Effect, words: Translate) -> Iterator[str]:
    yield f"  {words(effect.environment)}: {done(effect.action, words)}"
    for part in effect.parts:
        yield f"    {words(part.kind)} {part.name}: {use_line(part, words)}"
        yield from (f"      {each.told(words)}" for each in part.changes)
