"""What production is entitled to, and what may be done about it now. Pure: signatures, policy and time in, reasons out."""
