"""The demo company 辰光科技, told as a story and loaded through the product's own rules where it matters."""
