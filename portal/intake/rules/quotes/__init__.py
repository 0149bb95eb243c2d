"""What is new in a message, apart from the history below it; and what a forwarded message says of itself."""
