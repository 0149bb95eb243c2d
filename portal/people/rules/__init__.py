"""Plain decisions about people: passwords, phone desk hours."""
