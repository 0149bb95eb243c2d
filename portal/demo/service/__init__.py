"""Loading the demo: its people and devices, then its tickets, told in the order in which they happened."""
