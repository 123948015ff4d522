"""Finding what several readers wrote about: sentences in, proposals out. Nothing here reads or writes a row."""
