-- "postgres", or "kafka://HOST:PORT,.../PREFIX": a home keeps the log that it was made with.
alter table log_home add column address text not null default 'postgres';
