"""What is a resource?  The unified schema, its vocabularies, the sources and the store. Imports nothing of ours."""
