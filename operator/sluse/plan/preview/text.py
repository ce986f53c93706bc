"""A preview as lines for a terminal. The same words as `sluse gate` and `sluse explain`."""

from __future__ import annotations

from collections.abc import Iterator

from sluse.plan.preview.value import Action, Effect, GateView, Item, Part, Preview, Touched


def lines(preview: Preview) -> Iterator[str]:
    """Yield everything."""
    yield f"{preview.head} against {preview.base}: {summary(preview)}"
    for each in preview.new_faults:
        yield f"{each.place}: {each.severity} {each.rule}: {each.message}"
        if each.hint:
            yield f"  hint: {each.hint}"
    yield from stood_before(preview)
    yield from (f"fuse: {each}" for each in preview.fuse)
    for item in preview.items:
        yield ""
        yield from _item(item)
    if preview.notes:
        yield ""
        yield from (f"note: {each}" for each in preview.notes)


def summary(preview: Preview) -> str:
    """Return the whole in a line: how many of each action, and whom it reaches."""
    if not preview.items:
        return "nothing changes, all is kept"
    acted = "; ".join(each for environment in ("test", "production") if (each := _acted(preview, environment)))
    what = acted or "nothing is registered otherwise"
    return (
        f"{counted(len(preview.items), 'integration')} concerned ({what}); all else is kept; {reached(preview.touched)}"
    )


def _acted(preview: Preview, environment: str) -> str:
    """Return how many of each action, the weightiest first; empty where everything stays."""
    actions = [each.effect(environment).action for each in preview.items]
    counts = [
        f"{each.value} {actions.count(each)}"
        for each in reversed(Action)
        if each is not Action.KEEP and each in actions
    ]
    return f"{environment}: {', '.join(counts)}" if counts else ""


def stood_before(preview: Preview) -> Iterator[str]:
    """Yield how many problems were there before, where any were."""
    old = len(preview.faults) - len(preview.new_faults)
    if old:
        yield f"{counted(old, 'problem')} in the files {'was' if old == 1 else 'were'} there before; sluse check tells"


def reached(touched: Touched) -> str:
    """Return whom it reaches, in numbers."""
    counts = [
        (touched.organisations, "organisation"),
        (touched.integrations, "integration"),
        (touched.clients, "client"),
        (touched.hosts, "host"),
    ]
    said = ", ".join(counted(len(names), noun) for names, noun in counts if names)
    return f"touches {said}" if said else "touches nobody"


def gate_line(view: GateView | None) -> str:
    """Return what the gate says, in a line."""
    if view is None:
        return "it says nothing of it"
    said = (
        f"entitled to production, T {view.tested[:12]}, opens {view.opens}"
        if view.entitled
        else "not entitled to production"
    )
    step = f"; now {view.step}" if view.step != "-" else ""
    waits = f"; waits on {'; '.join(f'{on}: {check}' for on, check in view.reasons)}" if view.reasons else ""
    return f"{said}{step}{waits}"


def use_line(part: Part) -> str:
    """Return the part's action and use."""
    use = f" {part.before or '-'} -> {part.after or '-'}" if part.before != part.after else f" {part.after}".rstrip()
    return f"{part.action.value}{use}{f': {part.why}' if part.why else ''}"


def _item(item: Item) -> Iterator[str]:
    file = f", file {item.file}" if item.file else ""
    yield f"{item.name} ({item.kind}{file})"
    yield from (f"  {each}" for each in item.says)
    if item.authored:
        yield "  file"
        yield from (f"    {each.field_class.value:<11} {each.change}" for each in item.authored)
    if item.signed:
        yield "  statements"
        yield from (f"    {each}" for each in item.signed)
    for effect in item.effects:
        yield from _effect(effect)
    if item.gate is not None:
        before, after = item.gate
        yield "  gate"
        if before == after:
            yield f"    as before   {gate_line(after)}"
        else:
            yield f"    before      {gate_line(before)}"
            yield f"    after       {gate_line(after)}"
    for need in item.needs:
        yield f"  waits       on {need.on}: {need.check}: {need.message}{'' if need.new else ' (as before)'}"
    yield from (f"  reaches     {each}" for each in item.reaches)
    if item.touched.hosts:
        yield f"  hosts       {', '.join(item.touched.hosts)}"


def _effect(effect: Effect) -> Iterator[str]:
    yield f"  {effect.environment}: {effect.action.value}"
    for part in effect.parts:
        yield f"    {part.kind} {part.name}: {use_line(part)}"
        yield from (f"      {each}" for each in part.changes)


def counted(number: int, noun: str) -> str:
    """Return `1 client` or `2 clients`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
