"""How other programs ask and cite: over `Assistant`, and nothing else."""
