"""Plain arithmetic of people: reading a workbook, its cells and headers; lines of managers."""
