"""What intake does, a file for each subject."""
