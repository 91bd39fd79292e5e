"""What is known of a session, folded from its events."""
