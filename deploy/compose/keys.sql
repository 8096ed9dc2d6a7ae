-- The key store is a database of its own.
CREATE DATABASE strongroom_keys OWNER strongroom;
