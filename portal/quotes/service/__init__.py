"""What is done with quotes, a file for each subject."""
