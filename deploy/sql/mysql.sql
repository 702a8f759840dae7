-- The records of p1-relay (GET /edge/v1/records), one row for each minute of each meter. To run it again changes nothing.
-- For MySQL and MariaDB. mysql-upsert.sql is what writes a record, whether it is new or a corrected one.

CREATE TABLE IF NOT EXISTS records (
  id BIGINT NOT NULL,
  macaddress CHAR(17) NOT NULL,
  meter VARCHAR(100) NOT NULL,
  ts DATETIME NOT NULL, -- end of the minute, UTC
  ts_date DATE NOT NULL, -- the same on the wall
  ts_time TIME NOT NULL,
  medium VARCHAR(20) NOT NULL,
  tariff SMALLINT,
  import_wh BIGINT,
  export_wh BIGINT,
  import_register_wh BIGINT,
  export_register_wh BIGINT,
  volume_l BIGINT,
  volume_register_l BIGINT,
  heat_mj BIGINT,
  heat_register_mj BIGINT,
  power_avg_w INT,
  power_max_w INT,
  capacity_w INT,
  excess_wh BIGINT,
  samples INT NOT NULL,
  coverage DECIMAL(5, 4) NOT NULL,
  estimated BOOLEAN NOT NULL,
  revision INT NOT NULL,
  PRIMARY KEY (meter, ts), -- for several agents in one table: (macaddress, meter, ts)
  KEY records_by_id (id) -- for the newest id, from which on the next records are asked for
);
