"""What people are told of, a file for each subject."""
