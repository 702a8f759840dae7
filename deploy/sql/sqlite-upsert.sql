-- One record, by its names: a corrected one takes the place of the one before.
INSERT INTO records (
  id, macaddress, meter, ts, ts_date, ts_time,
  medium, tariff, import_wh, export_wh, import_register_wh, export_register_wh,
  volume_l, volume_register_l, heat_mj, heat_register_mj, power_avg_w, power_max_w,
  capacity_w, excess_wh, samples, coverage, estimated, revision
) VALUES (
  :id, :macaddress, :meter, :ts, :ts_date, :ts_time,
  :medium, :tariff, :import_wh, :export_wh, :import_register_wh, :export_register_wh,
  :volume_l, :volume_register_l, :heat_mj, :heat_register_mj, :power_avg_w, :power_max_w,
  :capacity_w, :excess_wh, :samples, :coverage, :estimated, :revision
)
ON CONFLICT (meter, ts) DO UPDATE SET
  id = excluded.id,
  macaddress = excluded.macaddress,
  ts_date = excluded.ts_date,
  ts_time = excluded.ts_time,
  medium = excluded.medium,
  tariff = excluded.tariff,
  import_wh = excluded.import_wh,
  export_wh = excluded.export_wh,
  import_register_wh = excluded.import_register_wh,
  export_register_wh = excluded.export_register_wh,
  volume_l = excluded.volume_l,
  volume_register_l = excluded.volume_register_l,
  heat_mj = excluded.heat_mj,
  heat_register_mj = excluded.heat_register_mj,
  power_avg_w = excluded.power_avg_w,
  power_max_w = excluded.power_max_w,
  capacity_w = excluded.capacity_w,
  excess_wh = excluded.excess_wh,
  samples = excluded.samples,
  coverage = excluded.coverage,
  estimated = excluded.estimated,
  revision = excluded.revision;
