-- How far each reader of valid decisions has got: reactors and projections.
-- version: of the projection; another version starts beside it.
create table reader_cursor (
  name text not null,
  version integer not null,
  generation integer not null,
  partition smallint not null,
  next_offset bigint not null,
  epoch integer not null,
  seq bigint not null,
  primary key (name, version, generation, partition)
) with (fillfactor = 50);
