"""Matching against its peers, on one seeded workload: each file but the parts that they share prints one table."""
