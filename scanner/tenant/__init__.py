"""Microsoft's clouds: where they are, how to sign in, and one client that loses no page."""
