"""What may happen to a ticket, decided without a database."""
