"""What a visit may become and what must be there before it does; pure."""
