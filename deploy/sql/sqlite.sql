-- The records of p1-relay (GET /edge/v1/records), one row for each minute of each meter. To run it again changes nothing.
-- sqlite-upsert.sql is what writes a record, whether it is new or a corrected one.

CREATE TABLE IF NOT EXISTS records (
  id INTEGER NOT NULL,
  macaddress TEXT NOT NULL,
  meter TEXT NOT NULL,
  ts TEXT NOT NULL, -- end of the minute, UTC: 2026-07-01T10:01:00Z
  ts_date TEXT NOT NULL, -- the same on the wall
  ts_time TEXT NOT NULL,
  medium TEXT NOT NULL,
  tariff INTEGER,
  import_wh INTEGER,
  export_wh INTEGER,
  import_register_wh INTEGER,
  export_register_wh INTEGER,
  volume_l INTEGER,
  volume_register_l INTEGER,
  heat_mj INTEGER,
  heat_register_mj INTEGER,
  power_avg_w INTEGER,
  power_max_w INTEGER,
  capacity_w INTEGER,
  excess_wh INTEGER,
  samples INTEGER NOT NULL,
  coverage REAL NOT NULL,
  estimated INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (meter, ts) -- for several agents in one table: (macaddress, meter, ts), here and in the upsert
);

-- For the newest id, from which on the next records are asked for.
CREATE INDEX IF NOT EXISTS records_by_id ON records (id);
