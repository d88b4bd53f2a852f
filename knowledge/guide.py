"""Questions that decide which papers somebody needs, as data in the record. Shapes: docs/curated-records.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Answers = Mapping[str, str]
"""What somebody has answered: question id → option id."""

MOST_QUESTIONS = 5
"""On one path, from the first question to the list: more is a form, not a conversation."""


UNSURE = "unsure"
"""Id of the option for who does not know: what it lets in keeps its words on when it is needed."""


@dataclass(frozen=True)
class When:
    """A condition on answers: each question named must have got one of its options. Without any it always holds."""

    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.needs)

    def holds(self, answers: Answers) -> bool:
        """Say whether it holds; a question not answered (because it was not asked) does not fulfil it."""
        return all(answers.get(question) in options for question, options in self.needs)

    def settled_by(self, answers: Answers) -> bool:
        """Say whether the answers leave no doubt on it."""
        return bool(self.needs) and all(answers.get(question) != UNSURE for question, _ in self.needs)

    def names(self, question: str, option: str) -> bool:
        """Say whether `option` of `question` is among what it asks for."""
        return any(name == question and option in options for name, options in self.needs)


ALWAYS = When()


@dataclass(frozen=True)
class GuideOption:
    """An answer to choose. `words`: other words in which people say it, to be recognised in what they type."""

    id: str
    label: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class GuideQuestion:
    """One short question. Asked only where `when` holds, which names earlier questions only."""

    id: str
    ask: str
    options: tuple[GuideOption, ...]
    why: str = ""
    when: When = ALWAYS

    def option(self, option_id: str) -> GuideOption | None:
        """Return the option of that id, if there is one."""
        return next((option for option in self.options if option.id == option_id), None)


@dataclass(frozen=True)
class Guide:
    questions: tuple[GuideQuestion, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.questions)

    def question(self, question_id: str) -> GuideQuestion | None:
        """Return the question of that id, if there is one."""
        return next((question for question in self.questions if question.id == question_id), None)

    def settled(self, answers: Answers) -> dict[str, str]:
        """Return the answers that count, in the order of the questions.

        Left out: unknown ones, and those to a question that is not asked any more once an earlier answer was changed.
        """
        kept: dict[str, str] = {}
        for question in self.questions:
            chosen = answers.get(question.id, "")
            if question.when.holds(kept) and question.option(chosen):
                kept[question.id] = chosen
        return kept

    def next_question(self, answers: Answers) -> GuideQuestion | None:
        """Return the first question that is to be asked and has no answer yet; None when all is known."""
        known = self.settled(answers)
        open_ = (question for question in self.questions if question.id not in known and question.when.holds(known))
        return next(open_, None)

    def branches(self, answers: Answers | None = None) -> Iterator[dict[str, str]]:
        """Yield every way to answer, from `answers` on."""
        known = self.settled(answers or {})
        question = self.next_question(known)
        if question is None:
            yield known
            return
        for option in question.options:
            yield from self.branches({**known, question.id: option.id})

    def longest(self, answers: Answers | None = None) -> int:
        """Return how many questions there are at most, those answered included."""
        return max((len(branch) for branch in self.branches(answers)), default=0)


NO_GUIDE = Guide()
