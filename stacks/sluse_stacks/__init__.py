"""Stack config, typed, and the Pulumi program made of `sluse.desired`. The only room that imports Pulumi."""
