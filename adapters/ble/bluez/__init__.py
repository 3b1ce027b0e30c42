"""What Linux needs besides bleak: a pairing agent, and a keeper of what bonded devices send."""
