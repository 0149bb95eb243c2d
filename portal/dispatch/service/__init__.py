"""What dispatch does, a file for each subject."""
