"""Benchmarks: what the project costs. Each prints one table; figures in docs/performance.md. Never run as tests."""
