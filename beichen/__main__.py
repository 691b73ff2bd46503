"""`python3 -m beichen …`: the commands. Standard library only, and readable by old Pythons up to the check below."""

import sys

OLDEST = (3, 11)


def main():  # type: () -> int
    """Refuse what cannot run at all, then hand over to the launcher."""
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        print(
            "Beichen needs Python 3.11 or newer, and this is "
            + found
            + "; start it with a newer one, for example `python3.12 -m beichen demo`.",
            file=sys.stderr,
        )
        return 1
    if sys.platform == "win32":
        print("Beichen runs on Linux and macOS; on Windows start it inside WSL.", file=sys.stderr)
        return 1
    from beichen.launch import commands

    return commands.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
