-- As before, but that it never fails: what an event calls a list may be any content, also one that is no text. Escaped, the
-- hashes and quotes of a list stay as they are.
create or replace function kintsugi_named(whose text, event text) returns setof text language plpgsql stable
    set enable_seqscan = off as $$
declare
    lists text[] := array(select list[1] from regexp_matches(event, '"artifacts":"([0-9a-f]+)"', 'g') list);
begin
    return query select word from string_to_table(event, '"') word
        where length(word) = 64 and word ~ '^[0-9a-f]*$';
    if cardinality(lists) > 0 then
        return query select word from blob, string_to_table(encode(blob.content, 'escape'), '"') word
            where blob.tenant_id = whose and blob.hash = any (lists)
              and length(word) = 64 and word ~ '^[0-9a-f]*$';
    end if;
end $$;
