"""A file for what is not verified yet: it may name a patient, so it never lies in the clear on a disk.

The bytes of a request that are too many for memory stand in an unnamed temporary file, encrypted with AES-256 in
counter mode under a key that only this process knows and that ends with the file. Counter mode lets a ZIP be read
at any place. Each key serves one file, and the file only grows, so that no piece of the key stream is used twice.
A power cut leaves blocks that nobody can read.
"""

import io
import os
import secrets
import tempfile
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from cmr_registry.lib.files import storage_error

BLOCK = 16
READ_AHEAD = 2**18


class Spool(io.RawIOBase):
    """An unnamed encrypted file that is written once from front to back and then read anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self._key = secrets.token_bytes(32)
        self._file = tempfile.TemporaryFile(  # noqa: SIM115 - it lives as long as the spool
            buffering=0, dir=settings.FILE_UPLOAD_TEMP_DIR
        )
        self._encryptor = self._cipher(0).encryptor()
        self._size = self._place = 0

    def write(self, data: Any, /) -> int:
        """Append.

        Raises:
            StorageFullError: there is no room in the folder of temporary files.
            StorageError: the disk failed.
        """
        rest = memoryview(self._encryptor.update(bytes(data)))
        length = len(rest)
        try:
            self._file.seek(0, os.SEEK_END)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise storage_error(error) from error
        self._size += length
        return length

    def readinto(self, buffer: Any, /) -> int:
        """Fill `buffer` from the present place; 0 at the end."""
        skipped = self._place % BLOCK
        self._file.seek(self._place - skipped)
        box = self._file.read(skipped + len(buffer))
        found = self._cipher(self._place // BLOCK).decryptor().update(box)[skipped:]
        buffer[: len(found)] = found
        self._place += len(found)
        return len(found)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move the place of reading; writing always appends."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def tell(self) -> int:
        """The place of reading."""
        return self._place

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def close(self) -> None:
        """Forget the key and let the file go."""
        self._file.close()
        self._key = b""
        super().close()

    def reader(self) -> io.BufferedReader:
        """What was written, from the front; closing it closes the spool."""
        self.seek(0)
        return io.BufferedReader(self, READ_AHEAD)

    def _cipher(self, block: int) -> Cipher[CTR]:
        return Cipher(AES256(self._key), CTR(block.to_bytes(BLOCK, "big")))


class SpoolUploadHandler(FileUploadHandler):
    """Keeps the files of a form in spools; Django's own handlers would write them to the disk in the clear."""

    _spool: Spool

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file of the form."""
        super().new_file(*args, **kwargs)
        self._spool = Spool()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece of it."""
        self._spool.write(raw_data)

    def file_complete(self, file_size: int) -> Any:
        """The whole file, as Django hands it to a form."""
        return UploadedFile(
            self._spool.reader(),
            self.file_name,
            self.content_type,
            file_size,
            self.charset,
            self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        """Let a file go that will not be whole."""
        if hasattr(self, "_spool"):
            self._spool.close()
