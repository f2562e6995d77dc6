"""The errors of the server, a class for each SQLSTATE.

Generated from PostgreSQL's own list by `make sqlstates`: change generate/sqlstates.py.
"""

from data_bridge.postgres.errors import PostgresError

__all__ = [
    "ActiveSQLTransactionError",
    "AdminShutdownError",
    "AmbiguousAliasError",
    "AmbiguousColumnError",
    "AmbiguousFunctionError",
    "AmbiguousParameterError",
    "ArraySubscriptError",
    "AssertError",
    "BadCopyFileFormatError",
    "BranchTransactionAlreadyActiveError",
    "CannotCoerceError",
    "CannotConnectNowError",
    "CantChangeRuntimeParamError",
    "CardinalityViolationError",
    "CaseNotFoundError",
    "CharacterNotInRepertoireError",
    "CheckViolationError",
    "ClientCannotConnectError",
    "CollationMismatchError",
    "ConfigFileError",
    "ConfigurationLimitExceededError",
    "ConnectionDoesNotExistError",
    "ConnectionFailureError",
    "ConnectionRejectionError",
    "ContainingSQLNotPermittedError",
    "CrashShutdownError",
    "DataCorruptedError",
    "DataError",
    "DatabaseDroppedError",
    "DatatypeMismatchError",
    "DatetimeFieldOverflowError",
    "DeadlockDetectedError",
    "DependentObjectsStillExistError",
    "DependentPrivilegeDescriptorsStillExistError",
    "DiagnosticsError",
    "DiskFullError",
    "DivisionByZeroError",
    "DuplicateAliasError",
    "DuplicateColumnError",
    "DuplicateCursorError",
    "DuplicateDatabaseError",
    "DuplicateFileError",
    "DuplicateFunctionError",
    "DuplicateJsonObjectKeyValueError",
    "DuplicateObjectError",
    "DuplicatePreparedStatementError",
    "DuplicateSchemaError",
    "DuplicateTableError",
    "ErrorInAssignmentError",
    "EscapeCharacterConflictError",
    "EventTriggerProtocolViolatedError",
    "ExclusionViolationError",
    "ExternalRoutineError",
    "ExternalRoutineInvocationError",
    "FDWColumnNameNotFoundError",
    "FDWDynamicParameterValueNeededError",
    "FDWError",
    "FDWFunctionSequenceError",
    "FDWInconsistentDescriptorInformationError",
    "FDWInvalidAttributeValueError",
    "FDWInvalidColumnNameError",
    "FDWInvalidColumnNumberError",
    "FDWInvalidDataTypeDescriptorsError",
    "FDWInvalidDataTypeError",
    "FDWInvalidDescriptorFieldIdentifierError",
    "FDWInvalidHandleError",
    "FDWInvalidOptionIndexError",
    "FDWInvalidOptionNameError",
    "FDWInvalidStringFormatError",
    "FDWInvalidStringLengthOrBufferLengthError",
    "FDWInvalidUseOfNullPointerError",
    "FDWNoSchemasError",
    "FDWOptionNameNotFoundError",
    "FDWOutOfMemoryError",
    "FDWReplyHandleError",
    "FDWSchemaNotFoundError",
    "FDWTableNotFoundError",
    "FDWTooManyHandlesError",
    "FDWUnableToCreateExecutionError",
    "FDWUnableToCreateReplyError",
    "FDWUnableToEstablishConnectionError",
    "FeatureNotSupportedError",
    "FileNameTooLongError",
    "ForeignKeyViolationError",
    "FunctionExecutedNoReturnStatementError",
    "GeneratedAlwaysError",
    "GroupingError",
    "HeldCursorRequiresSameIsolationLevelError",
    "IdleInTransactionSessionTimeoutError",
    "IdleSessionTimeoutError",
    "InFailedSQLTransactionError",
    "InappropriateAccessModeForBranchTransactionError",
    "InappropriateIsolationLevelForBranchTransactionError",
    "IndeterminateCollationError",
    "IndeterminateDatatypeError",
    "IndexCorruptedError",
    "IndicatorOverflowError",
    "InsufficientPrivilegeError",
    "InsufficientResourcesError",
    "IntegrityConstraintViolationError",
    "InternalServerError",
    "IntervalFieldOverflowError",
    "InvalidArgumentForLogarithmError",
    "InvalidArgumentForNthValueFunctionError",
    "InvalidArgumentForNtileFunctionError",
    "InvalidArgumentForPowerFunctionError",
    "InvalidArgumentForSQLJsonDatetimeFunctionError",
    "InvalidArgumentForWidthBucketFunctionError",
    "InvalidArgumentForXqueryError",
    "InvalidAuthorizationSpecificationError",
    "InvalidBinaryRepresentationError",
    "InvalidCatalogNameError",
    "InvalidCharacterValueForCastError",
    "InvalidColumnDefinitionError",
    "InvalidColumnReferenceError",
    "InvalidCursorDefinitionError",
    "InvalidCursorNameError",
    "InvalidCursorStateError",
    "InvalidDatabaseDefinitionError",
    "InvalidDatetimeFormatError",
    "InvalidEscapeCharacterError",
    "InvalidEscapeOctetError",
    "InvalidEscapeSequenceError",
    "InvalidForeignKeyError",
    "InvalidFunctionDefinitionError",
    "InvalidGrantOperationError",
    "InvalidGrantorError",
    "InvalidIndicatorParameterValueError",
    "InvalidJsonTextError",
    "InvalidLocatorSpecificationError",
    "InvalidNameError",
    "InvalidObjectDefinitionError",
    "InvalidParameterValueError",
    "InvalidPasswordError",
    "InvalidPrecedingOrFollowingSizeError",
    "InvalidPreparedStatementDefinitionError",
    "InvalidRecursionError",
    "InvalidRegularExpressionError",
    "InvalidRoleSpecificationError",
    "InvalidRowCountInLimitClauseError",
    "InvalidRowCountInResultOffsetClauseError",
    "InvalidSQLJsonSubscriptError",
    "InvalidSQLStatementNameError",
    "InvalidSavepointSpecificationError",
    "InvalidSchemaDefinitionError",
    "InvalidSchemaNameError",
    "InvalidSqlstateReturnedError",
    "InvalidTableDefinitionError",
    "InvalidTablesampleArgumentError",
    "InvalidTablesampleRepeatError",
    "InvalidTextRepresentationError",
    "InvalidTimeZoneDisplacementValueError",
    "InvalidTransactionInitiationError",
    "InvalidTransactionStateError",
    "InvalidTransactionTerminationError",
    "InvalidUseOfEscapeCharacterError",
    "InvalidXmlCommentError",
    "InvalidXmlContentError",
    "InvalidXmlDocumentError",
    "InvalidXmlProcessingInstructionError",
    "LocatorError",
    "LockFileExistsError",
    "LockNotAvailableError",
    "ModifyingExternalRoutineSQLDataNotPermittedError",
    "ModifyingSQLDataNotPermittedError",
    "MoreThanOneSQLJsonItemError",
    "MostSpecificTypeMismatchError",
    "NameTooLongError",
    "NoActiveSQLTransactionError",
    "NoActiveSQLTransactionForBranchTransactionError",
    "NoDataFoundError",
    "NoSQLJsonItemError",
    "NonNumericSQLJsonItemError",
    "NonUniqueKeysInAJsonObjectError",
    "NonstandardUseOfEscapeCharacterError",
    "NotAnXmlDocumentError",
    "NotNullViolationError",
    "NullValueInExternalRoutineNotAllowedError",
    "NullValueNoIndicatorParameterError",
    "NullValueNotAllowedError",
    "NumericValueOutOfRangeError",
    "ObjectInUseError",
    "ObjectNotInPrerequisiteStateError",
    "OperatorInterventionError",
    "OutOfMemoryError",
    "PLPGSQLError",
    "PostgresConnectionError",
    "PostgresFloatingPointError",
    "PostgresIOError",
    "PostgresSyntaxError",
    "PostgresSystemError",
    "ProgramLimitExceededError",
    "ProhibitedExternalRoutineSQLStatementAttemptedError",
    "ProhibitedSQLStatementAttemptedError",
    "ProtocolViolationError",
    "QueryCanceledError",
    "RaiseError",
    "ReadOnlySQLTransactionError",
    "ReadingExternalRoutineSQLDataNotPermittedError",
    "ReadingSQLDataNotPermittedError",
    "ReservedNameError",
    "RestrictViolationError",
    "SQLJsonArrayNotFoundError",
    "SQLJsonItemCannotBeCastToTargetTypeError",
    "SQLJsonMemberNotFoundError",
    "SQLJsonNumberNotFoundError",
    "SQLJsonObjectNotFoundError",
    "SQLJsonScalarRequiredError",
    "SQLRoutineError",
    "SQLStatementNotYetCompleteError",
    "SavepointError",
    "SchemaAndDataStatementMixingNotSupportedError",
    "SequenceGeneratorLimitExceededError",
    "SerializationError",
    "SingletonSQLJsonItemRequiredError",
    "SnapshotTooOldError",
    "SrfProtocolViolatedError",
    "StackedDiagnosticsAccessedWithoutActiveHandlerError",
    "StatementCompletionUnknownError",
    "StatementTooComplexError",
    "StringDataLengthMismatchError",
    "StringDataRightTruncationError",
    "SubstringError",
    "SyntaxOrAccessError",
    "TooManyArgumentsError",
    "TooManyColumnsError",
    "TooManyConnectionsError",
    "TooManyJsonArrayElementsError",
    "TooManyJsonObjectMembersError",
    "TooManyRowsError",
    "TransactionIntegrityConstraintViolationError",
    "TransactionResolutionUnknownError",
    "TransactionRollbackError",
    "TransactionTimeoutError",
    "TriggerProtocolViolatedError",
    "TriggeredActionError",
    "TriggeredDataChangeViolationError",
    "TrimError",
    "UndefinedColumnError",
    "UndefinedFileError",
    "UndefinedFunctionError",
    "UndefinedObjectError",
    "UndefinedParameterError",
    "UndefinedTableError",
    "UniqueViolationError",
    "UnsafeNewEnumValueUsageError",
    "UnterminatedCStringError",
    "UntranslatableCharacterError",
    "WindowingError",
    "WithCheckOptionViolationError",
    "WrongObjectTypeError",
    "ZeroLengthCharacterStringError",
]


class SQLStatementNotYetCompleteError(PostgresError):
    """03000: sql statement not yet complete."""

    sqlstate = "03000"


class PostgresConnectionError(PostgresError):
    """08000: no connection could be made, or it was lost."""

    sqlstate = "08000"


class ClientCannotConnectError(PostgresConnectionError):
    """08001: no server answers there."""

    sqlstate = "08001"


class ConnectionDoesNotExistError(PostgresConnectionError):
    """08003: connection does not exist."""

    sqlstate = "08003"


class ConnectionRejectionError(PostgresConnectionError):
    """08004: the server did not accept the connection."""

    sqlstate = "08004"


class ConnectionFailureError(PostgresConnectionError):
    """08006: the connection was lost."""

    sqlstate = "08006"


class TransactionResolutionUnknownError(PostgresConnectionError):
    """08007: transaction resolution unknown."""

    sqlstate = "08007"


class ProtocolViolationError(PostgresConnectionError):
    """08P01: protocol violation."""

    sqlstate = "08P01"


class TriggeredActionError(PostgresError):
    """09000: triggered action exception."""

    sqlstate = "09000"


class FeatureNotSupportedError(PostgresError):
    """0A000: the server does not do that."""

    sqlstate = "0A000"


class InvalidTransactionInitiationError(PostgresError):
    """0B000: invalid transaction initiation."""

    sqlstate = "0B000"


class LocatorError(PostgresError):
    """0F000: locator exception."""

    sqlstate = "0F000"


class InvalidLocatorSpecificationError(LocatorError):
    """0F001: invalid locator specification."""

    sqlstate = "0F001"


class InvalidGrantorError(PostgresError):
    """0L000: invalid grantor."""

    sqlstate = "0L000"


class InvalidGrantOperationError(InvalidGrantorError):
    """0LP01: invalid grant operation."""

    sqlstate = "0LP01"


class InvalidRoleSpecificationError(PostgresError):
    """0P000: invalid role specification."""

    sqlstate = "0P000"


class DiagnosticsError(PostgresError):
    """0Z000: diagnostics exception."""

    sqlstate = "0Z000"


class StackedDiagnosticsAccessedWithoutActiveHandlerError(DiagnosticsError):
    """0Z002: stacked diagnostics accessed without active handler."""

    sqlstate = "0Z002"


class InvalidArgumentForXqueryError(PostgresError):
    """10608: invalid argument for xquery."""

    sqlstate = "10608"


class CaseNotFoundError(PostgresError):
    """20000: case not found."""

    sqlstate = "20000"


class CardinalityViolationError(PostgresError):
    """21000: cardinality violation."""

    sqlstate = "21000"


class DataError(PostgresError):
    """22000: a value is not what its place wants."""

    sqlstate = "22000"


class StringDataRightTruncationError(DataError):
    """22001: a text is longer than its column."""

    sqlstate = "22001"


class NullValueNoIndicatorParameterError(DataError):
    """22002: null value no indicator parameter."""

    sqlstate = "22002"


class NumericValueOutOfRangeError(DataError):
    """22003: a number beyond its type's range."""

    sqlstate = "22003"


class NullValueNotAllowedError(DataError):
    """22004: null value not allowed."""

    sqlstate = "22004"


class ErrorInAssignmentError(DataError):
    """22005: error in assignment."""

    sqlstate = "22005"


class InvalidDatetimeFormatError(DataError):
    """22007: invalid datetime format."""

    sqlstate = "22007"


class DatetimeFieldOverflowError(DataError):
    """22008: datetime field overflow."""

    sqlstate = "22008"


class InvalidTimeZoneDisplacementValueError(DataError):
    """22009: invalid time zone displacement value."""

    sqlstate = "22009"


class EscapeCharacterConflictError(DataError):
    """2200B: escape character conflict."""

    sqlstate = "2200B"


class InvalidUseOfEscapeCharacterError(DataError):
    """2200C: invalid use of escape character."""

    sqlstate = "2200C"


class InvalidEscapeOctetError(DataError):
    """2200D: invalid escape octet."""

    sqlstate = "2200D"


class ZeroLengthCharacterStringError(DataError):
    """2200F: zero length character string."""

    sqlstate = "2200F"


class MostSpecificTypeMismatchError(DataError):
    """2200G: most specific type mismatch."""

    sqlstate = "2200G"


class SequenceGeneratorLimitExceededError(DataError):
    """2200H: sequence generator limit exceeded."""

    sqlstate = "2200H"


class NotAnXmlDocumentError(DataError):
    """2200L: not an xml document."""

    sqlstate = "2200L"


class InvalidXmlDocumentError(DataError):
    """2200M: invalid xml document."""

    sqlstate = "2200M"


class InvalidXmlContentError(DataError):
    """2200N: invalid xml content."""

    sqlstate = "2200N"


class InvalidXmlCommentError(DataError):
    """2200S: invalid xml comment."""

    sqlstate = "2200S"


class InvalidXmlProcessingInstructionError(DataError):
    """2200T: invalid xml processing instruction."""

    sqlstate = "2200T"


class InvalidIndicatorParameterValueError(DataError):
    """22010: invalid indicator parameter value."""

    sqlstate = "22010"


class SubstringError(DataError):
    """22011: substring error."""

    sqlstate = "22011"


class DivisionByZeroError(DataError):
    """22012: division by zero."""

    sqlstate = "22012"


class InvalidPrecedingOrFollowingSizeError(DataError):
    """22013: invalid preceding or following size."""

    sqlstate = "22013"


class InvalidArgumentForNtileFunctionError(DataError):
    """22014: invalid argument for ntile function."""

    sqlstate = "22014"


class IntervalFieldOverflowError(DataError):
    """22015: interval field overflow."""

    sqlstate = "22015"


class InvalidArgumentForNthValueFunctionError(DataError):
    """22016: invalid argument for nth value function."""

    sqlstate = "22016"


class InvalidCharacterValueForCastError(DataError):
    """22018: invalid character value for cast."""

    sqlstate = "22018"


class InvalidEscapeCharacterError(DataError):
    """22019: invalid escape character."""

    sqlstate = "22019"


class InvalidRegularExpressionError(DataError):
    """2201B: invalid regular expression."""

    sqlstate = "2201B"


class InvalidArgumentForLogarithmError(DataError):
    """2201E: invalid argument for logarithm."""

    sqlstate = "2201E"


class InvalidArgumentForPowerFunctionError(DataError):
    """2201F: invalid argument for power function."""

    sqlstate = "2201F"


class InvalidArgumentForWidthBucketFunctionError(DataError):
    """2201G: invalid argument for width bucket function."""

    sqlstate = "2201G"


class InvalidRowCountInLimitClauseError(DataError):
    """2201W: invalid row count in limit clause."""

    sqlstate = "2201W"


class InvalidRowCountInResultOffsetClauseError(DataError):
    """2201X: invalid row count in result offset clause."""

    sqlstate = "2201X"


class CharacterNotInRepertoireError(DataError):
    """22021: character not in repertoire."""

    sqlstate = "22021"


class IndicatorOverflowError(DataError):
    """22022: indicator overflow."""

    sqlstate = "22022"


class InvalidParameterValueError(DataError):
    """22023: invalid parameter value."""

    sqlstate = "22023"


class UnterminatedCStringError(DataError):
    """22024: unterminated c string."""

    sqlstate = "22024"


class InvalidEscapeSequenceError(DataError):
    """22025: invalid escape sequence."""

    sqlstate = "22025"


class StringDataLengthMismatchError(DataError):
    """22026: string data length mismatch."""

    sqlstate = "22026"


class TrimError(DataError):
    """22027: trim error."""

    sqlstate = "22027"


class ArraySubscriptError(DataError):
    """2202E: array subscript error."""

    sqlstate = "2202E"


class InvalidTablesampleRepeatError(DataError):
    """2202G: invalid tablesample repeat."""

    sqlstate = "2202G"


class InvalidTablesampleArgumentError(DataError):
    """2202H: invalid tablesample argument."""

    sqlstate = "2202H"


class DuplicateJsonObjectKeyValueError(DataError):
    """22030: duplicate json object key value."""

    sqlstate = "22030"


class InvalidArgumentForSQLJsonDatetimeFunctionError(DataError):
    """22031: invalid argument for sql json datetime function."""

    sqlstate = "22031"


class InvalidJsonTextError(DataError):
    """22032: invalid json text."""

    sqlstate = "22032"


class InvalidSQLJsonSubscriptError(DataError):
    """22033: invalid sql json subscript."""

    sqlstate = "22033"


class MoreThanOneSQLJsonItemError(DataError):
    """22034: more than one sql json item."""

    sqlstate = "22034"


class NoSQLJsonItemError(DataError):
    """22035: no sql json item."""

    sqlstate = "22035"


class NonNumericSQLJsonItemError(DataError):
    """22036: non numeric sql json item."""

    sqlstate = "22036"


class NonUniqueKeysInAJsonObjectError(DataError):
    """22037: non unique keys in a json object."""

    sqlstate = "22037"


class SingletonSQLJsonItemRequiredError(DataError):
    """22038: singleton sql json item required."""

    sqlstate = "22038"


class SQLJsonArrayNotFoundError(DataError):
    """22039: sql json array not found."""

    sqlstate = "22039"


class SQLJsonMemberNotFoundError(DataError):
    """2203A: sql json member not found."""

    sqlstate = "2203A"


class SQLJsonNumberNotFoundError(DataError):
    """2203B: sql json number not found."""

    sqlstate = "2203B"


class SQLJsonObjectNotFoundError(DataError):
    """2203C: sql json object not found."""

    sqlstate = "2203C"


class TooManyJsonArrayElementsError(DataError):
    """2203D: too many json array elements."""

    sqlstate = "2203D"


class TooManyJsonObjectMembersError(DataError):
    """2203E: too many json object members."""

    sqlstate = "2203E"


class SQLJsonScalarRequiredError(DataError):
    """2203F: sql json scalar required."""

    sqlstate = "2203F"


class SQLJsonItemCannotBeCastToTargetTypeError(DataError):
    """2203G: sql json item cannot be cast to target type."""

    sqlstate = "2203G"


class PostgresFloatingPointError(DataError):
    """22P01: floating point exception."""

    sqlstate = "22P01"


class InvalidTextRepresentationError(DataError):
    """22P02: a text that is no value of the type it is cast to."""

    sqlstate = "22P02"


class InvalidBinaryRepresentationError(DataError):
    """22P03: invalid binary representation."""

    sqlstate = "22P03"


class BadCopyFileFormatError(DataError):
    """22P04: bad copy file format."""

    sqlstate = "22P04"


class UntranslatableCharacterError(DataError):
    """22P05: untranslatable character."""

    sqlstate = "22P05"


class NonstandardUseOfEscapeCharacterError(DataError):
    """22P06: nonstandard use of escape character."""

    sqlstate = "22P06"


class IntegrityConstraintViolationError(PostgresError):
    """23000: a constraint was violated."""

    sqlstate = "23000"


class RestrictViolationError(IntegrityConstraintViolationError):
    """23001: something still depends on the row."""

    sqlstate = "23001"


class NotNullViolationError(IntegrityConstraintViolationError):
    """23502: NULL where none is allowed."""

    sqlstate = "23502"


class ForeignKeyViolationError(IntegrityConstraintViolationError):
    """23503: a row that refers to, or is referred to by, another."""

    sqlstate = "23503"


class UniqueViolationError(IntegrityConstraintViolationError):
    """23505: a key that is there already."""

    sqlstate = "23505"


class CheckViolationError(IntegrityConstraintViolationError):
    """23514: a CHECK constraint said no."""

    sqlstate = "23514"


class ExclusionViolationError(IntegrityConstraintViolationError):
    """23P01: an exclusion constraint said no."""

    sqlstate = "23P01"


class InvalidCursorStateError(PostgresError):
    """24000: invalid cursor state."""

    sqlstate = "24000"


class InvalidTransactionStateError(PostgresError):
    """25000: not allowed in the present state of the transaction."""

    sqlstate = "25000"


class ActiveSQLTransactionError(InvalidTransactionStateError):
    """25001: active sql transaction."""

    sqlstate = "25001"


class BranchTransactionAlreadyActiveError(InvalidTransactionStateError):
    """25002: branch transaction already active."""

    sqlstate = "25002"


class InappropriateAccessModeForBranchTransactionError(InvalidTransactionStateError):
    """25003: inappropriate access mode for branch transaction."""

    sqlstate = "25003"


class InappropriateIsolationLevelForBranchTransactionError(InvalidTransactionStateError):
    """25004: inappropriate isolation level for branch transaction."""

    sqlstate = "25004"


class NoActiveSQLTransactionForBranchTransactionError(InvalidTransactionStateError):
    """25005: no active sql transaction for branch transaction."""

    sqlstate = "25005"


class ReadOnlySQLTransactionError(InvalidTransactionStateError):
    """25006: a write in a read-only transaction."""

    sqlstate = "25006"


class SchemaAndDataStatementMixingNotSupportedError(InvalidTransactionStateError):
    """25007: schema and data statement mixing not supported."""

    sqlstate = "25007"


class HeldCursorRequiresSameIsolationLevelError(InvalidTransactionStateError):
    """25008: held cursor requires same isolation level."""

    sqlstate = "25008"


class NoActiveSQLTransactionError(InvalidTransactionStateError):
    """25P01: no active sql transaction."""

    sqlstate = "25P01"


class InFailedSQLTransactionError(InvalidTransactionStateError):
    """25P02: the transaction has failed and must end first."""

    sqlstate = "25P02"


class IdleInTransactionSessionTimeoutError(InvalidTransactionStateError):
    """25P03: idle in transaction session timeout."""

    sqlstate = "25P03"


class TransactionTimeoutError(InvalidTransactionStateError):
    """25P04: transaction timeout."""

    sqlstate = "25P04"


class InvalidSQLStatementNameError(PostgresError):
    """26000: invalid sql statement name."""

    sqlstate = "26000"


class TriggeredDataChangeViolationError(PostgresError):
    """27000: triggered data change violation."""

    sqlstate = "27000"


class InvalidAuthorizationSpecificationError(PostgresError):
    """28000: the role may not connect."""

    sqlstate = "28000"


class InvalidPasswordError(InvalidAuthorizationSpecificationError):
    """28P01: the password is wrong."""

    sqlstate = "28P01"


class DependentPrivilegeDescriptorsStillExistError(PostgresError):
    """2B000: dependent privilege descriptors still exist."""

    sqlstate = "2B000"


class DependentObjectsStillExistError(DependentPrivilegeDescriptorsStillExistError):
    """2BP01: dependent objects still exist."""

    sqlstate = "2BP01"


class InvalidTransactionTerminationError(PostgresError):
    """2D000: invalid transaction termination."""

    sqlstate = "2D000"


class SQLRoutineError(PostgresError):
    """2F000: sql routine exception."""

    sqlstate = "2F000"


class ModifyingSQLDataNotPermittedError(SQLRoutineError):
    """2F002: modifying sql data not permitted."""

    sqlstate = "2F002"


class ProhibitedSQLStatementAttemptedError(SQLRoutineError):
    """2F003: prohibited sql statement attempted."""

    sqlstate = "2F003"


class ReadingSQLDataNotPermittedError(SQLRoutineError):
    """2F004: reading sql data not permitted."""

    sqlstate = "2F004"


class FunctionExecutedNoReturnStatementError(SQLRoutineError):
    """2F005: function executed no return statement."""

    sqlstate = "2F005"


class InvalidCursorNameError(PostgresError):
    """34000: invalid cursor name."""

    sqlstate = "34000"


class ExternalRoutineError(PostgresError):
    """38000: external routine exception."""

    sqlstate = "38000"


class ContainingSQLNotPermittedError(ExternalRoutineError):
    """38001: containing sql not permitted."""

    sqlstate = "38001"


class ModifyingExternalRoutineSQLDataNotPermittedError(ExternalRoutineError):
    """38002: modifying sql data not permitted."""

    sqlstate = "38002"


class ProhibitedExternalRoutineSQLStatementAttemptedError(ExternalRoutineError):
    """38003: prohibited sql statement attempted."""

    sqlstate = "38003"


class ReadingExternalRoutineSQLDataNotPermittedError(ExternalRoutineError):
    """38004: reading sql data not permitted."""

    sqlstate = "38004"


class ExternalRoutineInvocationError(PostgresError):
    """39000: external routine invocation exception."""

    sqlstate = "39000"


class InvalidSqlstateReturnedError(ExternalRoutineInvocationError):
    """39001: invalid sqlstate returned."""

    sqlstate = "39001"


class NullValueInExternalRoutineNotAllowedError(ExternalRoutineInvocationError):
    """39004: null value not allowed."""

    sqlstate = "39004"


class TriggerProtocolViolatedError(ExternalRoutineInvocationError):
    """39P01: trigger protocol violated."""

    sqlstate = "39P01"


class SrfProtocolViolatedError(ExternalRoutineInvocationError):
    """39P02: srf protocol violated."""

    sqlstate = "39P02"


class EventTriggerProtocolViolatedError(ExternalRoutineInvocationError):
    """39P03: event trigger protocol violated."""

    sqlstate = "39P03"


class SavepointError(PostgresError):
    """3B000: savepoint exception."""

    sqlstate = "3B000"


class InvalidSavepointSpecificationError(SavepointError):
    """3B001: invalid savepoint specification."""

    sqlstate = "3B001"


class InvalidCatalogNameError(PostgresError):
    """3D000: there is no such database."""

    sqlstate = "3D000"


class InvalidSchemaNameError(PostgresError):
    """3F000: invalid schema name."""

    sqlstate = "3F000"


class TransactionRollbackError(PostgresError):
    """40000: the server ended the transaction; it may be tried again."""

    sqlstate = "40000"


class SerializationError(TransactionRollbackError):
    """40001: a concurrent transaction was first; try it again."""

    sqlstate = "40001"


class TransactionIntegrityConstraintViolationError(TransactionRollbackError):
    """40002: transaction integrity constraint violation."""

    sqlstate = "40002"


class StatementCompletionUnknownError(TransactionRollbackError):
    """40003: statement completion unknown."""

    sqlstate = "40003"


class DeadlockDetectedError(TransactionRollbackError):
    """40P01: two transactions waited for each other; try it again."""

    sqlstate = "40P01"


class SyntaxOrAccessError(PostgresError):
    """42000: the statement is wrong, or not allowed."""

    sqlstate = "42000"


class InsufficientPrivilegeError(SyntaxOrAccessError):
    """42501: the role has no right to it."""

    sqlstate = "42501"


class PostgresSyntaxError(SyntaxOrAccessError):
    """42601: syntax error."""

    sqlstate = "42601"


class InvalidNameError(SyntaxOrAccessError):
    """42602: invalid name."""

    sqlstate = "42602"


class InvalidColumnDefinitionError(SyntaxOrAccessError):
    """42611: invalid column definition."""

    sqlstate = "42611"


class NameTooLongError(SyntaxOrAccessError):
    """42622: name too long."""

    sqlstate = "42622"


class DuplicateColumnError(SyntaxOrAccessError):
    """42701: duplicate column."""

    sqlstate = "42701"


class AmbiguousColumnError(SyntaxOrAccessError):
    """42702: ambiguous column."""

    sqlstate = "42702"


class UndefinedColumnError(SyntaxOrAccessError):
    """42703: there is no such column."""

    sqlstate = "42703"


class UndefinedObjectError(SyntaxOrAccessError):
    """42704: undefined object."""

    sqlstate = "42704"


class DuplicateObjectError(SyntaxOrAccessError):
    """42710: duplicate object."""

    sqlstate = "42710"


class DuplicateAliasError(SyntaxOrAccessError):
    """42712: duplicate alias."""

    sqlstate = "42712"


class DuplicateFunctionError(SyntaxOrAccessError):
    """42723: duplicate function."""

    sqlstate = "42723"


class AmbiguousFunctionError(SyntaxOrAccessError):
    """42725: ambiguous function."""

    sqlstate = "42725"


class GroupingError(SyntaxOrAccessError):
    """42803: grouping error."""

    sqlstate = "42803"


class DatatypeMismatchError(SyntaxOrAccessError):
    """42804: datatype mismatch."""

    sqlstate = "42804"


class WrongObjectTypeError(SyntaxOrAccessError):
    """42809: wrong object type."""

    sqlstate = "42809"


class InvalidForeignKeyError(SyntaxOrAccessError):
    """42830: invalid foreign key."""

    sqlstate = "42830"


class CannotCoerceError(SyntaxOrAccessError):
    """42846: cannot coerce."""

    sqlstate = "42846"


class UndefinedFunctionError(SyntaxOrAccessError):
    """42883: there is no such function or operator."""

    sqlstate = "42883"


class GeneratedAlwaysError(SyntaxOrAccessError):
    """428C9: generated always."""

    sqlstate = "428C9"


class ReservedNameError(SyntaxOrAccessError):
    """42939: reserved name."""

    sqlstate = "42939"


class UndefinedTableError(SyntaxOrAccessError):
    """42P01: there is no such table."""

    sqlstate = "42P01"


class UndefinedParameterError(SyntaxOrAccessError):
    """42P02: undefined parameter."""

    sqlstate = "42P02"


class DuplicateCursorError(SyntaxOrAccessError):
    """42P03: duplicate cursor."""

    sqlstate = "42P03"


class DuplicateDatabaseError(SyntaxOrAccessError):
    """42P04: duplicate database."""

    sqlstate = "42P04"


class DuplicatePreparedStatementError(SyntaxOrAccessError):
    """42P05: duplicate prepared statement."""

    sqlstate = "42P05"


class DuplicateSchemaError(SyntaxOrAccessError):
    """42P06: duplicate schema."""

    sqlstate = "42P06"


class DuplicateTableError(SyntaxOrAccessError):
    """42P07: the table is there already."""

    sqlstate = "42P07"


class AmbiguousParameterError(SyntaxOrAccessError):
    """42P08: ambiguous parameter."""

    sqlstate = "42P08"


class AmbiguousAliasError(SyntaxOrAccessError):
    """42P09: ambiguous alias."""

    sqlstate = "42P09"


class InvalidColumnReferenceError(SyntaxOrAccessError):
    """42P10: invalid column reference."""

    sqlstate = "42P10"


class InvalidCursorDefinitionError(SyntaxOrAccessError):
    """42P11: invalid cursor definition."""

    sqlstate = "42P11"


class InvalidDatabaseDefinitionError(SyntaxOrAccessError):
    """42P12: invalid database definition."""

    sqlstate = "42P12"


class InvalidFunctionDefinitionError(SyntaxOrAccessError):
    """42P13: invalid function definition."""

    sqlstate = "42P13"


class InvalidPreparedStatementDefinitionError(SyntaxOrAccessError):
    """42P14: invalid prepared statement definition."""

    sqlstate = "42P14"


class InvalidSchemaDefinitionError(SyntaxOrAccessError):
    """42P15: invalid schema definition."""

    sqlstate = "42P15"


class InvalidTableDefinitionError(SyntaxOrAccessError):
    """42P16: invalid table definition."""

    sqlstate = "42P16"


class InvalidObjectDefinitionError(SyntaxOrAccessError):
    """42P17: invalid object definition."""

    sqlstate = "42P17"


class IndeterminateDatatypeError(SyntaxOrAccessError):
    """42P18: indeterminate datatype."""

    sqlstate = "42P18"


class InvalidRecursionError(SyntaxOrAccessError):
    """42P19: invalid recursion."""

    sqlstate = "42P19"


class WindowingError(SyntaxOrAccessError):
    """42P20: windowing error."""

    sqlstate = "42P20"


class CollationMismatchError(SyntaxOrAccessError):
    """42P21: collation mismatch."""

    sqlstate = "42P21"


class IndeterminateCollationError(SyntaxOrAccessError):
    """42P22: indeterminate collation."""

    sqlstate = "42P22"


class WithCheckOptionViolationError(PostgresError):
    """44000: with check option violation."""

    sqlstate = "44000"


class InsufficientResourcesError(PostgresError):
    """53000: the server has run out of something."""

    sqlstate = "53000"


class DiskFullError(InsufficientResourcesError):
    """53100: disk full."""

    sqlstate = "53100"


class OutOfMemoryError(InsufficientResourcesError):
    """53200: out of memory."""

    sqlstate = "53200"


class TooManyConnectionsError(InsufficientResourcesError):
    """53300: the server takes no more connections."""

    sqlstate = "53300"


class ConfigurationLimitExceededError(InsufficientResourcesError):
    """53400: configuration limit exceeded."""

    sqlstate = "53400"


class ProgramLimitExceededError(PostgresError):
    """54000: program limit exceeded."""

    sqlstate = "54000"


class StatementTooComplexError(ProgramLimitExceededError):
    """54001: statement too complex."""

    sqlstate = "54001"


class TooManyColumnsError(ProgramLimitExceededError):
    """54011: too many columns."""

    sqlstate = "54011"


class TooManyArgumentsError(ProgramLimitExceededError):
    """54023: too many arguments."""

    sqlstate = "54023"


class ObjectNotInPrerequisiteStateError(PostgresError):
    """55000: the object is not in the state that this needs."""

    sqlstate = "55000"


class ObjectInUseError(ObjectNotInPrerequisiteStateError):
    """55006: somebody uses it."""

    sqlstate = "55006"


class CantChangeRuntimeParamError(ObjectNotInPrerequisiteStateError):
    """55P02: cant change runtime param."""

    sqlstate = "55P02"


class LockNotAvailableError(ObjectNotInPrerequisiteStateError):
    """55P03: somebody has locked it."""

    sqlstate = "55P03"


class UnsafeNewEnumValueUsageError(ObjectNotInPrerequisiteStateError):
    """55P04: unsafe new enum value usage."""

    sqlstate = "55P04"


class OperatorInterventionError(PostgresError):
    """57000: the server was told to stop this."""

    sqlstate = "57000"


class QueryCanceledError(OperatorInterventionError):
    """57014: the statement was cancelled, or ran into statement_timeout."""

    sqlstate = "57014"


class AdminShutdownError(OperatorInterventionError):
    """57P01: the session was ended by an administrator."""

    sqlstate = "57P01"


class CrashShutdownError(OperatorInterventionError):
    """57P02: crash shutdown."""

    sqlstate = "57P02"


class CannotConnectNowError(OperatorInterventionError):
    """57P03: the server is starting up or shutting down."""

    sqlstate = "57P03"


class DatabaseDroppedError(OperatorInterventionError):
    """57P04: database dropped."""

    sqlstate = "57P04"


class IdleSessionTimeoutError(OperatorInterventionError):
    """57P05: idle session timeout."""

    sqlstate = "57P05"


class PostgresSystemError(PostgresError):
    """58000: system error."""

    sqlstate = "58000"


class PostgresIOError(PostgresSystemError):
    """58030: io error."""

    sqlstate = "58030"


class UndefinedFileError(PostgresSystemError):
    """58P01: undefined file."""

    sqlstate = "58P01"


class DuplicateFileError(PostgresSystemError):
    """58P02: duplicate file."""

    sqlstate = "58P02"


class FileNameTooLongError(PostgresSystemError):
    """58P03: file name too long."""

    sqlstate = "58P03"


class SnapshotTooOldError(PostgresError):
    """72000: snapshot too old."""

    sqlstate = "72000"


class ConfigFileError(PostgresError):
    """F0000: config file error."""

    sqlstate = "F0000"


class LockFileExistsError(ConfigFileError):
    """F0001: lock file exists."""

    sqlstate = "F0001"


class FDWError(PostgresError):
    """HV000: fdw error."""

    sqlstate = "HV000"


class FDWOutOfMemoryError(FDWError):
    """HV001: fdw out of memory."""

    sqlstate = "HV001"


class FDWDynamicParameterValueNeededError(FDWError):
    """HV002: fdw dynamic parameter value needed."""

    sqlstate = "HV002"


class FDWInvalidDataTypeError(FDWError):
    """HV004: fdw invalid data type."""

    sqlstate = "HV004"


class FDWColumnNameNotFoundError(FDWError):
    """HV005: fdw column name not found."""

    sqlstate = "HV005"


class FDWInvalidDataTypeDescriptorsError(FDWError):
    """HV006: fdw invalid data type descriptors."""

    sqlstate = "HV006"


class FDWInvalidColumnNameError(FDWError):
    """HV007: fdw invalid column name."""

    sqlstate = "HV007"


class FDWInvalidColumnNumberError(FDWError):
    """HV008: fdw invalid column number."""

    sqlstate = "HV008"


class FDWInvalidUseOfNullPointerError(FDWError):
    """HV009: fdw invalid use of null pointer."""

    sqlstate = "HV009"


class FDWInvalidStringFormatError(FDWError):
    """HV00A: fdw invalid string format."""

    sqlstate = "HV00A"


class FDWInvalidHandleError(FDWError):
    """HV00B: fdw invalid handle."""

    sqlstate = "HV00B"


class FDWInvalidOptionIndexError(FDWError):
    """HV00C: fdw invalid option index."""

    sqlstate = "HV00C"


class FDWInvalidOptionNameError(FDWError):
    """HV00D: fdw invalid option name."""

    sqlstate = "HV00D"


class FDWOptionNameNotFoundError(FDWError):
    """HV00J: fdw option name not found."""

    sqlstate = "HV00J"


class FDWReplyHandleError(FDWError):
    """HV00K: fdw reply handle."""

    sqlstate = "HV00K"


class FDWUnableToCreateExecutionError(FDWError):
    """HV00L: fdw unable to create execution."""

    sqlstate = "HV00L"


class FDWUnableToCreateReplyError(FDWError):
    """HV00M: fdw unable to create reply."""

    sqlstate = "HV00M"


class FDWUnableToEstablishConnectionError(FDWError):
    """HV00N: fdw unable to establish connection."""

    sqlstate = "HV00N"


class FDWNoSchemasError(FDWError):
    """HV00P: fdw no schemas."""

    sqlstate = "HV00P"


class FDWSchemaNotFoundError(FDWError):
    """HV00Q: fdw schema not found."""

    sqlstate = "HV00Q"


class FDWTableNotFoundError(FDWError):
    """HV00R: fdw table not found."""

    sqlstate = "HV00R"


class FDWFunctionSequenceError(FDWError):
    """HV010: fdw function sequence error."""

    sqlstate = "HV010"


class FDWTooManyHandlesError(FDWError):
    """HV014: fdw too many handles."""

    sqlstate = "HV014"


class FDWInconsistentDescriptorInformationError(FDWError):
    """HV021: fdw inconsistent descriptor information."""

    sqlstate = "HV021"


class FDWInvalidAttributeValueError(FDWError):
    """HV024: fdw invalid attribute value."""

    sqlstate = "HV024"


class FDWInvalidStringLengthOrBufferLengthError(FDWError):
    """HV090: fdw invalid string length or buffer length."""

    sqlstate = "HV090"


class FDWInvalidDescriptorFieldIdentifierError(FDWError):
    """HV091: fdw invalid descriptor field identifier."""

    sqlstate = "HV091"


class PLPGSQLError(PostgresError):
    """P0000: plpgsql error."""

    sqlstate = "P0000"


class RaiseError(PLPGSQLError):
    """P0001: RAISE in PL/pgSQL."""

    sqlstate = "P0001"


class NoDataFoundError(PLPGSQLError):
    """P0002: no data found."""

    sqlstate = "P0002"


class TooManyRowsError(PLPGSQLError):
    """P0003: too many rows."""

    sqlstate = "P0003"


class AssertError(PLPGSQLError):
    """P0004: assert failure."""

    sqlstate = "P0004"


class InternalServerError(PostgresError):
    """XX000: a bug in the server, or damaged data."""

    sqlstate = "XX000"


class DataCorruptedError(InternalServerError):
    """XX001: data corrupted."""

    sqlstate = "XX001"


class IndexCorruptedError(InternalServerError):
    """XX002: index corrupted."""

    sqlstate = "XX002"


for _name in __all__:
    globals()[_name].__module__ = PostgresError.__module__
