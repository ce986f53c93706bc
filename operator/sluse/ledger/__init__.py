"""What was done and is held: one ConfigMap per organisation in the cluster, and a signed branch for people."""
