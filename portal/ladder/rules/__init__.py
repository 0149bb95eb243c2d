"""When a promised call is due, what a checklist asks and answers, and which address opens a remote session."""
