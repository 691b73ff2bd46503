"""Messages to people, in the product and by e-mail; nothing confidential is ever in a message."""
