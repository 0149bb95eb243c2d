"""What dispatch reads, a file for each subject."""
