"""haoke, the command line: parse, call, print. No logic. Exit codes: 0 success, 2 usage, 1 failure."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import orjson

from catalog import place
from catalog.errors import BadRequest, HaokeError, MappingError

if TYPE_CHECKING:
    from catalog.store import Store
    from indexer.engine import Engine

F = TypeVar("F", bound=Callable[..., Any])


# ── what every command shares ──────────────────────────────────────────────────────────────────────────────────────
def home() -> Path:
    """All state of this installation: HAOKE_HOME."""
    return Path(place.home())


def engine_url() -> str:
    """HAOKE_ENGINE, or the embedded engine under HAOKE_HOME."""
    url = os.environ.get("HAOKE_ENGINE") or "embedded:"
    return f"embedded:{home() / 'index'}" if url == "embedded:" else url


@contextmanager
def opened_store(*, readonly: bool = False) -> Iterator[Store]:
    from catalog.store import Store

    with Store.open(home(), readonly=readonly) as store:
        yield store


@contextmanager
def opened_engine() -> Iterator[Engine]:
    from indexer.engine import open_engine

    engine = open_engine(engine_url())
    try:
        yield engine
    finally:
        engine.close()


def guarded(command: F) -> F:
    """Our errors become one line on stderr and an exit code; anything else is a bug and keeps its traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except HaokeError as error:
            click.echo(f"haoke: {error}", err=True)
            sys.exit(2 if isinstance(error, BadRequest | MappingError) else 1)
        except BrokenPipeError:
            # `haoke search … | head`: the reader has enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)

    return run  # type: ignore[return-value]  # of the same signature: @wraps says so to people, not to mypy


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 if sys.stdout.isatty() else 0).decode())


@contextmanager
def progress(title: str, *, quiet: bool = False) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on a terminal; otherwise a plain line now and then on stderr."""
    import time

    if quiet:
        yield lambda done, total: None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
        rate = pace()
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(title, total=None, rate="")
            yield lambda done, total: bar.update(task, completed=done, total=total, rate=f"{speed:,.0f} a second" if (speed := rate(done)) else "")
    else:
        last, rate = time.monotonic(), pace()

        def line(done: int, total: int | None) -> None:
            nonlocal last
            speed = rate(done)
            if (now := time.monotonic()) - last >= 5 and speed:
                last = now
                left = f" of {total:,}, {speed:,.0f} a second, {max(0, total - done) / speed:,.0f} s left" if total else f", {speed:,.0f} a second"
                click.echo(f"{title}: {done:,}{left}", err=True)

        yield line


def pace() -> Callable[[int], float]:
    """Called with how many are done each time some are: how many a second since the first were, for a whole table may be looked through before that; of the first 0."""
    import time

    first: tuple[float, int] | None = None

    def rate(done: int) -> float:
        nonlocal first
        now = time.monotonic()
        since, before = first = first or (now, done)
        return (done - before) / (now - since) if now > since else 0.0

    return rate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="haoke", prog_name="haoke")
def main() -> None:
    """Gather courses, lessons and jobs from many platforms; answer one Chinese search box over all of them."""


# ── filling ────────────────────────────────────────────────────────────────────────────────────────────────────────
@main.command()
@json_option
@guarded
def sources(as_json: bool) -> None:
    """List the source formats that can be ingested."""
    from catalog import sources as registry

    rows = [{"name": name, "about": registry.load(name).ABOUT} for name in registry.names()]
    if as_json:
        print_json(rows)
    for row in [] if as_json else rows:
        click.echo(f"{row['name']:<22}{row['about']}")


@main.command()
@click.argument("source")
@click.argument("location")
@click.option("--mapping", default="", metavar="FILE.toml", help="Column mapping for the source `table`.")
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would happen.")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Processes that read rows (default: one a core).")
@json_option
@guarded
def ingest(source: str, location: str, mapping: str, dry_run: bool, workers: int | None, as_json: bool) -> None:
    """Read SOURCE from LOCATION (a file, folder or URL) into the catalogue."""
    from catalog.ingest import ingest as run
    from catalog.sources import Options

    with opened_store() as store, progress(f"ingest {source}") as report:
        outcome = run(store, source, location, Options(mapping=mapping), dry_run=dry_run, workers=workers, progress=report)
    figures = outcome.to_dict()
    if as_json:
        print_json(figures)
        return
    click.echo(f"{'would take' if dry_run else 'took'} {figures['rows']:,} rows in {figures['seconds']:.1f} s: " + ", ".join(f"{figures[k]:,} {k}" for k in ("created", "updated", "unchanged", "merged", "rejected")))
    for missing in outcome.missing:
        click.echo(f"incomplete: {missing}", err=True)
    if figures["rejected"]:
        click.echo("rejected rows are kept with their reasons: see `haoke doctor`", err=True)


@main.command()
@click.option("--resume", is_flag=True, help="Go on with a build that was cut off.")
@click.option("--force", is_flag=True, help="Activate even if far fewer documents came out.")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Processes that analyse text (default: one a core).")
@json_option
@guarded
def reindex(resume: bool, force: bool, workers: int | None, as_json: bool) -> None:
    """Build a new generation of the index beside the active one, verify it, then switch to it."""
    import time

    from indexer.build import rebuild
    from ranking.signals import prior

    began = time.monotonic()
    with opened_store(readonly=True) as store, opened_engine() as engine, progress("reindex") as report:
        built = rebuild(store, engine, prior, resume=resume, force=force, workers=workers, progress=report)
    figures = {"generation": built.generation.name, "documents": built.generation.documents, "sequence": built.generation.sequence, "resumed": built.resumed, "seconds": round(time.monotonic() - began, 2)}
    if as_json:
        print_json(figures)
    else:
        click.echo(f"generation {figures['generation']} is active: {figures['documents']:,} documents in {figures['seconds']} s")


@main.command()
@json_option
@guarded
def index(as_json: bool) -> None:
    """Apply the catalogue's changes to the active generation."""
    from indexer.build import apply_changes
    from ranking.signals import prior

    with opened_store(readonly=True) as store, opened_engine() as engine:
        before, after = apply_changes(store, engine, prior)
    if as_json:
        print_json({"from": before, "to": after})
    else:
        click.echo(f"applied {after - before:,} changes" if after > before else "nothing to apply")


# ── asking ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _filters(pairs: tuple[str, ...], kind: str) -> dict[str, tuple[str, ...]]:
    from ranking.values import resolve

    chosen: dict[str, tuple[str, ...]] = {"kind": (resolve("kind", kind),)} if kind else {}
    for pair in pairs:
        field, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError(f"-f wants FIELD=VALUE, not {pair!r}")
        chosen[field] = (*chosen.get(field, ()), resolve(field, value))
    return chosen


@main.command()
@click.argument("text")
@click.option("--kind", default="", help="Only this kind: lesson, textbook, course, library, case, article, live, job, fair.")
@click.option("-f", "--filter", "pairs", multiple=True, metavar="FIELD=VALUE", help="Only resources with this value; repeat a field for OR.")
@click.option("--sort", default="relevance", help="relevance, newest or popular.")
@click.option("--page", default=1, help="Which page of hits.")
@click.option("--size", default=10, help="Hits a page, at most 100.")
@json_option
@guarded
def search(text: str, kind: str, pairs: tuple[str, ...], sort: str, page: int, size: int, as_json: bool) -> None:
    """Search for TEXT in everything."""
    from ranking.results import Request
    from ranking.search import search as ask

    with opened_engine() as engine:
        results = ask(engine, Request(text=text, filters=_filters(pairs, kind), sort=sort, page=page, size=size))
    if as_json:
        from web.present import results as body

        print_json(body(results))
    else:
        _print_results(results)


def _print_results(results: Any) -> None:
    understood = " ".join(f"[{c.field}: {c.label}]" for c in results.interpretation.concepts)
    click.echo(f"{results.total:,} found in {results.took_ms:.1f} ms  {understood}".rstrip())
    if results.interpretation.relaxed:
        click.echo(f"nothing has all of it; relaxed: {' '.join(results.interpretation.relaxed)}")
    for number, hit in enumerate(results.hits, (results.request.page - 1) * results.request.size + 1):
        people = [*hit.resource.get("school", ()), *hit.resource.get("employer", ()), *hit.resource.get("teacher", ())][:3]
        click.echo(f"{number:>3}. {' · '.join([hit.resource['title'], *people])}  [{hit.resource['kind']}]")
        click.echo(f"     {hit.id}")
    for name, values in results.facets.items():
        if values:
            click.echo(f"{name}: " + ", ".join(f"{v.label} {v.count:,}" for v in values[:8]))


@main.command()
@click.argument("text")
@click.argument("id", required=False)
@json_option
@guarded
def explain(text: str, id: str | None, as_json: bool) -> None:
    """Show how TEXT is read, and why the hits (or resource ID) stand where they do."""
    from ranking.explain import explain as why

    with opened_engine() as engine:
        report = why(engine, text, id)
    if as_json:
        print_json(report)
        return
    click.echo(f"query     {report['text']}  (found by the {report['question']} question)")
    for concept in report["concepts"]:
        click.echo(f"concept   {concept['text']} → {', '.join(concept['meanings'])}")
    click.echo(f"words     {' '.join(report['words']) or '–'}   helping: {' '.join(report['helpers']) or '–'}")
    for hit in report["hits"]:
        click.echo(f"{hit['score']:>9.3f}  {hit['title']}  ({hit['id']})")
        click.echo("           " + "  ".join(f"{name} {value:+.3f}" for name, value in hit["signals"].items()))


# ── serving ────────────────────────────────────────────────────────────────────────────────────────────────────────
@main.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", default=8000, help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Processes (default: one a core).")
@guarded
def serve(host: str, port: int, workers: int | None) -> None:
    """Serve the website and the API."""
    from web.server import run

    run(host, port, workers or os.cpu_count() or 1, engine_url=engine_url(), home=home())


@main.command()
@click.argument("name", metavar="ID|CODE")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Write the code to this .svg or .png file.")
@click.option("--url", default="", metavar="BASE", help="The site's address (default: HAOKE_PUBLIC_URL).")
@json_option
@guarded
def qrcode(name: str, out: Path | None, url: str, as_json: bool) -> None:
    """Draw the printed code of a resource (ID), or of the unit or volume of CODE."""
    from web.qrcode import drawn, terminal

    with opened_engine() as engine:
        code = drawn(engine, name, url or place.public_url(), out)
    if as_json:
        print_json(code)
    elif out is None:
        click.echo(f"{terminal(code['url'])}{code['title']}\n{code['url']}")
    else:
        click.echo(f"{out}: {code['title']}, {code['url']}")


@main.command()
@click.option("--url", default="", metavar="BASE", help="The site's address (default: HAOKE_PUBLIC_URL).")
@json_option
@guarded
def sitemap(url: str, as_json: bool) -> None:
    """Write the sitemap that the website serves to crawlers."""
    from web.sitemaps import folder, write

    with opened_store(readonly=True) as store:
        listed = write(home(), store.scan(), url or place.public_url())
    if as_json:
        print_json(listed)
    else:
        click.echo(f"{sum(listed.values()):,} pages are listed in {folder(home())}")


@main.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--url", default="", metavar="BASE", help="The site's address (default: HAOKE_PUBLIC_URL).")
@json_option
@guarded
def digest(out: Path, url: str, as_json: bool) -> None:
    """Write into folder OUT a message for each subscriber with what is new in their searches."""
    from web.digest import run

    with opened_engine() as engine:
        report = run(engine, home(), out, url or place.public_url())
    if as_json:
        print_json(report)
        return
    click.echo(f"{report['messages']:,} messages with {report['new']:,} new hits for {report['subscriptions']:,} subscriptions are in {out}")
    for problem in report["problems"]:
        click.echo(problem, err=True)


@main.command()
@click.option("--port", default=8000, help="Port to listen on.")
@click.option("--no-serve", is_flag=True, help="Only build the sample catalogue.")
@guarded
def demo(port: int, no_serve: bool) -> None:
    """Build the sample catalogue in HAOKE_HOME and serve it."""
    from catalog.demo import fill
    from indexer.build import rebuild
    from ranking.signals import prior

    with opened_store() as store, opened_engine() as engine:
        with progress("sample") as report:
            rows = fill(store, report)
        with progress("index") as report:
            built = rebuild(store, engine, prior, progress=report)
    click.echo(f"the sample catalogue is searchable: {built.generation.documents:,} resources from {rows:,} records")
    if not no_serve:
        from web.server import run

        click.echo(f"open http://127.0.0.1:{port}/")
        run("127.0.0.1", port, os.cpu_count() or 1, engine_url=engine_url(), home=home())


# ── watching ───────────────────────────────────────────────────────────────────────────────────────────────────────
@main.command()
@json_option
@guarded
def status(as_json: bool) -> None:
    """Show what is stored, what is indexed, and what is pending."""
    from indexer.doctor import status as look

    with opened_store(readonly=True) as store, opened_engine() as engine:
        report = look(store, engine)
    if as_json:
        print_json(report)
        return
    click.echo(f"engine      {report['engine']}\ngeneration  {report['generation'] or 'none: run `haoke reindex`'}")
    click.echo(f"sequence    {report['sequence']:,} ({report['pending']:,} changes pending)")
    for kind, number in report["documents"].items():
        click.echo(f"{kind:<12}{number:,}")


@main.command()
@json_option
@guarded
def doctor(as_json: bool) -> None:
    """Check the installation: each finding with its remedy. Exits 1 when something is wrong."""
    from indexer.doctor import examine
    from ranking import topics

    with opened_store(readonly=True) as store, opened_engine() as engine:
        findings = [*examine(store, engine), *topics.findings()]
    if as_json:
        print_json(findings)
    for finding in [] if as_json else findings:
        click.echo(f"{finding['level']:<8}{finding['what']}" + (f"\n        → {finding['remedy']}" if finding["remedy"] else ""))
    if any(f["level"] == "error" for f in findings):
        sys.exit(1)


@main.command()
@json_option
@guarded
def rollup(as_json: bool) -> None:
    """Count what readers opened and asked: hot lists, popular and unanswered queries, what is opened together."""
    from ranking.rollup import rollup as run

    figures = run()
    if as_json:
        print_json(figures)
        return
    click.echo(f"counted {figures['events']:,} events of {figures['files']:,} files; told: " + ", ".join(f"{figures[k]:,} {k}" for k in ("hot", "queries", "missing", "opened")))
    for name in figures["kept"]:
        click.echo(f"{name} was not written by haoke rollup and stays as it is", err=True)


@main.group(invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Also those that are done.")
@json_option
@click.pass_context
@guarded
def reports(context: click.Context, everything: bool, as_json: bool) -> None:
    """List what readers reported, the most often reported resource first; mark as done."""
    if context.invoked_subcommand:
        return
    from dataclasses import asdict

    from catalog.reports import listed

    rows = [asdict(row) for row in listed(everything)]
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo("nothing is reported", err=True)  # stdout holds reports alone
    for row in [] if as_json else rows:
        problems = ", ".join(f"{number} {name}" for name, number in row["problems"].items())
        click.echo(f"{row['id']}  {row['title']}\n    {problems}; last {row['last'][:16]}{'; done' if row['done'] else ''}")
        for note in row["notes"]:
            click.echo(f"    · {note}")


@reports.command("done")
@click.argument("id")
@guarded
def done(id: str) -> None:
    """Mark the reports of resource ID as dealt with; a new one opens it again."""
    from catalog.reports import finish

    click.echo(f"{finish(id):,} reports of {id} are done")


@main.group(invoke_without_command=True)
@json_option
@click.pass_context
@guarded
def generations(context: click.Context, as_json: bool) -> None:
    """List the generations of the index; activate or delete one."""
    if context.invoked_subcommand:
        return
    from dataclasses import asdict

    with opened_engine() as engine:
        rows = [asdict(g) for g in engine.generations()]
    if as_json:
        print_json(rows)
    for row in [] if as_json else rows:
        click.echo(f"{row['name']}  {row['state']:<9}{row['documents']:>12,}  sequence {row['sequence']:,}")


@generations.command("activate")
@click.argument("name")
@guarded
def activate(name: str) -> None:
    """Let generation NAME answer (roll back, or forward again)."""
    with opened_engine() as engine:
        engine.activate(name)
    click.echo(f"{name} is active; run `haoke index` to bring it up to date")


@generations.command("delete")
@click.argument("name")
@guarded
def delete(name: str) -> None:
    """Remove generation NAME, which must not be the active one."""
    with opened_engine() as engine:
        engine.drop(name)
    click.echo(f"{name} is gone")


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@guarded
def evaluate(file: Path, as_json: bool) -> None:
    """Score the judged queries of FILE (JSON lines) on the active index."""
    from ranking.evaluate import evaluate as score

    with opened_engine() as engine:
        report = score(engine, file)
    if as_json:
        print_json(report)
        return
    click.echo(f"{'class':<26}{'n':>5}{'score':>8}")
    for name, row in (*report["classes"].items(), ("all (mean of classes)", report["overall"])):
        click.echo(f"{name:<26}{row['n']:>5}{row['score']:>8.3f}")


@main.command()
@click.argument("target", type=click.Path(path_type=Path))
@guarded
def backup(target: Path) -> None:
    """Copy the catalogue to TARGET while it is in use."""
    with opened_store(readonly=True) as store:
        store.backup(target)
    click.echo(f"the catalogue is copied to {target}")


@main.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--since", type=int, default=None, metavar="N", help="A folder of changes alone, from change number N on.")
@click.option("--anew", is_flag=True, help="Begin a new series with a new snapshot, as after the catalogue was restored.")
@json_option
@guarded
def export(folder: Path | None, since: int | None, anew: bool, as_json: bool) -> None:
    """Write the snapshot and change files that mirrors read to FOLDER (default: where the website serves them from)."""
    from catalog.export import export as run
    from catalog.published import FOLDER

    target = folder or home().joinpath(*FOLDER)
    with opened_store(readonly=True) as store, progress("snapshot", quiet=as_json) as report:
        manifest = run(store, target, since=since, anew=anew, progress=report)
    if as_json:
        print_json(manifest.model_dump(mode="json"))
        return
    held = f"a snapshot of {manifest.snapshot.resources:,} resources and " if manifest.snapshot else ""
    click.echo(f"{target} holds {held}{sum(c.rows for c in manifest.changes):,} changes after number {manifest.oldest:,}, up to {manifest.sequence:,}")


if __name__ == "__main__":
    main()
