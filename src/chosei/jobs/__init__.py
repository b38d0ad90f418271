"""Jobs: shallow, keyed, safe to run twice. The logic has a name elsewhere."""
