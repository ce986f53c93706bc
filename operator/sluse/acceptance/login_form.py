"""Find the login form in a page, as a person would: the form that has a password field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from sluse.acceptance.places import joined

_TYPED = frozenset({"text", "email", "tel", ""})
_UNSENT = frozenset({"submit", "button", "image", "reset", "file", "checkbox", "radio"})


@dataclass(frozen=True)
class LoginForm:
    """Where it goes, and what it holds already. `user` and `password` are the names of the two fields to fill in."""

    action: str
    method: str
    user: str
    password: str
    fields: Mapping[str, str] = field(repr=False)

    def filled(self, username: str, password: str) -> dict[str, str]:
        """Return what is sent."""
        return {**self.fields, self.user: username, self.password: password}


def find(page: str, url: str) -> LoginForm | None:
    """Return the login form of a page at `url`, or None where it has none that can be filled in.

    Unreachable where the form goes to an address that cannot be read.
    """
    parser = _Forms()
    parser.feed(page)
    for attributes, inputs in parser.forms:
        user = next((name for name, kind, value in inputs if kind in _TYPED and not value), None)
        password = next((name for name, kind, _ in inputs if kind == "password"), None)
        if user and password:
            fields = {name: value for name, kind, value in inputs if kind not in _UNSENT}
            method = attributes.get("method", "get").lower()
            return LoginForm(joined(url, attributes.get("action", "")), method, user, password, fields)
    return None


class _Forms(HTMLParser):
    """Collects (attributes, [(name, type, value)]) of every form."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[dict[str, str], list[tuple[str, str, str]]]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((attributes, []))
            self._open = True
        elif tag == "input" and self._open and attributes.get("name"):
            kind = attributes.get("type", "").lower()
            self.forms[-1][1].append((attributes["name"], kind, attributes.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False
