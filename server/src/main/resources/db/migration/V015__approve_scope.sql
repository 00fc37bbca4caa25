-- Approving is a scope of its own: keys that could approve until now still can.
update api_key set scopes = array_append(scopes, 'APPROVE')
where 'WRITE' = any (scopes) and not 'APPROVE' = any (scopes);
