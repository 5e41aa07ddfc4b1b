import { tables } from './0001-tables.js';
import { audit } from './0002-audit.js';
import { knownDevice } from './0003-known-device.js';
import { vacuum } from './0004-vacuum.js';
import type { Migration } from './migration.js';

/** All steps, in order. A new one: its file, one line here. */
export const migrations: readonly Migration[] = [tables, audit, knownDevice, vacuum];

/** The version of the schema that this library was written for. */
export const SCHEMA_VERSION = migrations.length;
