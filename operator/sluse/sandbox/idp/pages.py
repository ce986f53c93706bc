"""The login form: plain HTML, for a browser and for a programme that reads forms."""

from __future__ import annotations

from html import escape

from aiohttp import web

_HEADERS = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; form-action *"}


def login_form(title: str, handle: str, complaint: str = "") -> web.Response:
    """Return the page; `complaint` is shown above the fields."""
    page = f"""<!doctype html>
<html lang="en"><title>{escape(title)}</title>
<h1>{escape(title)}</h1>
<p>Synthetic users only.</p>
<p role="alert">{escape(complaint)}</p>
<form method="post" action="/login">
<input type="hidden" name="handle" value="{escape(handle)}">
<label>User <input type="text" name="username" autocomplete="username" required></label>
<label>Password <input type="password" name="password" autocomplete="current-password" required></label>
<button type="submit">Log in</button>
</form></html>
"""
    return web.Response(text=page, content_type="text/html", headers=_HEADERS)


def told(status: int, complaint: str) -> web.Response:
    """Return a page that says what is wrong: there is nobody to send the browser back to."""
    page = f'<!doctype html>\n<html lang="en"><title>Refused</title>\n<p role="alert">{escape(complaint)}</p></html>\n'
    return web.Response(status=status, text=page, content_type="text/html", headers=_HEADERS)
