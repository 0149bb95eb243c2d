"""Who is told, in which words and language, and the proof that it left."""
