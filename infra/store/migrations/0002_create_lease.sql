-- Who owns a partition now.  Not the head row of the log: a gate locks this one while
-- appends lock that one, and one row for both deadlocked under load.
create table lease (
  topic smallint not null references log_topic,
  partition smallint not null,
  holder text not null default '',
  epoch integer not null default 0,
  until timestamptz not null default '-infinity',
  primary key (topic, partition)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
