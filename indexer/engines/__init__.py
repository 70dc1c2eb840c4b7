"""One file an engine; opened by URL through indexer.engine.open_engine()."""
