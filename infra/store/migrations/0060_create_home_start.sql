-- The name of this home's last start, which its marker file bears too: files and database
-- that do not belong together are noticed.  `former` is what the file says until it is renamed.
create table home_start (
  one boolean primary key default true check (one),
  start text not null,
  former text not null default ''
);
