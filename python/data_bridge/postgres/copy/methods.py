"""COPY, as a connection and a pool for asyncio offer it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Unpack, overload

from data_bridge._engine import AsyncCopy, Description, Record, RecordDecoder, RecordEncoder
from data_bridge.postgres.copy import arguments, statement
from data_bridge.postgres.copy.output import Output, async_writer, check_output
from data_bridge.postgres.copy.sending import send
from data_bridge.postgres.copy.source import AsyncSource, Piece, async_pieces, async_records
from data_bridge.postgres.copy.statement import CopyInOptions, CopyOutOptions
from data_bridge.postgres.copy.stream import Begun, CopyStream, Progress
from data_bridge.postgres.identifier import qualify
from data_bridge.postgres.stopwatch import watched

if TYPE_CHECKING:
    from data_bridge.postgres.connection import Connection

__all__ = ["CopyMethods"]


class CopyMethods:
    """COPY in and out; a connection is its own, a pool's is one that it lends meanwhile.

    A COPY has its connection to itself: it begins when the statements before it are answered, and
    those that are asked for behind it wait until it is over.
    """

    __slots__ = ()

    def _lend(self) -> AbstractAsyncContextManager[Connection]:
        raise NotImplementedError

    async def copy_records_to_table(
        self,
        table_name: str,
        *,
        records: Iterable[Any] | AsyncIterable[Any],
        columns: Iterable[str] | None = None,
        schema_name: str | None = None,
        where: str | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
    ) -> str:
        """Copy records into a table, all or none; give the command's tag, `COPY 1000`.

        Args:
            table_name: The table.
            records: A tuple (or list, or record) for each row.
            columns: The columns that their values are for; all but generated ones when None.
            schema_name: The table's schema; found by the search path when None.
            where: A condition in SQL: rows that do not meet it are left out.
            timeout: Seconds it may take; the connection's `command_timeout` when None.
            progress: Called with the bytes and records sent so far, after each piece of data.

        Raises:
            InterfaceError: A value does not fit its column, which the error names.
            PostgresError: The server refused it.
            QueryTimeoutError: It took too long.
        """
        table = qualify(schema_name, table_name)
        async with self._lend() as connection, connection._bounded(timeout):
            names, description = await _columns(connection, table, columns)
            sql = statement.copy_in(table, names, where, {"format": "binary"})
            encoder = RecordEncoder(description)
            pieces = async_records(encoder, records)
            return await _send(connection, sql, pieces, progress, lambda: encoder.records)

    async def copy_to_table(
        self,
        table_name: str,
        *,
        source: AsyncSource,
        columns: Iterable[str] | None = None,
        schema_name: str | None = None,
        where: str | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
        **options: Unpack[CopyInOptions],
    ) -> str:
        """Copy data in one of COPY's formats into a table, all or none; give the command's tag.

        Args:
            table_name: The table.
            source: Bytes, the path of a file, a file opened in binary mode, or an iterable or
                async iterable of bytes, wherever these are cut.
            columns: The columns in the data; all but generated ones when None.
            schema_name: The table's schema; found by the search path when None.
            where: A condition in SQL: rows that do not meet it are left out.
            timeout: Seconds it may take; the connection's `command_timeout` when None.
            progress: Called with the bytes sent so far, and None, after each piece of data.
            options: See `CopyInOptions`.

        Raises:
            InterfaceError: An option or the source cannot be used.
            PostgresError: The server refused it.
            QueryTimeoutError: It took too long.
        """
        sql = statement.copy_in(qualify(schema_name, table_name), columns, where, options)
        async with self._lend() as connection, connection._bounded(timeout):
            return await _send(connection, sql, async_pieces(source), progress, lambda: None)

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
    ) -> Coroutine[Any, Any, str]: ...

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
    ) -> CopyStream[bytes]: ...

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
    ) -> Coroutine[Any, Any, str] | CopyStream[bytes]:
        """Copy a table out: to an output, which gives the tag, or as an async iterator of bytes.

        Args:
            table_name: The table.
            output: The path of a file, a file opened in binary mode, or a function, perhaps a
                coroutine function, which is called with each piece of data. A file is opened once
                the server has agreed; what it holds when the COPY fails stays there. Without an
                output the data is iterated over, with `async for`.
            columns: The columns; all but generated ones when None.
            schema_name: The table's schema; found by the search path when None.
            timeout: Seconds it may take, or each wait for the server while one iterates; the
                connection's `command_timeout` when None.
            progress: Called with the bytes and rows received so far, after each piece of data; a
                header counts as a row.
            options: See `CopyOutOptions`.

        Raises:
            InterfaceError: An option or the output cannot be used.
            PostgresError: The server refused it.
            QueryTimeoutError: It took too long.
        """
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
    ) -> Coroutine[Any, Any, str]: ...

    @overload
    def copy_from_query(
        self,
        query: str,
        *args: object,
        output: None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
        **options: Unpack[CopyOutOptions],
    ) -> CopyStream[bytes]: ...

    def copy_from_query(
        self,
        query: str,
        *args: object,
        output: Output | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
        **options: Unpack[CopyOutOptions],
    ) -> Coroutine[Any, Any, str] | CopyStream[bytes]:
        """Copy the rows of a query out; see `copy_from_table`.

        Args:
            query: The query, with `$1`, `$2` ... for its arguments.
            args: The arguments. COPY takes none: the server makes literals of them first.
            output: See `copy_from_table`.
            timeout: See `copy_from_table`.
            progress: See `copy_from_table`.
            options: See `CopyOutOptions`.
        """
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
    ) -> CopyStream[Record]:
        """Copy a table out as an async iterator of records, in bounded memory.

        Arguments and errors as for `copy_from_table`.
        """
        table = qualify(schema_name, table_name)

        async def begin(connection: Connection) -> Begun[Record]:
            names, description = await _columns(connection, table, columns)
            sql = statement.copy_out(table, names, {"format": "binary"})
            return sql, sql, RecordDecoder(description).decode

        return CopyStream(self._lend(), begin, (), timeout, progress, counts=True)

    def copy_records_from_query(
        self,
        query: str,
        *args: object,
        timeout: float | None = None,
        progress: Progress | None = None,
    ) -> CopyStream[Record]:
        """Copy the rows of a query out as an async iterator of records, in bounded memory.

        Arguments and errors as for `copy_from_query`.
        """
        shown = statement.copy_out_query(query, {"format": "binary"})

        async def begin(connection: Connection) -> Begun[Record]:
            whole = await _bind(connection, query, args)
            description = await connection._engine.describe(whole)
            sql = statement.copy_out_query(whole, {"format": "binary"})
            return sql, shown, RecordDecoder(description).decode

        return CopyStream(self._lend(), begin, args, timeout, progress, counts=True)

    def _stream(
        self,
        sql: str,
        args: tuple[object, ...],
        options: CopyOutOptions | None,
        timeout: float | None,
        progress: Progress | None,
    ) -> CopyStream[bytes]:
        """Give the data of a COPY, or of a query's with its options."""

        async def begin(connection: Connection) -> Begun[bytes]:
            return *await _command(connection, sql, args, options), _whole

        return CopyStream(self._lend(), begin, args, timeout, progress, counts=False)

    async def _store(
        self,
        sql: str,
        args: tuple[object, ...],
        options: CopyOutOptions | None,
        output: Output,
        timeout: float | None,
        progress: Progress | None,
    ) -> str:
        """Write the data of a COPY, or of a query's with its options, to an output."""
        async with self._lend() as connection, connection._bounded(timeout):
            command, shown = await _command(connection, sql, args, options)
            with watched(connection._engine, shown, args) as watch:
                watch.result = await _receive(connection._engine.copy(command), output, progress)
                return watch.result


async def _columns(
    connection: Connection, table: str, columns: Iterable[str] | None
) -> tuple[Iterable[str], Description]:
    """The columns to copy, and what they are like."""
    engine = connection._engine
    names: Iterable[str] = ()
    if columns is not None:
        # Read twice; a text is refused.
        names = columns if isinstance(columns, str) else list(columns)
    else:
        found = await engine.fetchval(statement.COLUMNS, (table.encode(),), 0)
        types = statement.column_types(found)
        names = [name for name, _ in types]
        # What is known of their types need not be asked.
        if names and (known := engine.columns(types)) is not None:
            return names, known
    return names, await engine.describe(statement.select(table, names))


async def _command(
    connection: Connection, sql: str, args: tuple[object, ...], options: CopyOutOptions | None
) -> tuple[str, str]:
    """A COPY, or a query's with its options; and the same without the query's arguments."""
    if options is None:
        return sql, sql
    command = statement.copy_out_query(await _bind(connection, sql, args), options)
    return command, statement.copy_out_query(sql, options)


async def _bind(connection: Connection, query: str, args: tuple[object, ...]) -> str:
    """Put a query's arguments into it."""
    if not args:
        return query
    engine = connection._engine
    description = await engine.describe(query)
    arguments.check_count(len(description.parameters), len(args))
    found = await engine.fetch(arguments.TYPE_NAMES, (list(description.parameters),))
    types, standard = found[0]
    arguments.check_strings(standard)
    values = await engine.fetchrow(arguments.literals(types), args)
    return arguments.substitute(query, types, tuple(values or ()))


async def _send(
    connection: Connection,
    sql: str,
    pieces: AsyncGenerator[Piece],
    progress: Progress | None,
    rows: Callable[[], int | None],
) -> str:
    with watched(connection._engine, sql) as watch:
        watch.result = await send(connection._engine.copy(sql), pieces, progress, rows)
        return watch.result


async def _receive(copy: AsyncCopy, output: Output, progress: Progress | None) -> str:
    try:
        more = await copy.wait()
        if not more:
            # An error leaves the file as it was.
            await copy.result
        received = 0
        async with async_writer(output) as write:
            while more:
                if (piece := copy.read()) is not None:
                    received += len(piece)
                    await write(piece)
                    if progress is not None:
                        progress(received, copy.pieces)
                more = await copy.wait()
        return await copy.result
    finally:
        copy.abandon()


def _whole(piece: bytes) -> tuple[bytes]:
    return (piece,)
