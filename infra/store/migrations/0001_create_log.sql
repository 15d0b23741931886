-- The embedded log: an append moves the head and inserts frames in one statement.

-- One row: what was fixed when the log was created and is checked at each start.
create table log_home (
  one boolean primary key default true check (one),
  generation integer not null check (generation > 0),
  partition_count integer not null check (partition_count > 0),
  created_at timestamptz not null default now()
);

-- Topics are numbered in rows that are stored by the thousand; the names stand here for readers of SQL.
create table log_topic (
  number smallint primary key,
  name text not null unique
);
insert into log_topic (number, name) values
  (1, 'events'), (2, 'inbox.express'), (3, 'inbox.bulk'),
  (4, 'workspace'), (5, 'inbox.workspace'), (6, 'quarantine');

-- One row per partition: the row lock, held to commit, makes commit order offset order.
-- fillfactor: rows are updated by each append and must stay on their page.
create table log_head (
  topic smallint not null references log_topic,
  partition smallint not null,
  first_offset bigint not null default 0,
  next_offset bigint not null default 0,
  epoch integer not null default 0,
  primary key (topic, partition),
  check (first_offset <= next_offset)
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Frames kept for ever: events, workspace, quarantine.
-- codec says how the payload is read, dictionary which one compressed it (0: none).
-- size_bytes is the size of keys and values, so that a reader can stop in time.
create table log_frame (
  base_offset bigint not null,
  record_count integer not null check (record_count > 0),
  size_bytes integer not null,
  topic smallint not null,
  partition smallint not null,
  codec smallint not null,
  dictionary smallint not null default 0,
  payload bytea not null,
  primary key (topic, partition, base_offset)
);
-- Payloads are compressed already.
alter table log_frame alter column payload set storage external;

-- Frames of inboxes: transport, deleted once decided; vacuumed often since they come and go.
create table inbox_frame (like log_frame including all)
  with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
