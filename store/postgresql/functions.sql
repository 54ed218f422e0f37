-- Functions of SQLite that the statements of store/ use, with SQLite's meaning, and what schema.sql needs besides.
-- Made once with the tables (store/postgresql/schema.py), in the schema that is ours.

-- This instant as every column holds it: UTC, to the millisecond.
CREATE FUNCTION stamp_now() RETURNS text LANGUAGE sql VOLATILE AS
$$ SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

-- The greater and the smaller of two, and NULL when either is; greatest() and least() leave NULLs out.
CREATE FUNCTION max(anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT CASE WHEN $1 >= $2 THEN $1 ELSE $2 END $$;
CREATE FUNCTION min(anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT CASE WHEN $1 <= $2 THEN $1 ELSE $2 END $$;

CREATE FUNCTION group_concat_step(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN $1 IS NULL THEN $2 WHEN $2 IS NULL THEN $1 ELSE $1 || ',' || $2 END $$;
CREATE AGGREGATE group_concat(text) (sfunc = group_concat_step, stype = text);

-- Days since noon of 24 November 4714 BC, and so many days, hours ... later; NULL for what is no instant.
CREATE FUNCTION julianday(moment text, later text) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT SET timezone = 'UTC' AS $$
BEGIN
    RETURN extract(epoch FROM moment::timestamptz + later::interval) / 86400.0 + 2440587.5;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;
CREATE FUNCTION julianday(moment text) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT julianday(moment, '0') $$;

-- So many days later, as YYYY-MM-DD.
CREATE FUNCTION date(day text, later text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT to_char(day::date + later::interval, 'YYYY-MM-DD') $$;

-- Of the formats of SQLite's function only the day of the week, Sunday being 0.
CREATE FUNCTION strftime(format text, day text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    IF format <> '%w' THEN
        RAISE EXCEPTION 'strftime is known here with %%w alone';
    END IF;
    RETURN extract(dow FROM day::date)::int::text;
END $$;

CREATE FUNCTION is_day(day text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN to_char(day::date, 'YYYY-MM-DD') = day;
EXCEPTION WHEN data_exception THEN
    RETURN false;
END $$;

CREATE FUNCTION json_valid(words text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    PERFORM words::json;
    RETURN true;
EXCEPTION WHEN data_exception THEN
    RETURN false;
END $$;

-- Tells who listens (store/postgresql/announcements.py) that a table is changed, once the transaction is committed.
CREATE FUNCTION announce() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY polimisport;
    RETURN NULL;
END $$;
