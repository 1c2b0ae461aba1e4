"""Let people decide what the program cannot: propose → judge → apply.

In: a built graph and the decisions behind it. Out: questions, the most consequential first
(`propose`); judgements in a text file that belongs under version control (`judge`, `append_judgements`); and in
every later build the entities and claims as people want them (`constraints`, `apply_judgements`).
Nothing here prints: the terminal, a spreadsheet and the web explorer ask the same questions.
"""

from kg.review.applying import Applied, Outcome, apply_judgements, constraints
from kg.review.judgement_file import (
    JUDGEMENTS_FILE,
    append_judgements,
    find_beside_settings,
    read_judgements,
    remove_judgement,
)
from kg.review.judgements import Judgement
from kg.review.proposals import judgements_file, propose
from kg.review.questions import Question, judge

__all__ = [
    "JUDGEMENTS_FILE",
    "Applied",
    "Judgement",
    "Outcome",
    "Question",
    "append_judgements",
    "apply_judgements",
    "constraints",
    "find_beside_settings",
    "judge",
    "judgements_file",
    "propose",
    "read_judgements",
    "remove_judgement",
]
