"""Shape and wording of what people type about tickets, a file for each side."""
