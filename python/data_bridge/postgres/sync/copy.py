"""COPY, as a connection and a pool for threads offer it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing
from typing import TYPE_CHECKING, Any, Unpack, overload

from data_bridge._engine import Description, Record, RecordDecoder, RecordEncoder, SyncCopy
from data_bridge.postgres.copy import arguments, statement
from data_bridge.postgres.copy.output import Output, check_output, writer
from data_bridge.postgres.copy.source import Piece, Source, pieces, records
from data_bridge.postgres.copy.statement import CopyInOptions, CopyOutOptions
from data_bridge.postgres.copy.stream import Progress
from data_bridge.postgres.identifier import qualify
from data_bridge.postgres.stopwatch import Stopwatch, watched

if TYPE_CHECKING:
    from data_bridge.postgres.sync.connection import Connection

__all__ = ["CopyMethods", "send"]

_records_of = records


class CopyMethods:
    """COPY in and out; arguments, results and errors as for the asynchronous ones."""

    __slots__ = ()

    def _lend(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError

    def copy_records_to_table(
        self,
        table_name: str,
        *,
        records: Iterable[Any],
        columns: Iterable[str] | None = None,
        schema_name: str | None = None,
        where: str | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
    ) -> str:
        """Copy records into a table, all or none; give the command's tag, `COPY 1000`."""
        table = qualify(schema_name, table_name)
        with self._lend() as connection:
            names, description = _columns(connection, table, columns, timeout)
            sql = statement.copy_in(table, names, where, {"format": "binary"})
            encoder = RecordEncoder(description)
            data = _records_of(encoder, records)
            return _send(connection, sql, data, timeout, progress, lambda: encoder.records)

    def copy_to_table(
        self,
        table_name: str,
        *,
        source: Source,
        columns: Iterable[str] | None = None,
        schema_name: str | None = None,
        where: str | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
        **options: Unpack[CopyInOptions],
    ) -> str:
        """Copy data in one of COPY's formats into a table, all or none; give the command's tag."""
        sql = statement.copy_in(qualify(schema_name, table_name), columns, where, options)
        with self._lend() as connection:
            return _send(connection, sql, pieces(source), timeout, progress, lambda: None)

    @overload
    def copy_from_table(
        self,
        table_name: str,
        *,
        output: Output,
        columns: Iterable[str] | None = None,
        schema_name: str | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
        **options: Unpack[CopyOutOptions],
    ) -> str: ...

    @overload
    def copy_from_table(
        self,
        table_name: str,
        *,
        output: None = None,
        columns: Iterable[str] | None = None,
        schema_name: str | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
        **options: Unpack[CopyOutOptions],
    ) -> Generator[bytes]: ...

    def copy_from_table(
        self,
        table_name: str,
        *,
        output: Output | None = None,
        columns: Iterable[str] | None = None,
        schema_name: str | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
        **options: Unpack[CopyOutOptions],
    ) -> str | Generator[bytes]:
        """Copy a table out: to an output, which gives the tag, or as an iterator of bytes."""
        sql = statement.copy_out(qualify(schema_name, table_name), columns, options)
        if output is None:
            return self._stream(sql, (), None, timeout, progress)
        check_output(output)
        return self._store(sql, (), None, output, timeout, progress)

    @overload
    def copy_from_query(
        self,
        query: str,
        *args: object,
        output: Output,
        timeout: float | None = None,
        progress: Progress | None = None,
        **options: Unpack[CopyOutOptions],
    ) -> str: ...

    @overload
    def copy_from_query(
        self,
        query: str,
        *args: object,
        output: None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
        **options: Unpack[CopyOutOptions],
    ) -> Generator[bytes]: ...

    def copy_from_query(
        self,
        query: str,
        *args: object,
        output: Output | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
        **options: Unpack[CopyOutOptions],
    ) -> str | Generator[bytes]:
        """Copy the rows of a query out; see `copy_from_table`."""
        # Refuses options before anything is sent.
        statement.copy_out_query(query, options)
        if output is None:
            return self._stream(query, args, options, timeout, progress)
        check_output(output)
        return self._store(query, args, options, output, timeout, progress)

    def copy_records_from_table(
        self,
        table_name: str,
        *,
        columns: Iterable[str] | None = None,
        schema_name: str | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
    ) -> Generator[Record]:
        """Copy a table out as an iterator of records, in bounded memory."""
        table = qualify(schema_name, table_name)
        with self._lend() as connection:
            names, description = _columns(connection, table, columns, timeout)
            sql = statement.copy_out(table, names, {"format": "binary"})
            watch = Stopwatch(connection._engine, sql, (), connection._seconds(timeout))
            yield from _records(connection, sql, watch, description, timeout, progress)

    def copy_records_from_query(
        self,
        query: str,
        *args: object,
        timeout: float | None = None,
        progress: Progress | None = None,
    ) -> Generator[Record]:
        """Copy the rows of a query out as an iterator of records, in bounded memory."""
        with self._lend() as connection:
            whole = _bind(connection, query, args, timeout)
            description = _describe(connection, whole, timeout)
            sql = statement.copy_out_query(whole, {"format": "binary"})
            shown = statement.copy_out_query(query, {"format": "binary"})
            watch = Stopwatch(connection._engine, shown, args, connection._seconds(timeout))
            yield from _records(connection, sql, watch, description, timeout, progress)

    def _stream(
        self,
        sql: str,
        args: tuple[object, ...],
        options: CopyOutOptions | None,
        timeout: float | None,
        progress: Progress | None,
    ) -> Generator[bytes]:
        """Give the data of a COPY, or of a query's with its options."""
        with self._lend() as connection:
            command, shown = _command(connection, sql, args, options, timeout)
            watch = Stopwatch(connection._engine, shown, args, connection._seconds(timeout))
            yield from _receive(connection, command, watch, timeout, progress)

    def _store(
        self,
        sql: str,
        args: tuple[object, ...],
        options: CopyOutOptions | None,
        output: Output,
        timeout: float | None,
        progress: Progress | None,
    ) -> str:
        """Write the data of a COPY, or of a query's with its options, to an output."""
        with self._lend() as connection:
            command, shown = _command(connection, sql, args, options, timeout)
            seconds = connection._seconds(timeout)
            with watched(connection._engine, shown, args, seconds) as watch:
                copy = connection._engine.copy(command, seconds)
                watch.result = _write(copy, output, progress)
                return watch.result


def _columns(
    connection: Connection, table: str, columns: Iterable[str] | None, timeout: float | None
) -> tuple[Iterable[str], Description]:
    """The columns to copy, and what they are like."""
    names: Iterable[str] = ()
    if columns is not None:
        # Read twice; a text is refused.
        names = columns if isinstance(columns, str) else list(columns)
    else:
        found = connection.fetchval(statement.COLUMNS, table.encode(), timeout=timeout)
        types = statement.column_types(found)
        names = [name for name, _ in types]
        # What is known of their types need not be asked.
        if names and (known := connection._engine.columns(types)) is not None:
            return names, known
    return names, _describe(connection, statement.select(table, names), timeout)


def _describe(connection: Connection, sql: str, timeout: float | None) -> Description:
    return connection._engine.describe(sql, connection._seconds(timeout))


def _command(
    connection: Connection,
    sql: str,
    args: tuple[object, ...],
    options: CopyOutOptions | None,
    timeout: float | None,
) -> tuple[str, str]:
    """A COPY, or a query's with its options; and the same without the query's arguments."""
    if options is None:
        return sql, sql
    command = statement.copy_out_query(_bind(connection, sql, args, timeout), options)
    return command, statement.copy_out_query(sql, options)


def _bind(
    connection: Connection, query: str, args: tuple[object, ...], timeout: float | None
) -> str:
    """Put a query's arguments into it."""
    if not args:
        return query
    parameters = _describe(connection, query, timeout).parameters
    arguments.check_count(len(parameters), len(args))
    found = connection.fetch(arguments.TYPE_NAMES, list(parameters), timeout=timeout)
    types, standard = found[0]
    arguments.check_strings(standard)
    values = connection.fetchrow(arguments.literals(types), *args, timeout=timeout)
    return arguments.substitute(query, types, tuple(values or ()))


def _send(
    connection: Connection,
    sql: str,
    data: Iterator[Piece],
    timeout: float | None,
    progress: Progress | None,
    rows: Callable[[], int | None],
) -> str:
    seconds = connection._seconds(timeout)
    with watched(connection._engine, sql, timeout=seconds) as watch:
        watch.result = send(connection._engine.copy(sql, seconds), data, progress, rows)
        return watch.result


def send(
    copy: SyncCopy,
    data: Iterator[Piece],
    progress: Progress | None,
    rows: Callable[[], int | None],
) -> str:
    """Send all pieces, or have the server forget those that it got; give the command's tag."""
    try:
        sent = 0
        # False once the server has ended it, by an error.
        going = copy.wait()
        while going and (piece := next(data, None)) is not None:
            sent += len(piece)
            copy.write(piece)
            if progress is not None:
                progress(sent, rows())
            going = copy.wait()
        copy.finish()
        return copy.result()
    finally:
        copy.abandon()


def _receive(
    connection: Connection,
    sql: str,
    watch: Stopwatch,
    timeout: float | None,
    progress: Progress | None,
) -> Generator[bytes]:
    received = 0
    copy = connection._engine.copy(sql, connection._seconds(timeout))
    try:
        while True:
            with watch:
                going = copy.wait()
            if not going:
                break
            if (piece := copy.read()) is not None:
                received += len(piece)
                if progress is not None:
                    progress(received, copy.pieces)
                yield piece
            # What the reader takes its time for does not count.
            copy.extend()
        watch.result = copy.result()
    except GeneratorExit:
        raise
    except BaseException as error:
        watch.end(error)
        raise
    finally:
        copy.abandon()
        watch.end()


def _write(copy: SyncCopy, output: Output, progress: Progress | None) -> str:
    try:
        more = copy.wait()
        if not more:
            # An error leaves the file as it was.
            copy.result()
        received = 0
        with writer(output) as write:
            while more:
                if (piece := copy.read()) is not None:
                    received += len(piece)
                    write(piece)
                    if progress is not None:
                        progress(received, copy.pieces)
                more = copy.wait()
        return copy.result()
    finally:
        copy.abandon()


def _records(
    connection: Connection,
    sql: str,
    watch: Stopwatch,
    description: Description,
    timeout: float | None,
    progress: Progress | None,
) -> Generator[Record]:
    decoder = RecordDecoder(description)
    received = rows = 0
    with closing(_receive(connection, sql, watch, timeout, None)) as found:
        for piece in found:
            records = decoder.decode(piece)
            received += len(piece)
            rows += len(records)
            watch.result = rows
            if progress is not None:
                progress(received, rows)
            yield from records
