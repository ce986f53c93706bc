"""Sluse: HelseID onboarding from git. The README at the root has the map of the rooms."""
