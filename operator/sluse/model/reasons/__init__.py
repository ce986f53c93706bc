"""Every reason by its name: what it means, who must act, and what they do. Told by `sluse explain`."""
