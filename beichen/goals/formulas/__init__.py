"""The arithmetic of goals: attainment of key results, roll-up, health and forecast. Plain values in and out."""
