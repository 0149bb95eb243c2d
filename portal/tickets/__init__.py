"""One request and all that follows: its conversation, phases, status and files."""
