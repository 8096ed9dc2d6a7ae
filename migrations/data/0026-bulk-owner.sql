-- How whoever asked proved who they are: by a token of the tenant's alone, they are to people the tenant itself.
ALTER TABLE bulk_export ADD COLUMN owner_by TEXT NOT NULL DEFAULT '';
