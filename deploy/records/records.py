#!/usr/bin/env python3
"""Keeps a table of records in step with a p1-relay: first all of them, later only what is new. Needs nothing but Python.

usage: P1_RELAY_KEY=… records.py http://meterpi:8011 records.db
"""
import json
import os
import sqlite3
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

SQL = Path(__file__).resolve().parent.parent / 'sql'
WEEK = 1440 * 7


def get(url, key):
    """What the agent answers. Raises HTTPError for anything but 200."""
    with urlopen(Request(url, headers={'Authorization': f'Bearer {key}'}), timeout=60) as response:
        return json.load(response)


def fetch(base, key, starting_id):
    """Yields records from an id on, at most a week of a meter at a time, until there are no more."""
    while True:
        try:
            records = get(f'{base}/edge/v1/records?starting_id={starting_id}&per_page={WEEK}', key)
        except HTTPError as error:
            if error.code != 410:
                raise
            # What lay between was not fetched for so long that it is not kept any more.
            oldest = json.load(error)['oldest_id']
            print(f'records {starting_id} to {oldest - 1} are not kept any more', file=sys.stderr)
            starting_id = oldest
            continue
        if not records:
            return
        yield records
        # Never by `page` alone: a minute that is corrected meanwhile leaves its place, and moves all behind it.
        starting_id = records[-1]['id'] + 1


def main():
    base, path = sys.argv[1:]
    db = sqlite3.connect(path)
    db.executescript((SQL / 'sqlite.sql').read_text())
    upsert = (SQL / 'sqlite-upsert.sql').read_text()
    newest = db.execute('SELECT coalesce(max(id), -1) FROM records').fetchone()[0]
    count = 0
    for records in fetch(base.rstrip('/'), os.environ['P1_RELAY_KEY'], newest + 1):
        with db:
            db.executemany(upsert, records)
        count += len(records)
    print(f'{count} records')


if __name__ == '__main__':
    main()
