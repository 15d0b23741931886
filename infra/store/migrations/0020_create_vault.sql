-- Keys of persons and of subjects not yet matched to one, each wrapped by the home's
-- master key.  A destroyed key leaves its row: the tombstone that forbids a new one.
create table vault_key (
    subject text primary key,
    wrapped bytea,
    created_at timestamptz not null default now(),
    destroyed_at timestamptz,
    -- Standing or destroyed, never both: a key that survives its destruction is a leak.
    constraint vault_key_stands_or_is_destroyed check ((wrapped is null) = (destroyed_at is not null))
);

-- Tells a wrong master key or pepper before either has touched anything.
create table vault_check (
    name text primary key,
    value bytea not null
);
