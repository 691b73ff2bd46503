"""Who did and who read what: written with the act, sealed a second later, verifiable by anyone."""
