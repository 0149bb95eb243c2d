"""What a scenario file may say, and how what it expects is compared with what was found."""
