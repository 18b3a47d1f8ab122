"""What a buggy program is: the code, what is wrong with it, and how to mend it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Buggy:
    """A program with a misconception.

    Attributes:
        code: the finding that it must get: "EK022".
        program: source that leaves `model` and the data behind.
        fixes: pairs (old, new); replacing them gives the mended program.
    """

    name: str
    code: str
    program: str
    fixes: tuple[tuple[str, str], ...]

    @property
    def mended(self) -> str:
        text = self.program
        for old, new in self.fixes:
            assert old in text, f"{self.name}: {old!r} is not in the program"
            text = text.replace(old, new)
        return text


def buggy(name, code, program, *fixes):
    return Buggy(name, code, program, fixes)
