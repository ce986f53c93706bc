"""Notifications: who must be told what, in which words, and how it leaves."""
