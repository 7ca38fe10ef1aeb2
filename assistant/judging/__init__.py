"""The judge: a model that reads says what passages make of claims, under proof and examination."""
