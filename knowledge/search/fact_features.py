"""What the model of facts sees of a message: words and their order, letters, and the lexicon's phrases of asking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from knowledge.search.asked import phrase_labels
from knowledge.search.normaliser import Question
from knowledge.text import bigrams, fold

_MOST_TOKENS = 60
_MOST_LETTERS = 300
_LONG_MESSAGE = 12


def fact_features(question: Question) -> list[str]:
    """Return the features of a message that was read; each kind with a mark of its own."""
    tokens = question.tokens[:_MOST_TOKENS]
    found = [*tokens, *_groups(tokens), *(f"^{word}" for word in question.marked.split()[:_MOST_TOKENS])]
    for token in tokens:
        found += letter_groups(f"<{token}>", 3, "#")
    for label in phrase_labels(tokens):
        found += (f"={label}",) * 3
    found += _frame(tokens)
    # Across words, and as typed: what the reading made of a slip may be another word.
    typed = f" {fold(question.typed[:_MOST_LETTERS])} "
    return [*found, *letter_groups(typed, 4, "@"), *letter_groups(typed, 5, "@")]


def letter_groups(text: str, size: int, mark: str = "") -> list[str]:
    """Return every `size` neighbouring letters of `text`, each after `mark`."""
    return [mark + text[place : place + size] for place in range(len(text) - size + 1)]


def _groups(tokens: Sequence[str]) -> Iterator[str]:
    """Pairs and triples of neighbours; pairs with one or two words between them ("được … không")."""
    edged = ["<", *tokens, ">"]
    yield from bigrams(edged)
    yield from (" ".join(edged[place : place + 3]) for place in range(len(edged) - 2))
    for apart in (2, 3):
        yield from (f"~{first} {last}" for first, last in zip(tokens, tokens[apart:], strict=False))


def _frame(tokens: Sequence[str]) -> Iterator[str]:
    """How a message begins and ends, and how long it is: short ones name no matter."""
    yield f"_{min(len(tokens), _LONG_MESSAGE) // 2}"
    if tokens:
        yield from ("$" + " ".join(tokens[-count:]) for count in (1, 2, 3))
        yield f"^{' '.join(tokens[:2])}"
