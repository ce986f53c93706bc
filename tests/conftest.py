"""What holds for every test: they read English, whatever the locale of who runs them."""

from __future__ import annotations

import os

os.environ["LC_ALL"] = "C.UTF-8"
