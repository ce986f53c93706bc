"""The Kopf rim: a registry of thin handlers, the per-object lock, the wake-up schedule. The only room that imports kopf."""
