"""What should be there: the resources of an environment and of an organisation's stack. Pure, sorted, deterministic."""
