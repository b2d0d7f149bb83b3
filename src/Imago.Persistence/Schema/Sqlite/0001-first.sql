CREATE TABLE resources (
  key TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  type_key TEXT NOT NULL,
  parent_key TEXT NOT NULL,
  cluster_key TEXT,
  document TEXT NOT NULL,
  status TEXT NOT NULL,
  version INTEGER NOT NULL,
  status_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
);
CREATE INDEX resources_by_type ON resources (type_key, key);
CREATE INDEX resources_by_cluster ON resources (cluster_key, key) WHERE cluster_key IS NOT NULL;

CREATE TABLE operations (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  is_open INTEGER NOT NULL,
  resource_id TEXT NOT NULL,
  cluster_key TEXT NOT NULL,
  pool TEXT,
  subscription_id TEXT NOT NULL,
  location TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  percent_complete INTEGER,
  error TEXT,
  correlation_id TEXT NOT NULL,
  caller TEXT NOT NULL,
  rollout_id TEXT,
  target_operation_id TEXT,
  version INTEGER NOT NULL
);
CREATE INDEX operations_open ON operations (cluster_key, started_at, seq) WHERE is_open;

CREATE TABLE activities (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  event_data_id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  subscription_id TEXT NOT NULL,
  subscription_key TEXT NOT NULL,
  resource_group TEXT NOT NULL,
  resource_group_key TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  resource_key TEXT NOT NULL,
  operation_name TEXT NOT NULL,
  status TEXT NOT NULL,
  level TEXT NOT NULL,
  caller TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  correlation_key TEXT NOT NULL,
  http_method TEXT,
  client_request_id TEXT,
  client_ip_address TEXT,
  properties TEXT NOT NULL
);
CREATE INDEX activities_by_subscription ON activities (subscription_key, at, seq);
CREATE INDEX activities_by_resource ON activities (resource_key, at, seq);
CREATE INDEX activities_by_correlation ON activities (correlation_key, at, seq);
CREATE INDEX activities_by_time ON activities (at);

CREATE TABLE rollouts (
  cluster_key TEXT NOT NULL,
  id TEXT NOT NULL,
  pool TEXT NOT NULL,
  target TEXT NOT NULL,
  "trigger" TEXT NOT NULL,
  phase TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  operation_id TEXT,
  record TEXT NOT NULL,
  PRIMARY KEY (cluster_key, id)
);
CREATE INDEX rollouts_by_start ON rollouts (cluster_key, started_at, id);
CREATE INDEX rollouts_ended ON rollouts (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE decisions (
  cluster_key TEXT NOT NULL,
  rollout_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  input TEXT NOT NULL,
  plan TEXT NOT NULL,
  PRIMARY KEY (cluster_key, rollout_id, number)
);

CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  at INTEGER NOT NULL,
  payload TEXT NOT NULL,
  delivered_at INTEGER
);
CREATE INDEX outbox_undelivered ON outbox (seq) WHERE delivered_at IS NULL;
CREATE INDEX outbox_delivered ON outbox (delivered_at) WHERE delivered_at IS NOT NULL;

CREATE TABLE journal (
  cluster_key TEXT NOT NULL,
  number INTEGER NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (cluster_key, number)
);

CREATE TABLE journal_snapshots (
  cluster_key TEXT NOT NULL PRIMARY KEY,
  up_to_number INTEGER NOT NULL,
  content BLOB NOT NULL
);

CREATE TABLE leases (
  cluster_key TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE wakes (
  cluster_key TEXT NOT NULL PRIMARY KEY,
  shard INTEGER NOT NULL,
  at INTEGER,
  generation INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX wakes_planned ON wakes (shard, at) WHERE at IS NOT NULL;

CREATE TABLE releases (
  name TEXT NOT NULL PRIMARY KEY,
  source TEXT NOT NULL,
  json TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE principals (
  app_id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  disabled_at INTEGER
) WITHOUT ROWID;

CREATE TABLE role_assignments (
  id TEXT NOT NULL PRIMARY KEY,
  principal_id TEXT NOT NULL,
  role TEXT NOT NULL,
  scope_key TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE signing_keys (
  key_id TEXT NOT NULL PRIMARY KEY,
  pkcs8 BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  retired_at INTEGER
) WITHOUT ROWID;
