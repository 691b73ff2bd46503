"""The pages of bonuses: plans with their simulator, pools, letters."""
