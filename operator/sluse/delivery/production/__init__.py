"""Production's compiler: what the gate allows becomes what is wanted, from the accepted bytes. Pure."""
