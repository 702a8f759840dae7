#!/usr/bin/env python3
"""Keeps a table of records in step with a p1-relay: first all of them, later only what is new. Needs nothing but Python.

usage: RECORDS_KEY=… records.py http://meterpi:8011 records.db
"""
import json
import os
import sqlite3
import sys
from http.client import HTTPException
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
        # The last id needs no memory of the server's, as `page` does: it goes on after any break of either side.
        starting_id = records[-1]['id'] + 1


def keep(base, key, path):
    """Brings the table up to date. Returns how many records came."""
    db = sqlite3.connect(path)
    db.executescript((SQL / 'sqlite.sql').read_text())
    upsert = (SQL / 'sqlite-upsert.sql').read_text()
    newest = db.execute('SELECT coalesce(max(id), -1) FROM records').fetchone()[0]
    count = 0
    for records in fetch(base.rstrip('/'), key, newest + 1):
        with db:
            db.executemany(upsert, records)
        count += len(records)
    return count


def refusal(error):
    """What the agent says of a request that it does not answer; of a proxy that stands before it, only the status."""
    try:
        return f"{error.code}, {json.load(error)['detail']}"
    except (ValueError, KeyError, TypeError):
        return f'{error.code} {error.reason}'


def main():
    key = os.environ.get('RECORDS_KEY', '')
    if len(sys.argv) != 3 or not key:
        sys.exit(__doc__.strip().splitlines()[-1])
    base, path = sys.argv[1:]
    try:
        print(f'{keep(base, key, path)} records')
    except HTTPError as error:
        sys.exit(f'{base} answers {refusal(error)}')
    except (OSError, HTTPException, ValueError) as error:
        sys.exit(f'{base} does not answer as a p1-relay does: {error}')
    except sqlite3.Error as error:
        sys.exit(f'{path}: {error}')


if __name__ == '__main__':
    main()
