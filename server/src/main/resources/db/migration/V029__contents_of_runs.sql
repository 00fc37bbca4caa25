-- Hashes of contents that a run's events name, also through lists of artifacts. Asked of all events of a run at once; lists
-- are found by the index whatever the planner believes of the number of contents. In JSON a hash stands between quotes:
-- to split at them is ten times as fast as a regular expression that counts to 64.
create or replace function kintsugi_named(whose text, event text) returns setof text language plpgsql stable
    set enable_seqscan = off as $$
declare
    lists text[] := array(select list[1] from regexp_matches(event, '"artifacts":"([0-9a-f]+)"', 'g') list);
begin
    return query select word from string_to_table(event, '"') word
        where length(word) = 64 and word ~ '^[0-9a-f]*$';
    if cardinality(lists) > 0 then
        return query select word from blob, string_to_table(convert_from(blob.content, 'UTF8'), '"') word
            where blob.tenant_id = whose and blob.hash = any (lists)
              and length(word) = 64 and word ~ '^[0-9a-f]*$';
    end if;
end $$;

-- Entries are few for each run and looked for one by one: kept in their place at once, not in a list to be gone through.
drop index run_history_contents;
create index run_history_contents on run_history using gin (contents) with (fastupdate = off);
