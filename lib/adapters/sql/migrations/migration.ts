/** One step of the schema. What has shipped is never changed; the next step comes after it. */
export interface Migration {
  /** The version of the schema after it: 1, 2, 3, … */
  readonly version: number;
  /** The oldest `SCHEMA_VERSION` of a library that still works on the schema after it. */
  readonly oldest: number;
  readonly postgres: string;
  readonly sqlite: string;
}
