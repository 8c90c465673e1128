#!/bin/busybox sh
# A database on disk: write-ahead log, locks between two shells, a roll-back, an index.
sqlite3 x.db <<'E'
pragma journal_mode=wal;
create table t(a integer primary key, b text);
with recursive c(x) as (select 1 union all select x+1 from c where x<5000) insert into t select x, hex(x) from c;
select count(*), sum(a), max(b) from t;
create index i on t(b); select a from t where b='313233';
begin; delete from t where a%2; rollback; select count(*) from t; vacuum; pragma integrity_check;
E
(echo 'begin immediate; select "locked";'; sleep 1; echo 'commit;') | sqlite3 x.db &
sleep 0.3
sqlite3 x.db 'insert into t values(9999, 1)' 2>&1
wait
sqlite3 x.db 'insert into t values(9999, 1); select count(*) from t; pragma journal_mode=delete'
sqlite3 x.db .dump | md5sum
