"""Measure and train what extracts: ``kg evaluate``, ``kg train``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.options import (
    annotations_of,
    jobs_options,
    json_option,
    settings_of,
    settings_options,
)
from kg.console import (
    FallsShort,
    examples,
    make_table,
    print_data,
    print_json,
    print_table,
    say,
    standard_input,
)
from kg.errors import InputError, SettingsError

if TYPE_CHECKING:
    from kg.evaluation import Evaluation

__all__ = ["evaluate", "train"]


@click.command(
    epilog=examples(
        "kg evaluate corpus/gold",
        "kg evaluate gold/ predicted.jsonl --show 20",
        "kg extract corpus | kg evaluate corpus/gold - --floor relation=0.4",
        "kg evaluate corpus/gold --engines builtin,hanlp:models/mine,builtin+hanlp:models/mine",
    )
)
@click.argument("gold", type=click.Path(path_type=Path))
@click.argument("predicted", required=False, type=click.Path(path_type=Path))
@click.option(
    "--corpus",
    type=click.Path(path_type=Path),
    help="Where the documents of GOLD are, without PREDICTED  [default: beside GOLD]",
)
@click.option(
    "--floor",
    "floors",
    multiple=True,
    metavar="KIND=F1",
    help="Exit with 1 below it: entity=0.6, relation=0.4, fact=0.3.",
)
@click.option("--show", type=click.IntRange(min=0), default=0, help="List so many mistakes.")
@click.option(
    "--engines", metavar="ENGINE,…", help="Compare engines side by side, without PREDICTED."
)
@json_option
@jobs_options
@settings_options
def evaluate(
    gold: Path,
    predicted: Path | None,
    corpus: Path | None,
    floors: tuple[str, ...],
    show: int,
    engines: str | None,
    as_json: bool,
    jobs: int,
    strict: bool,
    settings_file: Path | None,
    **flags: object,
) -> None:
    """Measure precision, recall and F1.

    Both are files or folders in the annotation format that kg extract prints. Without PREDICTED the
    documents of GOLD are extracted now. Intervals are for 95 %, documents resampled.
    """
    from kg.evaluation import evaluate as compare
    from kg.evaluation import find_documents
    from kg.jsonl import read_annotations

    wanted = _floors(floors)
    if engines and (predicted or flags.get("engine")):
        raise click.UsageError("--engines extracts with each: leave out PREDICTED and --engine")
    golden = read_annotations(gold)
    if not golden:
        raise InputError("there are no annotations (*.json, *.jsonl)", path=gold)

    def extracted(**others: object) -> Evaluation:
        folder = gold if gold.is_dir() else gold.parent
        folders = [corpus] if corpus else [folder, folder.parent]
        files = find_documents(golden, gold, folders)
        settings = settings_of([path for path, _ in files], settings_file, **flags, **others)
        found = annotations_of(files, settings, jobs, strict)
        return compare(golden, {each["doc"]: each for each in found})

    if engines:
        flags.pop("engine", None)
        by_engine = {engine: extracted(engine=engine) for engine in _known_engines(engines)}
        _print_comparison(by_engine, as_json=as_json)
        below = [_below_floors(each, wanted) for each in by_engine.values()]  # each says so
        if any(below):
            raise FallsShort
        return
    if predicted is not None:
        with standard_input([predicted]) as (file,):
            evaluation = compare(golden, read_annotations(file))
    else:
        evaluation = extracted()
    if as_json:
        print_json(evaluation.as_dict())
    else:
        _print_evaluation(evaluation, show)
    if _below_floors(evaluation, wanted):
        raise FallsShort


def _known_engines(specs: str) -> list[str]:
    """Make each engine before the first is measured, which may take minutes."""
    from kg.engines import load_engine
    from kg.engines.registry import split_specs

    engines = split_specs(specs)
    for engine in engines:
        load_engine(engine)
    return engines


def _print_comparison(by_engine: Mapping[str, Evaluation], *, as_json: bool) -> None:
    """Print F1 of types and relations, and precision, recall and F1 of all, an engine a column."""
    if as_json:
        print_json({engine: each.as_dict() for engine, each in by_engine.items()})
        return
    evaluations = list(by_engine.values())
    table = make_table("", *by_engine)
    for group in ("types", "relations"):
        for name in getattr(evaluations[0], group):
            counts = (getattr(each, group).get(name) for each in evaluations)
            table.add_row(name, *(f"{count.f1:.3f}" if count else "" for count in counts))
        table.add_section()
    for name in evaluations[0].total:
        totals = [each.total[name] for each in evaluations]
        for measure in ("precision", "recall", "f1"):
            scores = (f"{getattr(count, measure):.3f}" for count in totals)
            table.add_row(f"{name} {measure.replace('f1', 'F1')}", *scores)
    print_table(table)


def _print_evaluation(evaluation: Evaluation, show: int) -> None:
    table = make_table("", "precision", "recall", "F1", "95 %", "right", "predicted", "gold")
    groups = (evaluation.types, evaluation.relations, evaluation.total)
    for group in groups:
        for name, count in group.items():
            interval = evaluation.intervals.get(name) if group is evaluation.total else None
            table.add_row(
                name,
                *(f"{score:.3f}" for score in (count.precision, count.recall, count.f1)),
                f"{interval.low:.3f}–{interval.high:.3f}" if interval else "",
                *(str(number) for number in (count.right, count.predicted, count.gold)),
            )
        table.add_section()
    print_table(table)
    for kind, mistakes in (("missed", evaluation.missed), ("wrong", evaluation.wrong)):
        for mistake in mistakes[:show]:
            print_data(f"{kind}\t{mistake}\n")


def _floors(floors: Sequence[str]) -> list[tuple[str, float]]:
    """Read the floors before anything is measured, which may take minutes."""
    read = []
    for floor in floors:
        kind, _, text = floor.partition("=")
        try:
            read.append((kind, float(text)))
        except ValueError as error:
            raise SettingsError(f"--floor {floor}: write KIND=F1, such as relation=0.4") from error
    return read


def _below_floors(evaluation: Evaluation, floors: Sequence[tuple[str, float]]) -> bool:
    """Say which floors are not reached."""
    below = False
    for kind, wanted in floors:
        if kind not in evaluation.total:
            known = ", ".join(evaluation.total)
            raise SettingsError(f"--floor {kind}={wanted}: write KIND=F1; kinds are {known}")
        score = evaluation.total[kind].f1
        if score < wanted:
            say(f"kg: {kind} F1 {score:.4f} is below {wanted}")
            below = True
    return below


@click.command(
    epilog=examples(
        "kg train gold/ --raw news.jsonl.gz",
        "kg train gold/ --jackknife exports/training/jackknife.jsonl -o models",
    )
)
@click.argument("gold", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--raw", multiple=True, type=click.Path(path_type=Path), help="Raw news to learn from."
)
@click.option(
    "--pretrained", type=click.Path(path_type=Path), help="Instead of --raw: learned earlier."
)
@click.option(
    "--jackknife", type=click.Path(path_type=Path), help="Train the scorers only, on this."
)
@click.option(
    "-o",
    "out",
    type=click.Path(path_type=Path),
    default=Path("exports/models"),
    show_default=True,
    help="Folder of the models; kg/models of a checkout bundles them.",
)
def train(
    gold: tuple[Path, ...],
    raw: tuple[Path, ...],
    pretrained: Path | None,
    jackknife: Path | None,
    out: Path,
) -> None:
    """Train the tagger and the scorers on annotated documents.

    GOLD is folders of annotations (.json) with their documents (.txt). Needs the extra [train].
    """
    from kg.training.run import train_models

    if not (raw or pretrained or jackknife):
        raise click.UsageError("say what to learn names from: --raw, --pretrained or --jackknife")
    train_models(gold, out, raw=raw, pretrained=pretrained, jackknife=jackknife)
