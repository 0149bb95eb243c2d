"""What is known for telling people, a file for each subject."""
