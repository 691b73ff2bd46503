"""The story of 辰光科技, told by a seed and a day: plain values, the same ones every time."""
