"""What an uploaded file may ask of us; beyond any of these it is refused with a sentence. Standard library only."""

from __future__ import annotations

MEBIBYTE = 1024 * 1024
#: The upload itself, and everything in it once inflated.
FILE_BYTES = 40 * MEBIBYTE
INFLATED_BYTES = 500 * MEBIBYTE
#: Above the first so many bytes, an entry that inflates to more than this many times its size is a bomb.
RATIO_FROM, RATIO = 8 * MEBIBYTE, 120
ENTRIES = 2000
ROWS = 400_000
CELLS = 6_000_000
COLUMNS = 200
#: Characters of one cell, and shared strings of a workbook with all their characters.
CELL_CHARACTERS = 4000
STRINGS, STRING_CHARACTERS = 4_000_000, 80_000_000
#: What the reading process may use: seconds, by the clock and of the processor, and address space.
SECONDS = 25
MEMORY_BYTES = 600 * MEBIBYTE
#: What it may say, compressed.
ANSWER_BYTES = 96 * MEBIBYTE
