"""What is done with organisations, contacts, users and their sign-in, a file for each subject."""
