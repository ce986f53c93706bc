"""Openings: who must reach whom, and the same as rules for Kubernetes, Cilium, nftables, CSV and JSON. Pure."""
