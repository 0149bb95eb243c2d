"""What people do with tickets, a file for each subject."""
