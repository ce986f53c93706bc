"""Bounds that keep one file from slowing everybody down. A real integration is about 2 KiB, 6 deep, 150 values."""

from __future__ import annotations

DOCUMENT_BYTES = 64 * 1024
DECISION_BYTES = 128 * 1024  # a rejection may carry fifty findings of 2,000 characters
FILE_BYTES = 256 * 1024
DEPTH = 20
VALUES = 10_000
