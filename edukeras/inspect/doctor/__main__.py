"""python -m edukeras.inspect.doctor > docs/doctor.md: writes the page of all codes."""

from edukeras.inspect.doctor.codes import page

if __name__ == "__main__":
    print(page(), end="")
