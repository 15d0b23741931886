-- States of streams as of their owner's last flush, and how far that flush had got.

-- schema: number made of the state's types; new code builds its own rows beside the old.
-- partition: of `events`, or -1 for the workspace's own log.
-- fillfactor: a row is rewritten at each flush; next_due is indexed, so never in place.
create table stream_state (
  schema integer not null,
  generation integer not null,
  partition smallint not null,
  stream text not null,
  seq bigint not null,
  version integer not null,
  next_due timestamptz,
  is_attempting boolean not null default false,
  codec smallint not null,
  data bytea not null,
  primary key (schema, generation, partition, stream)
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- Data are compressed already where that pays.
alter table stream_state alter column data set storage external;

-- Timers: the next ones of a partition, in order.
create index stream_state_due on stream_state (schema, generation, partition, next_due, stream)
  where next_due is not null;

-- What an owner must look after at once when it takes a partition; few at any time.
create index stream_state_attempting on stream_state (schema, generation, partition)
  where is_attempting;

-- A cursor is four numbers; a flush also keeps how far each lane and the workspace had got.
create table owner_cursor (
  schema integer not null,
  generation integer not null,
  partition smallint not null,
  next_offset bigint not null,
  epoch integer not null,
  seq bigint not null,
  express bigint not null,
  bulk bigint not null,
  workspace_offset bigint not null,
  workspace_generation integer not null,
  workspace_epoch integer not null,
  workspace_seq bigint not null,
  w integer not null,
  primary key (schema, generation, partition)
) with (fillfactor = 50);
