-- Once, on the primary: psql -h 10.77.0.1 -U postgres -f databases.sql, with passwords of your own.
CREATE ROLE strongroom_data LOGIN REPLICATION PASSWORD 'change-me-4';
CREATE ROLE strongroom_keys LOGIN REPLICATION PASSWORD 'change-me-5';
CREATE DATABASE strongroom OWNER strongroom_data ENCODING 'UTF8' TEMPLATE template0;
CREATE DATABASE strongroom_keys OWNER strongroom_keys ENCODING 'UTF8' TEMPLATE template0;
-- So that `strongroom status` sees who receives what is written.
GRANT pg_monitor TO strongroom_data;
