"""Our Kubernetes client: the few requests the product makes, typed, with every failure mapped to `sluse.errors`."""
