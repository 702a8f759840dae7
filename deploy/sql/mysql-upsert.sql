-- One record, by its names (as PyMySQL and mysqlclient take them): a corrected one takes the place of the one before.
INSERT INTO records (
  id, macaddress, meter, ts, ts_date, ts_time,
  medium, tariff, import_wh, export_wh, import_register_wh, export_register_wh,
  volume_l, volume_register_l, heat_mj, heat_register_mj, power_avg_w, power_max_w,
  capacity_w, excess_wh, samples, coverage, estimated, revision
) VALUES (
  %(id)s, %(macaddress)s, %(meter)s,
  STR_TO_DATE(%(ts)s, '%%Y-%%m-%%dT%%H:%%i:%%sZ'),
  %(ts_date)s, %(ts_time)s, %(medium)s, %(tariff)s,
  %(import_wh)s, %(export_wh)s, %(import_register_wh)s, %(export_register_wh)s,
  %(volume_l)s, %(volume_register_l)s, %(heat_mj)s, %(heat_register_mj)s,
  %(power_avg_w)s, %(power_max_w)s, %(capacity_w)s, %(excess_wh)s,
  %(samples)s, %(coverage)s, %(estimated)s, %(revision)s
)
ON DUPLICATE KEY UPDATE
  id = VALUES(id),
  macaddress = VALUES(macaddress),
  ts_date = VALUES(ts_date),
  ts_time = VALUES(ts_time),
  medium = VALUES(medium),
  tariff = VALUES(tariff),
  import_wh = VALUES(import_wh),
  export_wh = VALUES(export_wh),
  import_register_wh = VALUES(import_register_wh),
  export_register_wh = VALUES(export_register_wh),
  volume_l = VALUES(volume_l),
  volume_register_l = VALUES(volume_register_l),
  heat_mj = VALUES(heat_mj),
  heat_register_mj = VALUES(heat_register_mj),
  power_avg_w = VALUES(power_avg_w),
  power_max_w = VALUES(power_max_w),
  capacity_w = VALUES(capacity_w),
  excess_wh = VALUES(excess_wh),
  samples = VALUES(samples),
  coverage = VALUES(coverage),
  estimated = VALUES(estimated),
  revision = VALUES(revision);
