"""What becomes of a mail: facts in, ordered and named steps, one outcome with its reasons out."""
