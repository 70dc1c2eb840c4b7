"""What was meant, in what order, and why?  Imports catalog and indexer."""
