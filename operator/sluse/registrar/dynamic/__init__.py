"""An authority that speaks dynamic client registration: RFC 7591 to register, RFC 7592 to manage."""
