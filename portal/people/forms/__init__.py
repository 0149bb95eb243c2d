"""Shape and wording of what people fill in about people, a file for each subject."""
