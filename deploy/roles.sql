-- For psql, as the server's administrator: who owns the tables, who runs the bot, and the database.
\set ON_ERROR_STOP on
CREATE ROLE ops_owner LOGIN;
CREATE ROLE redbutton LOGIN;
CREATE DATABASE ops OWNER ops_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE ops FROM PUBLIC;
GRANT CONNECT ON DATABASE ops TO redbutton;

-- Their passwords, from the environment.
\getenv owner_password OWNER_PASSWORD
\getenv bot_password BOT_PASSWORD
ALTER ROLE ops_owner PASSWORD :'owner_password';
ALTER ROLE redbutton PASSWORD :'bot_password';
