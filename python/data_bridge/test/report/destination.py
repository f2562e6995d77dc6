"""The file that a report goes to: all of it or nothing."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path


class DestinationError(Exception):
    """A file that cannot be written, said in a line."""


@dataclass(frozen=True)
class Destination:
    """A file, and the format that it is to have."""

    name: str
    format: str

    def check(self) -> None:
        """See whether the file can be written, before hours are spent on what goes into it.

        Raises:
            DestinationError: it cannot.
        """
        path = self._path
        if path.is_dir():
            raise DestinationError(f"cannot write {self.name}: it is a folder")
        if not path.parent.is_dir():
            raise DestinationError(
                f"cannot write {self.name}: the folder {path.parent} does not exist"
            )
        if self._is_written_in_place:
            return
        try:
            trial = _beside(path)
            trial.touch()
            trial.unlink()
        except OSError as error:
            raise DestinationError(f"cannot write {self.name}: {error.strerror}") from None

    def write(self, text: str) -> None:
        """Put the text in the place of what the file held.

        Raises:
            DestinationError: that failed; the file is as it was, and the text in another, which
                the message names.
        """
        path = self._path
        try:
            if self._is_written_in_place:
                path.write_text(text, encoding="utf-8", errors="backslashreplace")
                return
            beside = _beside(path)
            try:
                with beside.open("w", encoding="utf-8", errors="backslashreplace") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)
        except OSError as error:
            why = f"cannot write {self.name}: {error.strerror}"
            raise DestinationError(f"{why}; {_rescued(text, path.suffix)}") from None

    @property
    def _path(self) -> Path:
        # A link stays one: what it leads to is replaced.
        return Path(self.name).resolve()

    @property
    def _is_written_in_place(self) -> bool:
        """Whether this is a pipe or a terminal, which nothing may take the place of."""
        return self._path.exists() and not self._path.is_file()


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")


def _rescued(text: str, suffix: str) -> str:
    """Keep what cannot be written where it should be; gives where it is."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="dbtest-", suffix=suffix, delete=False, encoding="utf-8"
        ) as file:
            file.write(text)
    except OSError as error:
        return f"nor can a temporary file be written: {error.strerror}"
    return f"the report is in {file.name}"
