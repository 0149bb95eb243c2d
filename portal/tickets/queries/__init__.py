"""What may be seen of tickets, and by whom."""
