-- The records of p1-relay (GET /edge/v1/records), one row for each minute of each meter. To run it again changes nothing.
-- postgresql-upsert.sql is what writes a record, whether it is new or a corrected one.

CREATE TABLE IF NOT EXISTS records (
  id bigint NOT NULL,
  macaddress char(17) NOT NULL,
  meter varchar(100) NOT NULL,
  ts timestamptz NOT NULL, -- end of the minute
  ts_date date NOT NULL, -- the same on the wall
  ts_time time NOT NULL,
  medium varchar(20) NOT NULL,
  tariff smallint,
  import_wh bigint,
  export_wh bigint,
  import_register_wh bigint,
  export_register_wh bigint,
  volume_l bigint,
  volume_register_l bigint,
  heat_mj bigint,
  heat_register_mj bigint,
  power_avg_w integer,
  power_max_w integer,
  capacity_w integer,
  excess_wh bigint,
  samples integer NOT NULL,
  coverage numeric(5, 4) NOT NULL,
  estimated boolean NOT NULL,
  revision integer NOT NULL,
  PRIMARY KEY (meter, ts) -- for several agents in one table: (macaddress, meter, ts), here and in the upsert
);

-- For the newest id, from which on the next records are asked for.
CREATE INDEX IF NOT EXISTS records_by_id ON records (id);
