"""What a contract promises, worked out without a database."""
