-- Who may do what in a home's database: run in the server's single-user mode, which needs no
-- login, on new data, on those of an older version, and on those that came from elsewhere.
-- Repeatable; statements are told apart by an empty line after their semicolon.

-- Settings stored in the database may name libraries to load.
delete from pg_db_role_setting;

-- The superuser owns what the server needs, cannot log in, and never had the role's name.
update pg_authid set rolname = 'keeper' where oid = 10 and rolname <> 'keeper';

do $$
declare found text;
begin
  select string_agg(what, ', ') into found from (
    -- Numbers below 12000 are pinned: nobody can have made them.
    select 'function ' || proname as what from pg_proc join pg_language l on l.oid = prolang
    where pg_proc.oid >= 12000 and (
      lanname = 'internal'
      or (lanname = 'c' and probin not in ('$libdir/plpgsql', '$libdir/dict_snowball'))
      or (lanname = 'c' and pronamespace <> 'pg_catalog'::regnamespace)
    )
    union all select 'language ' || lanname from pg_language
    where lanname not in ('internal', 'c', 'sql', 'plpgsql')
    union all select 'extension ' || extname from pg_extension where extname <> 'plpgsql'
    union all select 'event trigger ' || evtname from pg_event_trigger
    union all select 'role ' || rolname from pg_authid
    where (rolsuper or rolcanlogin) and oid <> 10 and rolname <> 'relance'
  ) as others;
  if found is not null then
    raise exception 'expected no code and no roles of others in the database, got: %', found;
  end if;
  if not exists (select from pg_authid where rolname = 'relance') then
    create role relance;
  end if;
end $$;

alter role relance login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;

delete from pg_auth_members where member = 'relance'::regrole;

-- What an older version made as the superuser becomes the role's.
do $$
declare
  change record;
begin
  for change in
    select format('alter schema %I owner to relance', nspname) as statement
    from pg_namespace where nspowner <> 'relance'::regrole
      and nspname !~ '^pg_' and nspname <> 'information_schema'
    union all
    select format('alter table %s owner to relance', c.oid::regclass)
    from pg_class c join pg_namespace n on n.oid = relnamespace
    where relowner <> 'relance'::regrole and relkind in ('r', 'p', 'v', 'm')
      and nspname !~ '^pg_' and nspname <> 'information_schema'
    union all
    select format('alter routine %s owner to relance', p.oid::regprocedure)
    from pg_proc p join pg_namespace n on n.oid = pronamespace
    where proowner <> 'relance'::regrole
      and nspname !~ '^pg_' and nspname <> 'information_schema'
    union all
    select format('alter type %s owner to relance', t.oid::regtype)
    from pg_type t join pg_namespace n on n.oid = typnamespace
    where typowner <> 'relance'::regrole and typtype in ('d', 'e', 'r')
      and nspname !~ '^pg_' and nspname <> 'information_schema'
  loop
    execute change.statement;
  end loop;
end $$;

alter database postgres owner to relance;
