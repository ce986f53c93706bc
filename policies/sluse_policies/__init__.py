"""Policies made of the rule table: what a cluster's admission refuses. Never read from git; only installed code counts."""
