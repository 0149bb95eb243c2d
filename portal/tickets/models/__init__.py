"""Tables of tickets, a file for each subject. portal.registry names each file."""
