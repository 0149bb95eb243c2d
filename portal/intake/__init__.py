"""How requests arrive by mail: raw store, parse, route, held mail."""
