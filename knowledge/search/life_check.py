"""What is wrong in the lexicon of life, each fault with file and line."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from unicodedata import normalize

from knowledge.curated import line_of, read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.search.life import Kind, shape_faults
from knowledge.search.normalise import Lexicon, expand_abbreviations
from knowledge.text import fold


def life_faults(path: Path, lexicon: Lexicon, codes: Collection[str] | None = None) -> list[RecordInvalidError]:
    """Return the faults of the file. codes: all that the catalogue knows; None leaves them unchecked."""
    try:
        data = read_yaml(path)
    except RecordInvalidError as fault:
        return [fault]
    found = list(shape_faults(path, data))
    if found:
        return found
    places = [*_twice(data, lexicon), *_worthless(data, lexicon)]
    places += [] if codes is None else _unknown(data, codes)
    return [RecordInvalidError(f"{path}:{line_of(path, place)}", told) for place, told in sorted(places)]


_Place = tuple[list[int | str], str]


def _phrases(data: list[dict[str, list[str]]]) -> Iterator[tuple[int, int, str]]:
    for number, entry in enumerate(data):
        for place, phrase in enumerate(entry["say"]):
            yield number, place, phrase


def _twice(data: list[dict[str, list[str]]], lexicon: Lexicon) -> Iterator[_Place]:
    """The same words in two entries, whatever their marks and abbreviations: search could not tell which is meant.

    A bare name may stand in another entry too: there is what it means to search, here that alone it is not enough.
    """
    seen: dict[tuple[bool, str], tuple[int, str]] = {}
    for number, place, phrase in _phrases(data):
        bare = data[number].get("kind") == Kind.BARE_NAME.value
        for words in (fold(phrase), " ".join(expand_abbreviations(phrase, lexicon))):
            entry, first = seen.setdefault((bare, words), (number, phrase))
            if entry != number:
                other = data[entry]["say"][0]
                yield [number, "say", place], f"«{phrase}» is read as «{first}», which the entry of «{other}» has"
                break


def _worthless(data: list[dict[str, list[str]]], lexicon: Lexicon) -> Iterator[_Place]:
    for number, place, phrase in _phrases(data):
        words = expand_abbreviations(phrase, lexicon)
        if not words or (len(words) == 1 and words[0] in lexicon.asking):
            yield [number, "say", place], f"«{phrase}» is a word that everybody uses in asking: it names nothing"
        elif normalize("NFC", phrase) != phrase:
            yield [number, "say", place], f"«{phrase}» is not composed Unicode (NFC)"


def _unknown(data: list[dict[str, list[str]]], codes: Collection[str]) -> Iterator[_Place]:
    for number, entry in enumerate(data):
        for place, code in enumerate(entry.get("codes", ())):
            if code not in codes:
                yield [number, "codes", place], f"no procedure of the catalogue has the code {code}"
