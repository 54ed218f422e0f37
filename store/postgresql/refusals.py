"""Why a server can't be used, in one sentence for the person who runs the program, with the remedy.

Of a connection that is refused libpq gives nothing but words. What a server says in another language than English is
told as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from domain.errors import DatabaseBusy, DatabaseError
from domain.postgresql_address import PostgresqlAddress
from languages.catalogue import Later
from languages.terminal import N_, _

PASSING = (errors.LockNotAvailable, errors.QueryCanceled, errors.DeadlockDetected, errors.SerializationFailure)
LASTING = {  # what waiting does not mend, by the words of libpq, or of a server that speaks English
    r"no password supplied": N_("asks for a password: write it in ~/.pgpass (mode 0600), PGPASSWORD or the address"),
    r"authentication failed|role .* does not exist|role .* is not permitted to log in": N_(
        "refuses this user or its password: correct them in 'database', ~/.pgpass or PGPASSWORD, whichever you use"
    ),
    r"database .* does not exist": N_("is not there: make it on its server (createdb -O USER NAME)"),
    r"no pg_hba\.conf entry": N_(
        "lets nobody in from this machine in this way ({error}): add a line to pg_hba.conf on the server, or "
        "sslmode=require to the address"
    ),
    r"certificate|signature failure": N_(
        "has a certificate that is not trusted ({error}): name its CA's with sslrootcert=FILE, and the server by the "
        "name that stands in its certificate"
    ),
    r"server does not support SSL": N_(
        "does not speak TLS, which sslmode asks for: switch it on at the server (ssl = on), or take another sslmode"
    ),
    r"invalid \S+ value|definition of service|service file": N_(
        "has an address that can't be used ({error}): correct it in 'database'"
    ),
}
READS_ONLY = N_(
    "can only be read there (a standby?): name its primary server, or several with target_session_attrs=read-write"
)
FIRST_WORDS = re.compile(r"^connection (failed|is bad): (connection to server .*? failed: )?(FATAL: +)?")


def is_lasting(error: psycopg.OperationalError) -> bool:
    """Whether the server, or libpq, refuses a connection for what somebody has to mend first."""
    return _lasting(error) is not None


def _lasting(error: psycopg.OperationalError) -> Later | None:
    if error.sqlstate is not None:  # said in a session: it was let in
        return None
    return next((remedy for words, remedy in LASTING.items() if re.search(words, str(error))), None)


def explain(address: PostgresqlAddress, error: psycopg.Error) -> DatabaseError:
    """What an error of PostgreSQL means for the person who runs the program, with the remedy."""
    kind, remedy = _judged(error)
    return kind(_("the database {path} {remedy}", path=address, remedy=remedy.filled(error=_words(address, error))))


def _judged(error: psycopg.Error) -> tuple[type[DatabaseError], Later]:
    """Whether it passes, and what to do."""
    if isinstance(error, PASSING):
        return DatabaseBusy, N_(
            "is locked by somebody else for too long: end the transaction that is open on it (a psql shell?)"
        )
    if isinstance(error, errors.DiskFull):
        return DatabaseBusy, N_("can't grow: the disk is full; make room, the program goes on by itself")
    if isinstance(error, errors.ReadOnlySqlTransaction) or "session is read-only" in str(error):
        return DatabaseBusy, READS_ONLY
    if isinstance(error, errors.InsufficientPrivilege):
        return DatabaseError, N_(
            "does not let this user do what the programs do ({error}): make the user its owner (createdb -O USER NAME)"
        )
    if isinstance(error, psycopg.OperationalError):
        if (remedy := _lasting(error)) is not None:
            return DatabaseError, remedy
        return DatabaseBusy, N_("can't be reached ({error}): see to the server and the network")
    return DatabaseError, N_("can't be used ({error})")


def _words(address: PostgresqlAddress, error: psycopg.Error) -> str:
    """What was said, in one line and without a password."""
    words = FIRST_WORDS.sub("", str(error).strip().partition("\n")[0])
    for secret in address.secrets():
        words = words.replace(secret, "***")
    return words


@contextmanager
def explained(address: PostgresqlAddress) -> Iterator[None]:
    """Errors of PostgreSQL leave the block as DatabaseError, but for those of a row that is refused."""
    try:
        yield
    except (psycopg.IntegrityError, psycopg.DataError):
        raise
    except psycopg.ProgrammingError as error:
        if error.sqlstate is None:  # said by libpq before it reached the server; it may quote the password
            remedy = _("has an address that can't be read: write it as postgresql://user@server/name")
            raise DatabaseError(_("the database {path} {remedy}", path=address, remedy=remedy)) from None
        raise explain(address, error) from error
    except psycopg.Error as error:
        raise explain(address, error) from error
