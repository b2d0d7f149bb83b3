CREATE TABLE resources (
  key text COLLATE "C" NOT NULL PRIMARY KEY,
  id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  type_key text COLLATE "C" NOT NULL,
  parent_key text COLLATE "C" NOT NULL,
  cluster_key text COLLATE "C",
  document text NOT NULL,
  status text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  status_version bigint NOT NULL,
  created_at bigint NOT NULL,
  changed_at bigint NOT NULL
);
CREATE INDEX resources_by_type ON resources (type_key, key);
CREATE INDEX resources_by_cluster ON resources (cluster_key, key) WHERE cluster_key IS NOT NULL;

CREATE TABLE operations (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  kind text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  is_open boolean NOT NULL,
  resource_id text COLLATE "C" NOT NULL,
  cluster_key text COLLATE "C" NOT NULL,
  pool text COLLATE "C",
  subscription_id text COLLATE "C" NOT NULL,
  location text COLLATE "C" NOT NULL,
  started_at bigint NOT NULL,
  ended_at bigint,
  percent_complete integer,
  error text,
  correlation_id text COLLATE "C" NOT NULL,
  caller text COLLATE "C" NOT NULL,
  rollout_id text COLLATE "C",
  target_operation_id text COLLATE "C",
  version bigint NOT NULL
);
CREATE INDEX operations_open ON operations (cluster_key, started_at, seq) WHERE is_open;

CREATE TABLE activities (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_data_id text COLLATE "C" NOT NULL UNIQUE,
  at bigint NOT NULL,
  subscription_id text COLLATE "C" NOT NULL,
  subscription_key text COLLATE "C" NOT NULL,
  resource_group text COLLATE "C" NOT NULL,
  resource_group_key text COLLATE "C" NOT NULL,
  resource_id text COLLATE "C" NOT NULL,
  resource_key text COLLATE "C" NOT NULL,
  operation_name text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  level text COLLATE "C" NOT NULL,
  caller text COLLATE "C" NOT NULL,
  correlation_id text COLLATE "C" NOT NULL,
  correlation_key text COLLATE "C" NOT NULL,
  http_method text COLLATE "C",
  client_request_id text COLLATE "C",
  client_ip_address text COLLATE "C",
  properties text NOT NULL
);
CREATE INDEX activities_by_subscription ON activities (subscription_key, at, seq);
CREATE INDEX activities_by_resource ON activities (resource_key, at, seq);
CREATE INDEX activities_by_correlation ON activities (correlation_key, at, seq);
CREATE INDEX activities_by_time ON activities (at);

CREATE TABLE rollouts (
  cluster_key text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  pool text COLLATE "C" NOT NULL,
  target text COLLATE "C" NOT NULL,
  "trigger" text COLLATE "C" NOT NULL,
  phase text COLLATE "C" NOT NULL,
  started_at bigint NOT NULL,
  ended_at bigint,
  operation_id text COLLATE "C",
  record text NOT NULL,
  PRIMARY KEY (cluster_key, id)
);
CREATE INDEX rollouts_by_start ON rollouts (cluster_key, started_at, id);
CREATE INDEX rollouts_ended ON rollouts (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE decisions (
  cluster_key text COLLATE "C" NOT NULL,
  rollout_id text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  at bigint NOT NULL,
  input text NOT NULL,
  plan text NOT NULL,
  PRIMARY KEY (cluster_key, rollout_id, number)
);

CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  kind text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  payload text NOT NULL,
  delivered_at bigint
);
CREATE INDEX outbox_undelivered ON outbox (seq) WHERE delivered_at IS NULL;
CREATE INDEX outbox_delivered ON outbox (delivered_at) WHERE delivered_at IS NOT NULL;

CREATE TABLE journal (
  cluster_key text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  json text NOT NULL,
  PRIMARY KEY (cluster_key, number)
);

CREATE TABLE journal_snapshots (
  cluster_key text COLLATE "C" NOT NULL PRIMARY KEY,
  up_to_number bigint NOT NULL,
  content bytea NOT NULL
);

CREATE TABLE leases (
  cluster_key text COLLATE "C" NOT NULL PRIMARY KEY,
  holder text COLLATE "C" NOT NULL,
  epoch bigint NOT NULL,
  expires_at bigint NOT NULL
);

CREATE TABLE wakes (
  cluster_key text COLLATE "C" NOT NULL PRIMARY KEY,
  shard integer NOT NULL,
  at bigint,
  generation bigint NOT NULL
);
CREATE INDEX wakes_planned ON wakes (shard, at) WHERE at IS NOT NULL;

CREATE TABLE releases (
  name text COLLATE "C" NOT NULL PRIMARY KEY,
  source text COLLATE "C" NOT NULL,
  json text NOT NULL
);

CREATE TABLE principals (
  app_id text COLLATE "C" NOT NULL PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  secret_hash text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  disabled_at bigint
);

CREATE TABLE role_assignments (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  principal_id text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL,
  scope_key text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL
);

CREATE TABLE signing_keys (
  key_id text COLLATE "C" NOT NULL PRIMARY KEY,
  pkcs8 bytea NOT NULL,
  created_at bigint NOT NULL,
  retired_at bigint
);
